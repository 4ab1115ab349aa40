"""Which calls are repeated, when, and what is said when that did not help."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from integrations.klicktipp import (
    AccessDenied,
    DeveloperKeyAuth,
    KlickTipp,
    NotFound,
    OutcomeUnknown,
    ServiceError,
    Throttled,
    Unreachable,
)

from .service import Service, answer, hang_up, say
from .test_transport import free_port

BUSY = answer("busy", status=503)
TAG = answer({"tagid": "21", "name": "mytag"})


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_refused_is_tried_again(status: int, api: KlickTipp, server: Service, pauses: list[float]) -> None:
    server.will(answer("busy", status=status), answer("busy", status=status), answer([49]))

    assert api.create_tag("new") == 49
    assert len(server.received) == 3
    assert 0.25 <= pauses[0] <= 0.75
    assert 0.5 <= pauses[1] <= 1.5


def test_three_attempts_are_enough(api: KlickTipp, server: Service) -> None:
    server.will(BUSY)

    with pytest.raises(Throttled) as raised:
        api.create_tag("new")

    assert raised.value.happened == "no"
    assert len(server.received) == 3


def test_it_waits_as_long_as_the_service_asks(api: KlickTipp, server: Service, pauses: list[float]) -> None:
    server.will(answer("busy", status=503, Retry_After="7"), answer([49]))

    api.create_tag("new")

    assert pauses == [7.0]


def test_it_waits_until_the_date_the_service_asks_for(api: KlickTipp, server: Service, pauses: list[float]) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    server.will(answer("busy", status=429, Retry_After=date), answer([49]))

    api.create_tag("new")

    assert 18 < pauses[0] <= 20


def test_it_does_not_wait_beyond_the_deadline(server: Service, auth: DeveloperKeyAuth, pauses: list[float]) -> None:
    server.will(answer("busy", status=503, Retry_After="7"))

    with pytest.raises(Throttled) as raised:
        KlickTipp(auth, base_url=server.url, deadline=5).get_tag(21)

    assert raised.value.retry_after == 7.0
    assert pauses == []
    assert len(server.received) == 1


@pytest.mark.parametrize("nonsense", ["soon", "-1", "9" * 400, "Mon, 99 Foo 2026", "1e9"])
def test_a_senseless_retry_after_is_ignored(
    nonsense: str, api: KlickTipp, server: Service, pauses: list[float]
) -> None:
    server.will(answer("busy", status=503, Retry_After=nonsense), answer([49]))

    api.create_tag("new")

    assert pauses[0] < 1


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(hang_up, id="hang up"),
        pytest.param(say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n["), id="cut off"),
        pytest.param(answer("", status=502), id="502"),
        pytest.param(answer("", status=504), id="504"),
    ],
)
class TestABrokenConnection:
    def test_is_tried_again_for_a_safe_call(self, broken, api: KlickTipp, server: Service) -> None:
        server.will(broken, TAG)

        assert api.get_tag(21).name == "mytag"

    def test_is_tried_again_for_a_repeatable_call(self, broken, api: KlickTipp, server: Service) -> None:
        server.will(broken, answer([True]))

        api.tag_contact("alex@example.com", 21)

        assert len(server.received) == 2

    def test_ends_a_call_that_must_not_happen_twice(self, broken, api: KlickTipp, server: Service) -> None:
        server.will(broken, answer([49]))

        with pytest.raises((OutcomeUnknown, ServiceError)) as raised:
            api.create_tag("new")

        assert raised.value.happened == "unknown"
        assert len(server.received) == 1

    def test_of_a_safe_call_means_that_nothing_happened(self, broken, api: KlickTipp, server: Service) -> None:
        server.will(broken)

        with pytest.raises((OutcomeUnknown, ServiceError)) as raised:
            api.get_tag(21)

        assert raised.value.happened == "no"
        assert len(server.received) == 3


def test_an_internal_error_is_not_tried_again(api: KlickTipp, server: Service) -> None:
    server.will(answer("", status=500))

    with pytest.raises(ServiceError):
        api.get_tag(21)

    assert len(server.received) == 1


def test_what_was_never_sent_is_tried_again(auth: DeveloperKeyAuth, pauses: list[float]) -> None:
    with pytest.raises(Unreachable):
        KlickTipp(auth, base_url=f"http://127.0.0.1:{free_port()}").create_tag("new")

    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("last", "error"),
    [
        pytest.param(answer("busy", status=503), OutcomeUnknown, id="refused"),
        pytest.param(answer("gone", status=404), NotFound, id="not found"),
        pytest.param(answer("denied", status=403), AccessDenied, id="denied"),
    ],
)
def test_a_first_attempt_that_may_have_happened_is_not_forgotten(
    last: bytes, error: type[Exception], api: KlickTipp, server: Service
) -> None:
    server.will(hang_up, last)

    with pytest.raises(error) as raised:
        api.untag_contact("alex@example.com", 21)

    assert raised.value.happened == "unknown"  # type: ignore[attr-defined]
