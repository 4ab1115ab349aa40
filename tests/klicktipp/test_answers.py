"""Reading answers: whatever arrives, it is understood or it is said that it is not."""

import inspect
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.klicktipp import OPERATIONS, Contact, KlickTipp, OptinProcess, ServiceError, answers
from tests.facts import FACT_OF

from .service import Service, answer

OF_BYTES = (answers.load, answers.tagged_contacts_in_bytes)
READERS = [
    read
    for name, read in inspect.getmembers(answers, inspect.isfunction)
    if read.__module__ == answers.__name__ and not name.startswith("_") and read not in OF_BYTES
]
SAMPLES: list[Any] = [
    [True],
    {"success": True},
    {"id": 49},
    ["https://example.com"],
    {"21": "1760530436"},
    [{"value": 21, "label": "1760530436"}],
    {"subscribers": ["1", 2]},
    {"tagid": "21", "name": "mytag", "text": None},
    {"listid": 16, "name": "", "usesingleoptin": False, "pendingurl": "", "resendconfirmationemail": "1"},
    {"sessid": "x", "session_name": "y", "account": {"uid": 1, "status": 1, "tier": 20, "usergroup": "42"}},
    {
        "id": "1",
        "listid": "5",
        "optin": "25.09.2025",
        "email": "t1@example.com",
        "fieldFirstName": "Alex",
        "tags": ["17"],
        "smart_tags": {"17": "1758821945"},
        "manual_tags": [],
        "sms_date": "28.12.2024 22:52:09",
    },
]

STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**17, max_value=10**25),
    st.floats(),
    st.text(),
    st.sampled_from(["", "0", "-1", "9" * 30, "²", "253402300800", "-99999999999", "31.02.2025", "\ud800", "a\0b"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A sample in which one part is something else or missing."""
    sample = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    part, parent, key = sample, None, None
    while isinstance(part, dict | list) and part and draw(st.booleans()):
        parent = part
        key = draw(st.sampled_from(sorted(part) if isinstance(part, dict) else list(range(len(part)))))
        part = part[key]
    if parent is None:
        return draw(STRANGE)
    if draw(st.booleans()):
        parent[key] = draw(STRANGE)
    elif isinstance(parent, dict) and draw(st.booleans()):
        parent[draw(st.text(max_size=5))] = parent.pop(key)
    else:
        del parent[key]
    return sample


@given(payload=mutated(), cut=st.one_of(st.none(), st.floats(0, 1)), status=st.sampled_from([200, 200, 201, 204]))
@settings(max_examples=400)
def test_a_strange_answer_is_read_or_unreadable(payload: Any, cut: float | None, status: int) -> None:
    body = json.dumps(payload).encode()
    if cut is not None:
        body = body[: int(len(body) * cut)]
    check(status, body)


@given(body=st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes_are_read_or_unreadable(body: bytes) -> None:
    check(200, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html><body>Busy</body></html>",
        b"[" * 1_000_000,
        b'{"a":' * 500_000,
        b"[" * 500 + b"]" * 500,
        b"1" * 1_000_000,
        b"[" + b"1" * 10_000 + b"]",
        b"[1e999999999]",
        b"NaN",
        b"[Infinity]",
        b'{"id": NaN}',
        b"null",
        b"\xff\xfe\x00\x00",
        b"\xef\xbb\xbf[true]",
        b'["\\ud800"]',
        b'["\xc3\x28"]',
        b'{"id": "1", "id": "2"}',
    ],
    ids=repr,
)
def test_a_monstrous_answer_is_read_or_unreadable(body: bytes) -> None:
    check(200, body)


def check(status: int, body: bytes) -> None:
    assert answers.contact in READERS
    for read in READERS:
        try:
            payload = answers.load(status, body)
            result = read(payload, ["1"]) if read is answers.contacts else read(payload)
        except answers.Unreadable:
            continue
        repr(result).encode()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_unreadable_answer_says_so(name: str, api: KlickTipp, server: Service) -> None:
    for body in (b"<html>", b'{"error', b"[[[", b"{}x", b"false", b'{"success": false}', b"[false]"):
        server.will(answer(body=body))
        server.received.clear()

        with pytest.raises(ServiceError) as raised:
            getattr(api, name)(**FACT_OF[name].arguments)

        assert raised.value.status == 200, body
        assert raised.value.happened == ("no" if OPERATIONS[name].safe else "unknown"), body
        assert len(server.received) == 1, body


def test_a_contact(api: KlickTipp, server: Service) -> None:
    server.will(
        answer(
            {
                "id": 1,
                "listid": "5",
                "optin": "25.09.2025",
                "date": "28.12.2024 22:52:09",
                "unsubscription": "2025-04-22T08:26:37.000Z",
                "sms_date": "yesterday",
                "sms_unsubscription": "",
                "email": "t1@example.com",
                "sms_phone": "00491701234567",
                "fieldFirstName": "Alex",
                "fieldLeadValue": 19.90,
                "fieldStreet2": None,
                "tags": ["17", 18],
                "smart_tags": {"17": "1758821945"},
                "manual_tags": [],
            }
        )
    )

    contact = api.get_contact("1")

    assert contact == Contact(
        id="1",
        optin_process_id=5,
        optin=datetime(2025, 9, 25, tzinfo=UTC),
        date=datetime(2024, 12, 28, 22, 52, 9, tzinfo=UTC),
        unsubscription=datetime(2025, 4, 22, 8, 26, 37, tzinfo=UTC),
        dates_as_written={
            "optin": "25.09.2025",
            "date": "28.12.2024 22:52:09",
            "unsubscription": "2025-04-22T08:26:37.000Z",
            "sms_date": "yesterday",
        },
        email="t1@example.com",
        sms_number="00491701234567",
        fields={"fieldFirstName": "Alex", "fieldLeadValue": "19.9"},
        tag_ids=(17, 18),
        smart_tags={17: datetime(2025, 9, 25, 17, 39, 5, tzinfo=UTC)},
    )


def test_what_is_nested_too_deep_is_left_out_and_the_rest_is_read(api: KlickTipp, server: Service) -> None:
    for depth in range(800, 1000, 7):
        body = b'{"id": "1", "email": "a@example.org", "fieldCity": ' + b"[" * depth + b"]" * depth + b"}"
        server.will(answer(body=body))
        try:
            assert api.get_contact("1").email == "a@example.org"
        except ServiceError:
            continue


def test_the_predefined_optin_process_has_no_name(api: KlickTipp, server: Service) -> None:
    server.will(answer({"3": "", "23": "mine"}))

    processes = api.list_optin_processes()

    assert processes == (OptinProcess(3, ""), OptinProcess(23, "mine"))
    assert [process.is_predefined for process in processes] == [True, False]


def test_a_field_has_its_prefix_however_it_arrives(api: KlickTipp, server: Service) -> None:
    server.will(answer({"id": "12345", "name": "Colour"}))

    field = api.get_field("field12345")

    assert (field.id, field.bare_id) == ("field12345", "12345")
    assert server.received[0].path == "/field/12345"


@given(seconds=st.integers(-2_000_000_000, 4_000_000_000))
@settings(max_examples=50)
def test_unix_times_are_aware(seconds: int) -> None:
    tagged = answers.tagged_contacts(answers.load(200, json.dumps({"3": str(seconds)}).encode()))

    assert tagged == {"3": datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds) if seconds else None}


@pytest.mark.parametrize(
    ("told", "gives"),
    [
        ({"3": "1760530436", "4": "0"}, {"3": 1760530436, "4": None}),
        ({"3": "1760530436", "4": True}, {"3": 1760530436, "4": None}),
        ({"3": "1760530436", "4": "999999999999999"}, {"3": 1760530436, "4": None}),
        ({"3": "1760530436", "x": "5", "0": "5", "": "5", "9" * 30: "5"}, {"3": 1760530436}),
        ({"3": "007", "4": "12"}, {"3": 7, "4": 12}),
        ({"3": "1_0", "4": " 5 ", "5": "²", "6": "-5"}, {"3": None, "4": None, "5": None, "6": -5}),
        ([{"value": "3", "label": "5"}, {"value": "3", "label": "6"}], {"3": 6}),
    ],
)
def test_odd_contacts_and_times_among_tagged_ones_leave_the_rest_readable(told: Any, gives: dict[str, Any]) -> None:
    body = json.dumps(told).encode()
    tagged = answers.tagged_contacts_in_bytes(body) or answers.tagged_contacts(answers.load(200, body))

    assert tagged == {who: None if at is None else datetime.fromtimestamp(at, UTC) for who, at in gives.items()}
    assert list(tagged.times) == [at or tagged.UNKNOWN for at in gives.values()]
    assert list(map(str, tagged.ids)) == list(tagged) == list(gives)
    assert len(tagged) == len(gives)


@given(
    told=st.dictionaries(
        st.from_regex("[0-9]{1,19}", fullmatch=True), st.integers(0, 10**13).map(str) | st.integers(0)
    ),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
)
@settings(deadline=None)
def test_digits_are_read_as_any_other_answer(told: dict[str, Any], separators: tuple[str, str]) -> None:
    body = json.dumps(told, separators=separators).encode()
    as_a_whole = answers.tagged_contacts_in_bytes(body)
    try:
        one_by_one = answers.tagged_contacts(answers.load(200, body))
    except answers.Unreadable:
        one_by_one = None

    assert as_a_whole is None or as_a_whole == one_by_one


@pytest.mark.parametrize("body", ['{"3":5"}', '{"3":"5}', '{"3":"5",}', '{"3":"5","3":"6"}', '{"3":"5"}x', "{}", "[3]"])
def test_what_is_no_json_of_digits_is_not_read_as_a_whole(body: str) -> None:
    assert answers.tagged_contacts_in_bytes(body.encode()) is None


def test_tagged_contacts_take_no_more_room_than_their_numbers() -> None:
    told = {str(number): "1760530436" for number in range(1, 100_001)}
    body = json.dumps(told).encode()
    tracemalloc.start()
    tagged = answers.tagged_contacts_in_bytes(body)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert tagged is not None
    assert len(tagged) == 100_000
    assert kept < 2_000_000


def test_a_hundred_thousand_contacts_are_read_at_once(api: KlickTipp, server: Service) -> None:
    ids = [str(number) for number in range(1, 100_001)]
    server.will(answer({"subscribers": ids}))

    assert api.list_contacts() == tuple(ids)
