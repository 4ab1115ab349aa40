"""Every attempt is seen before it leaves and after it has ended, whatever happens."""

import dataclasses
import time
from dataclasses import dataclass, field

import pytest

from integrations.klicktipp import (
    Attempt,
    DeveloperKeyAuth,
    Ending,
    InvalidRequest,
    KlickTipp,
    KlickTippError,
    OutcomeUnknown,
    SessionAuth,
    Tag,
    Throttled,
    Transport,
    Unreachable,
)

from .service import Service, answer, hang_up
from .test_transport import free_port

TAG = answer({"tagid": "21", "name": "mytag", "text": ""})


@dataclass
class Notes:
    """An observer that writes everything down."""

    begun: list[Attempt] = field(default_factory=list)
    ended: list[tuple[Attempt, Ending]] = field(default_factory=list)

    def begin(self, attempt: Attempt) -> None:
        self.begun.append(attempt)

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        self.ended.append((attempt, ending))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def api(server: Service, auth: DeveloperKeyAuth, notes: Notes) -> KlickTipp:
    return KlickTipp(auth, base_url=server.url, observer=notes)


def test_an_attempt_is_seen_before_and_after(api: KlickTipp, server: Service, notes: Notes) -> None:
    server.will(TAG)

    api.get_tag(21)

    [attempt] = notes.begun
    [(same, ending)] = notes.ended
    assert same is attempt
    assert (attempt.operation.name, attempt.method, attempt.path) == ("get_tag", "GET", "/tag/21")
    assert attempt.number == 1
    assert attempt.arguments == {"tag_id": 21}
    assert str(attempt.request_id) == server.received[0].headers["X-Request-Id"]
    assert (ending.status, ending.error, ending.result) == (200, None, Tag(21, "mytag", ""))
    assert 0 < ending.duration < 1


def test_begin_comes_before_any_byte(server: Service, auth: DeveloperKeyAuth) -> None:
    class Refusing(Notes):
        def begin(self, attempt: Attempt) -> None:
            raise RuntimeError("the log is full")

    notes = Refusing()

    with pytest.raises(RuntimeError, match="the log is full"):
        KlickTipp(auth, base_url=server.url, observer=notes).create_tag("new")

    assert server.connections == 0
    assert notes.ended == []


def test_every_attempt_of_a_call_is_seen(api: KlickTipp, server: Service, notes: Notes) -> None:
    server.will(answer("", status=503), hang_up, TAG)

    api.get_tag(21)

    assert [attempt.number for attempt in notes.begun] == [1, 2, 3]
    assert len({attempt.call_id for attempt in notes.begun}) == 1
    assert len({attempt.request_id for attempt in notes.begun}) == 3
    assert [type(ending.error) for _, ending in notes.ended] == [Throttled, OutcomeUnknown, type(None)]


def test_the_ending_is_that_of_the_attempt_not_of_the_call(api: KlickTipp, server: Service, notes: Notes) -> None:
    server.will(hang_up, answer("", status=404))

    with pytest.raises(KlickTippError) as raised:
        api.untag_contact("alex@example.com", 21)

    assert raised.value.happened == "unknown"
    assert [ending.error.happened for _, ending in notes.ended if ending.error] == ["unknown", "no"]


def test_what_is_not_there_is_no_error(api: KlickTipp, server: Service, notes: Notes) -> None:
    server.will(answer([], status=404))

    assert api.find_contact("alex@example.com") is None
    assert api.list_contacts() == ()
    assert [(ending.status, ending.error, ending.result) for _, ending in notes.ended] == [
        (404, None, None),
        (404, None, ()),
    ]


def test_what_was_never_sent_is_seen(auth: DeveloperKeyAuth, notes: Notes) -> None:
    with pytest.raises(Unreachable):
        KlickTipp(auth, base_url=f"http://127.0.0.1:{free_port()}", observer=notes).get_tag(21)

    assert len(notes.begun) == len(notes.ended) == 3


def test_impossible_arguments_are_no_attempt(api: KlickTipp, notes: Notes) -> None:
    with pytest.raises(InvalidRequest):
        api.get_tag(0)

    assert notes.begun == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, MemoryError, ZeroDivisionError])
@pytest.mark.parametrize(("method", "argument", "happened"), [("get_tag", 21, "no"), ("create_tag", "x", "unknown")])
def test_an_interrupted_attempt_is_finished(
    interruption: type[BaseException],
    method: str,
    argument: object,
    happened: str,
    auth: DeveloperKeyAuth,
    notes: Notes,
) -> None:
    class Interrupted(Transport):
        def send(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            raise interruption

    with pytest.raises(interruption):
        getattr(KlickTipp(auth, observer=notes, transport=Interrupted()), method)(argument)

    [(_, ending)] = notes.ended
    assert isinstance(ending.error, OutcomeUnknown)
    assert ending.error.happened == happened


def test_no_secret_is_among_the_arguments(api: KlickTipp, server: Service, notes: Notes) -> None:
    server.will(answer([True]))

    api.signoff("the-api-key", "alex@example.com")

    assert notes.begun[0].arguments == {"email": "alex@example.com"}


def test_signing_in_is_a_call_of_its_own(server: Service, notes: Notes) -> None:
    server.will(answer({"sessid": "xyz", "session_name": "SSESS"}), TAG)
    api = KlickTipp(SessionAuth("user", "secret"), base_url=server.url, observer=notes)

    api.get_tag(21)

    login, call = notes.begun
    assert (login.operation.name, call.operation.name) == ("login", "get_tag")
    assert login.call_id != call.call_id
    assert (login.number, call.number) == (1, 1)
    assert login.arguments == {"username": "user"}
    assert "xyz" not in repr(notes.ended)


def test_the_repetition_after_signing_in_is_the_next_attempt(server: Service, notes: Notes) -> None:
    sessions = [answer({"sessid": name, "session_name": "SSESS"}) for name in ("one", "two")]
    server.will(sessions[0], TAG)
    auth = SessionAuth("user", "secret")
    api = KlickTipp(auth, base_url=server.url, observer=notes)
    api.get_tag(21)
    auth.store.note_try(None)
    server.will(answer("", status=403), sessions[1], TAG)

    api.get_tag(21)

    assert [(attempt.operation.name, attempt.number) for attempt in notes.begun[2:]] == [
        ("get_tag", 1),
        ("login", 1),
        ("get_tag", 2),
    ]


def test_an_observer_that_is_slow_uses_up_the_deadline(server: Service, auth: DeveloperKeyAuth) -> None:
    class Slow(Notes):
        def begin(self, attempt: Attempt) -> None:
            time.sleep(0.1)

    with pytest.raises(Unreachable) as raised:
        KlickTipp(auth, base_url=server.url, observer=Slow(), deadline=0.05).create_tag("new")

    assert raised.value.happened == "no"
    assert server.connections == 0


def test_what_is_seen_cannot_be_changed(api: KlickTipp, server: Service, notes: Notes) -> None:
    server.will(TAG)
    api.get_tag(21)

    with pytest.raises(dataclasses.FrozenInstanceError):
        notes.begun[0].number = 5  # type: ignore[misc]
