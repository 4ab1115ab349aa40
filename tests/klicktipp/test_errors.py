"""From an answer to the error: its class, what it means, whether the call happened, and what it keeps to itself."""

import pickle
from itertools import product
from typing import Any

import pytest

from integrations.klicktipp import (
    AccessDenied,
    ConfigurationError,
    InvalidRequest,
    KlickTipp,
    KlickTippError,
    NotFound,
    OutcomeUnknown,
    Problem,
    Rejected,
    ServiceError,
    Throttled,
    Unreachable,
)

from .service import Service, answer

STATUSES = [
    (300, ServiceError, Problem.SERVICE_ERROR, "no"),
    (304, ServiceError, Problem.SERVICE_ERROR, "no"),
    (400, InvalidRequest, Problem.MALFORMED, "no"),
    (401, AccessDenied, Problem.ACCESS_DENIED, "no"),
    (402, ServiceError, Problem.SERVICE_ERROR, "no"),
    (403, AccessDenied, Problem.ACCESS_DENIED, "no"),
    (404, NotFound, Problem.NOT_FOUND, "no"),
    (405, InvalidRequest, Problem.MALFORMED, "no"),
    (406, Rejected, Problem.TAG_NOT_SAVED, "no"),
    (409, InvalidRequest, Problem.NAME_TAKEN, "no"),
    (418, ServiceError, Problem.SERVICE_ERROR, "no"),
    (429, Throttled, Problem.THROTTLED, "no"),
    (500, ServiceError, Problem.SERVICE_ERROR, "unknown"),
    (501, ServiceError, Problem.SERVICE_ERROR, "unknown"),
    (502, ServiceError, Problem.SERVICE_ERROR, "unknown"),
    (503, Throttled, Problem.THROTTLED, "no"),
    (504, ServiceError, Problem.SERVICE_ERROR, "unknown"),
]


BODIES = [b'["message"]', b'"message"', b"message", b"", b"<html>", b"[" * 100_000, b"\xff\xfe\x00", b"{}"]


def test_the_status_decides(api: KlickTipp, server: Service) -> None:
    for (status, kind, problem, happened), body in product(STATUSES, BODIES):
        server.will(answer(status=status, body=b"" if status == 304 else body))

        with pytest.raises(KlickTippError) as raised:
            api.create_tag("new")

        error = raised.value
        assert type(error) is kind, (status, body[:20])
        assert (error.status, error.problem, error.happened) == (status, problem, happened), body[:20]
        assert error.operation == "create_tag"


@pytest.mark.parametrize("body", [b'["Wrong username."]', b'"Wrong username."', b"Wrong username."])
def test_the_message_is_found_in_every_form(body: bytes, api: KlickTipp, server: Service) -> None:
    server.will(answer(status=400, body=body))

    with pytest.raises(InvalidRequest) as raised:
        api.get_tag(21)

    assert raised.value.message == "Wrong username."


@pytest.mark.parametrize(
    ("content", "code", "detail"),
    [
        ({"error": 4}, 4, None),
        ({"error": "4"}, 4, None),
        ({"error": 10, "code": 9}, 10, 9),
        ({"error": "10", "code": "9"}, 10, 9),
        ({"error": None}, None, None),
        ({"error": [4]}, None, None),
        ({"error": 10**5000}, None, None),
        ({"error": 4.5}, None, None),
        ({"error": True}, None, None),
        (["message"], None, None),
        (4, None, None),
    ],
)
def test_the_codes_of_a_rejection(content, code, detail, api: KlickTipp, server: Service) -> None:
    body = b'{"error": 1' + b"0" * 5000 + b"}" if content == {"error": 10**5000} else None
    server.will(answer(None if body else content, status=406, body=body))

    with pytest.raises(Rejected) as raised:
        api.add_or_update_contact("alex@example.com")

    assert (raised.value.code, raised.value.detail) == (code, detail)


def test_error_8_names_the_field(api: KlickTipp, server: Service) -> None:
    content = {
        "error": 8,
        "field": "Birthday",
        "name": "fieldBirthday",
        "field_value": "08.05.2024",
        "reason": "08.05.2024 is no date",
    }
    server.will(answer(content, status=406))

    with pytest.raises(Rejected) as raised:
        api.add_or_update_contact("alex@example.com", fields={"fieldBirthday": "08.05.2024"})

    error = raised.value
    assert (error.field, error.name, error.value) == ("Birthday", "fieldBirthday", "08.05.2024")
    assert error.reason == "08.05.2024 is no date"
    assert error.problem is Problem.INVALID_FIELD_VALUE
    assert "08.05.2024" not in f"{error} {error!r} {error.args}"


