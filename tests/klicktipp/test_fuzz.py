"""Every operation against thousands of broken answers: a result of the promised kind or a typed error, nothing else.

The answers are those of the facts and KlickTipp's refusals, mutated by a seeded generator: a failure names the
operation and the number of its answer, and comes again.
"""

import dataclasses
import gzip
import json
import random
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from integrations.klicktipp import (
    Contact,
    DeveloperKeyAuth,
    Happened,
    KlickTipp,
    KlickTippError,
    SessionAuth,
    Transport,
)
from integrations.klicktipp.client import KlickTipp as Client
from integrations.klicktipp.transport import Answer, Fault, NoAnswer, NotSent
from tests.facts import CONTACT, CUSTOMER_KEY, DEVELOPER_KEY, FACT_OF, FACTS, NO_BODY, USERNAME, Fact

from .service import Reply, Service

ANSWERS = 5_000
ANSWERS_BY_SOCKET = 60
LARGEST_ID = 2**63 - 1
UNTOUCHED = {
    "email": "email",
    "status": "status",
    "sms_phone": "sms_number",
    "date": "date",
    "smart_tags": "smart_tags",
}
"""What of a contact has to be right as long as another key of it is broken, by its key."""

REFUSALS = [
    (400, ["Missing argument."]),
    (401, ["Wrong username or password."]),
    (403, ["API access denied."]),
    (404, ["There is no such entity."]),
    (406, {"error": 4}),
    (406, {"error": 10, "code": 9}),
    (406, {"error": 8, "field": "Birthday", "name": "fieldBirthday", "field_value": "x", "reason": "no date"}),
    (406, ["A business rule."]),
    (409, ["The name is taken."]),
    (429, None),
    (500, None),
    (503, ["Busy."]),
]
STATUSES = [200, 200, 200, 201, 202, 204, 206, 226, 299, 301, 302, 304, *(status for status, _ in REFUSALS)]
STATUSES += [405, 410, 418, 451, 502, 504, 520, 599, 999]
STRANGE: list[Any] = [
    *(None, True, False, 0, 1, -1, 42, 2**31, 2**63, 10**18, 10**19, 10**25, 10**400, 1.5, 1e308),
    *(float("inf"), float("nan"), "", " ", "0", "1", "-1", "007", "²", "٣", "1.5", "1e3"),
    *("9" * 18, "9" * 19, "9" * 20, "9" * 21, "9" * 5_000, "x" * 10_000, "true", "null", "T", "<b>", "'", '"', "%s{}"),
    *("a\0b", "\ud800", "\udfff\ud800", "🏔", "e\u0301", "\u202e", "\r\n", "31.02.2025", "32.13.0000"),
    *("253402300799", "253402300800", "-62135596800", "-62135596801", "99999999999", "2025-02-31T08:26:37Z"),
    *("2025-04-22T08:26:37.000+99:99", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *([], {}, [None], [[]], [{}], {"": ""}, {"value": 1}, {"value": None, "label": []}, [{"value": 1, "label": "one"}]),
    *({"subscribers": {}}, {"success": False}, {"id": 1}, [1, 2], ["1"] * 500),
]
BODIES = [
    *(b"", b" ", b"\n\n", b"null", b"true", b"0", b'""', b"[]", b"{}", b"[true]", b"[false]", b"NaN", b"[Infinity]"),
    *(b"<html><body><h1>502 Bad Gateway</h1></body></html>", b"Array\n(\n)\n", b'a:1:{i:0;s:1:"x";}'),
    *(b"API access denied.", b"\xff\xfe[\x00]\x00", b"\xef\xbb\xbf[true]", "[true]".encode("utf-16"), b"\x00" * 100),
    *("[true]".encode("utf-32"), b"[" * 5_000, b'{"a":' * 5_000, b"[" * 400 + b"]" * 400, b"[1e999999999]"),
    *(b"[" + b"1" * 10_000 + b"]", b'{"id":1,"id":[]}', b"[true][true]", b"[true]<!-- 0.2s -->"),
    b"<br />\n<b>Warning</b>: x in y.php\n[true]",
]
HUGE = [
    json.dumps([str(number) for number in range(1, 20_000)]).encode(),
    json.dumps({str(number): "x" * 20 for number in range(1, 5_000)}).encode(),
    b'["' + b"x" * 500_000 + b'"]',
    b"<html>" + b" " * 500_000,
]
WAITS = ["0", "1", "0.5", "-1", "9" * 9, "9" * 30, "soon", "²", "Wed, 21 Oct 2015 07:28:00 GMT"]
WAITS += ["Wed, 21 Oct 99999 07:28:00 GMT", "Mon, 99 Foo 9999 99:99"]
FAULTS = list(Fault)


class BrokenService:
    """In place of the transport: gives each request the next answer."""

    def __init__(self) -> None:
        self.answers: Iterator[Answer | Exception] = iter(())

    def send(self, *request: Any, **limits: Any) -> Answer:
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclasses.dataclass
class Mutator:
    """Makes broken answers for an operation, the same ones from the same seed."""

    samples: list[tuple[int, bytes]]
    chance: random.Random

    def status_and_body(self) -> tuple[int, bytes]:
        chance = self.chance
        status, body = chance.choice(self.samples)
        match chance.randrange(100):
            case way if way < 70:
                body = self._with_other_parts(body)
            case way if way < 80:
                body = body[: chance.randrange(len(body) + 1)]
            case way if way < 87:
                body = self.with_other_bytes(body)
            case way if way < 97:
                body = chance.choice(BODIES)
            case way if way < 98 and chance.random() < 0.2:
                body = chance.choice(HUGE)
        return chance.choice(STATUSES) if chance.random() < 0.15 else status, body

    def answer(self) -> Answer | Exception:
        chance = self.chance
        status, body = self.status_and_body()
        headers = {"Retry-After": chance.choice(WAITS)} if chance.random() < 0.3 else {}
        match chance.randrange(100):
            case 0:
                return NoAnswer("no answer")
            case 1:
                return NotSent("no connection")
            case 2:
                return Answer(status, headers, None, chance.choice(FAULTS))
        return Answer(status, headers, body)

    def _with_other_parts(self, body: bytes) -> bytes:
        if not body:
            return body
        payload = json.loads(body)
        for _ in range(self.chance.choice((1, 1, 1, 2, 5))):
            payload = self._with_another_part(payload)
        return json.dumps(payload).encode()

    def _with_another_part(self, payload: Any) -> Any:
        chance = self.chance
        place, key = None, None
        part = payload
        while isinstance(part, dict | list) and part and (place is None or chance.random() < 0.5):
            place, key = part, chance.choice(list(part) if isinstance(part, dict) else range(len(part)))
            part = part[key]
        if place is None or chance.random() < 0.03:
            return self._something_strange()
        match chance.randrange(5):
            case 0:
                del place[key]
            case 1 if isinstance(place, dict):
                place[str(self._something_strange())[:50]] = place.pop(key)
            case 2:
                place[key] = [part] if chance.random() < 0.5 else {"value": part, "label": part}
            case _:
                place[key] = self._something_strange()
        return payload

    def _something_strange(self) -> Any:
        return deepcopy(self.chance.choice(STRANGE))

    def with_other_bytes(self, body: bytes) -> bytes:
        changed = bytearray(body)
        for _ in range(self.chance.randrange(1, 4)):
            place = self.chance.randrange(len(changed) + 1)
            changed[place : place + self.chance.randrange(3)] = self.chance.randbytes(self.chance.randrange(3))
        return bytes(changed)


def mutator(fact: Fact, seed: str = "") -> Mutator:
    forms = [(200, fact.answer), *((form.status, form.answer) for form in fact.forms), *REFUSALS]
    samples = [
        (status, b"" if content is NO_BODY or content is None else json.dumps(content).encode())
        for status, content in forms
    ]
    good = [sample for sample in samples if sample[0] < 300]
    return Mutator([*good * (1 + 2 * len(REFUSALS) // len(good)), *samples], random.Random(fact.operation + seed))


def call_of(fact: Fact, transport: Any, base_url: str = "http://service.test") -> Callable[[], Any]:
    """The library's method for a fact, ready to be called again and again."""
    if fact.operation == "login":
        return lambda: KlickTipp(SessionAuth(**fact.arguments), base_url, transport=transport).login()
    api = KlickTipp(DeveloperKeyAuth(USERNAME, DEVELOPER_KEY, CUSTOMER_KEY), base_url, transport=transport)
    method = getattr(api, fact.operation)
    return lambda: method(**fact.arguments)


def check(result: Any, promised: Any) -> None:
    """Whether a result is what the type says, and can be stored: no broken text, no id beyond a database's."""
    if isinstance(result, str):
        assert "\0" not in result
        result.encode()
    if isinstance(result, int) and not isinstance(result, bool):
        assert abs(result) <= LARGEST_ID
    if isinstance(result, datetime):
        assert result.utcoffset() is not None
    origin, inner = get_origin(promised), get_args(promised)
    if origin is tuple:
        assert isinstance(result, tuple)
        for item in result:
            check(item, inner[0])
    elif origin is not None and issubclass(origin, Mapping):
        assert isinstance(result, Mapping)
        for key, value in result.items():
            check(key, inner[0])
            check(value, inner[1])
    elif inner:
        assert result is None or any(isinstance(result, kind) for kind in inner if kind is not type(None))
        if dataclasses.is_dataclass(result):
            check(result, type(result))
    elif dataclasses.is_dataclass(promised):
        assert isinstance(result, promised)  # type: ignore[arg-type]
        for name, kind in HINTS.setdefault(promised, get_type_hints(promised)).items():
            check(getattr(result, name), kind)
    else:
        assert isinstance(result, promised)


HINTS: dict[Any, dict[str, Any]] = {}


def check_error(error: KlickTippError, operation: str) -> None:
    assert error.operation == operation
    assert error.happened in Happened
    assert error.problem
    for text in (error.message, error.field, error.name, error.value, error.reason):
        assert text is None or ("\0" not in text and len(text) <= 2_000)
        (text or "").encode()
    for number in (error.status, error.code, error.detail, error.retry_after):
        assert number is None or 0 <= number <= LARGEST_ID
    str(error).encode()


def promise_of(fact: Fact) -> Any:
    return get_type_hints(getattr(Client, fact.operation))["return"]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.operation)
def test_thousands_of_broken_answers_are_read_or_refused(fact: Fact) -> None:
    service, mutations, promised = BrokenService(), mutator(fact), promise_of(fact)
    call = call_of(fact, service)
    given = 0

    def answers() -> Iterator[Answer | Exception]:
        nonlocal given
        while True:
            given += 1
            yield mutations.answer()

    service.answers = answers()
    read = refused = 0
    while given < ANSWERS:
        try:
            result = call()
        except KlickTippError as error:
            check_error(error, fact.operation)
            refused += 1
        else:
            check(result, promised)
            read += 1
    assert min(read, refused) > ANSWERS / 50, f"{read} read, {refused} refused: mutated too little or too much"


@pytest.mark.parametrize("operation", ["get_contact", "add_or_update_contact", "get_contacts"])
def test_a_contact_with_one_key_that_is_not_understood_is_read_all_the_same(operation: str) -> None:
    fact, service, chance = FACT_OF[operation], BrokenService(), random.Random(operation)
    call = call_of(fact, service)
    usual = FACT_OF["get_contact"].gives
    keys = [key for key in CONTACT if key != "id"]
    for _ in range(ANSWERS):
        told, key = deepcopy(CONTACT), chance.choice(keys)
        match chance.randrange(4):
            case 0:
                told["x" + key] = told.pop(key)
            case 1:
                told[key] = [told[key], deepcopy(chance.choice(STRANGE))]
            case _:
                told[key] = deepcopy(chance.choice(STRANGE))
        answer = {"1": told} if operation == "get_contacts" else told
        service.answers = iter([Answer(200, {}, json.dumps(answer).encode())])
        result = call()
        contact = result["1"] if operation == "get_contacts" else result
        check(contact, Contact)
        assert contact.id == "1"
        for name in UNTOUCHED.keys() - {key}:
            assert getattr(contact, UNTOUCHED[name]) == usual[UNTOUCHED[name]], (key, told.get(key))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.operation)
def test_broken_answers_by_a_real_socket_are_read_or_refused(fact: Fact, server: Service) -> None:
    mutations = mutator(fact, "socket")
    server.will_decide(lambda request: on_the_wire(mutations))
    transport = Transport(max_answer=200_000)
    call = call_of(fact, transport, server.url)
    while len(server.received) < ANSWERS_BY_SOCKET:
        try:
            check(call(), promise_of(fact))
        except KlickTippError as error:
            check_error(error, fact.operation)
    transport.close()


def on_the_wire(mutations: Mutator) -> Reply:
    """The bytes of an answer, whose head may lie about its body, or may be none."""
    chance = mutations.chance
    status, body = mutations.status_and_body()
    length, encoding = len(body), ""
    match chance.randrange(20):
        case 0:
            body, encoding = gzip.compress(body), "gzip"
            length = len(body)
        case 1:
            encoding = chance.choice(["gzip", "deflate", "br", "x"])
        case 2:
            length += chance.choice([1, 1_000])
        case 3:
            length = max(0, length - chance.randrange(5))
    head = f"HTTP/1.1 {status} Answer\r\nContent-Length: {length}\r\n"
    if encoding:
        head += f"Content-Encoding: {encoding}\r\n"
    whole = f"{head}Connection: close\r\n\r\n".encode() + body
    match chance.randrange(12):
        case 0:
            whole = whole[: chance.randrange(len(whole))]
        case 1:
            whole = mutations.with_other_bytes(whole)
    return lambda connection: connection.sendall(whole)