def test_what_an_error_says_of_itself() -> None:
    rejected = Rejected("add_or_update_contact", status=406, code=4, problem=Problem.EMAIL_UNSUBSCRIBED)
    failed = Rejected("update_contact", status=406, code=10, detail=9, problem=Problem.SMS_NUMBER_TAKEN)

    assert str(rejected) == "add_or_update_contact: 406 error 4 (email_unsubscribed)"
    assert str(failed) == "update_contact: 406 error 10/9 (sms_number_taken)"
    assert repr(rejected) == f"<Rejected {rejected}>"
    assert str(Unreachable("get_tag", hint="no connection")) == "get_tag: unreachable: no connection"
    assert str(ConfigurationError(hint="no key")) == "configuration: no key"


def test_no_error_shows_what_the_service_says(api: KlickTipp, server: Service) -> None:
    server.will(answer(["alex@example.com is blocked"], status=406))

    with pytest.raises(Rejected) as raised:
        api.unsubscribe_contact("alex@example.com")

    assert "alex" not in f"{raised.value} {raised.value!r} {raised.value.args}"
    assert raised.value.message == "alex@example.com is blocked"


def test_an_error_survives_its_way_between_processes() -> None:
    error = OutcomeUnknown("create_tag", status=200, hint="cut off")

    copied = pickle.loads(pickle.dumps(error))  # noqa: S301

    assert type(copied) is OutcomeUnknown
    assert vars(copied) == vars(error)


def test_a_taken_name_is_one_of_tags_only(api: KlickTipp, server: Service) -> None:
    server.will(answer(["conflict"], status=409))

    with pytest.raises(InvalidRequest) as raised:
        api.delete_contact("1")

    assert raised.value.problem is Problem.REFUSED


@pytest.mark.parametrize("status", [401, 403])
def test_a_listbuilding_key_that_is_refused_is_not_told_as_a_customer_key(
    status: int, api: KlickTipp, server: Service
) -> None:
    server.will(answer(status=status, body=b'["API access denied."]'))

    with pytest.raises(AccessDenied) as raised:
        api.signoff("listbuilding-key", "alex@example.com")

    assert raised.value.problem is Problem.INVALID_API_KEY
    assert raised.value.happened == "no"


def test_a_secret_that_the_service_repeats_is_not_in_the_error(api: KlickTipp, server: Service) -> None:
    body = b'{"error": 8, "field": "k-1234", "name": "k-1234", "field_value": "k-1234", "reason": "not \\"k-1234\\"!"}'
    server.will(answer(status=406, body=body))

    with pytest.raises(Rejected) as raised:
        api.signin("k-1234", "alex@example.com")

    told = raised.value
    assert (told.field, told.name, told.value, told.reason) == ("•••", "•••", "•••", 'not "•••"!')


def test_the_services_own_words_are_kept_in_every_form(api: KlickTipp, server: Service) -> None:
    words = "Das geht nicht."
    told: list[tuple[Any, str | None]] = [
        ({"error": 4, "error_message": words}, words),
        ({"error": 10, "code": 9, "error_message": words}, words),
        ({"error": words}, words),
        ({"message": words}, words),
        ([words], words),
        (words, words),
        ({"error": "4"}, None),
        ([], None),
        ("<p>Das geht nicht.</p>", None),
    ]
    for status, (content, kept) in product((400, 401, 404, 405, 406, 409), told):
        server.will(answer(content, status=status))

        with pytest.raises(KlickTippError) as raised:
            api.delete_tag(21)

        assert raised.value.message == kept, (status, content)
        assert words not in str(raised.value)


def test_a_code_is_a_refusal_whatever_the_status(api: KlickTipp, server: Service) -> None:
    for status, content, problem in (
        (200, {"error": 4}, Problem.EMAIL_UNSUBSCRIBED),
        (200, {"error": 4, "error_message": "x", "id": "1"}, Problem.EMAIL_UNSUBSCRIBED),
        (200, {"error": 10, "code": 9}, Problem.SMS_NUMBER_TAKEN),
        (200, {"error": 999}, Problem.UNKNOWN_CODE),
        (200, {"error": "Nein."}, Problem.REFUSED),
        (400, {"error": 8}, Problem.INVALID_FIELD_VALUE),
        (401, {"error": 32}, Problem.ADDRESS_REQUIRED),
        (409, {"error": 507}, Problem.EMAIL_TAKEN),
    ):
        server.will(answer(content, status=status))
        server.received.clear()

        with pytest.raises(Rejected) as raised:
            api.add_or_update_contact("alex@example.com")

        assert (raised.value.status, raised.value.problem, raised.value.happened) == (status, problem, "no"), content
        assert len(server.received) == 1


def test_an_error_that_is_none_is_none(api: KlickTipp, server: Service) -> None:
    for nothing in (None, False, 0, "0", "", []):
        server.will(answer({"id": "1", "error": nothing}))

        assert api.get_contact("1").id == "1"


def test_another_contact_than_the_one_asked_for_is_an_error(api: KlickTipp, server: Service) -> None:
    server.will(answer({"id": "2", "email": "somebody.else@example.com"}))

    with pytest.raises(ServiceError):
        api.get_contact("1")
    assert api.get_contact("a1b2c3").id == "2"
    assert server.received[-1].path == "/subscriber/a1b2c3"
