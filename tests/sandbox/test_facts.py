"""The sandbox against the facts: every request, sent in every way the reference allows, has an answer of the
sample's shape.

Ids, addresses and keys are those of the sandbox's own data; all else is sent as the fact has it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from tests.facts import ADDING, FACT_OF, FACTS, Ask, Fact, key_headers
from tests.sandbox.client import listed

TIMEOUT = 10
UNKNOWN_ID = "999999999"
NEWER_FORM = {"list_contacts": "a bare list"}
"""Where the sandbox answers in another form than the sample, until it is switched: the form's name."""
FIRST_PAGE = {
    "list_contacts_by_page": {"limit": "2", "status": "subscribed", "bounceStatus": "nobounce,softbounce"},
    "list_changed_contacts": {"from": "1750000000", "limit": "2"},
}
"""Queries for a page that another one follows. A cursor is the sandbox's own, so the sample's is left out."""


@dataclass(frozen=True)
class Known:
    """One account of the sandbox, who may speak for it, and what is in it."""

    url: str
    headers: Mapping[str, str]
    """Sign in with the account's customer key."""
    username: str
    password: str
    listbuilding_key: str
    listid: str
    tagids: tuple[int, int]
    """Tags that people set: the first one is on the contact."""
    fields: frozenset[str]
    """The data fields, with their prefix."""
    custom_field: str
    """The number of a data field of the account's own."""
    contact: Mapping[str, Any]
    """A subscribed contact with an email address and a tag, as the sandbox shows it."""


def look_around(url: str) -> Known:
    """Find in a running sandbox what the facts need."""

    def get(path: str, **headers: str) -> Any:
        answer = requests.get(url + path, headers=headers, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    people = get("/_sandbox/accounts")
    operator, account = people["operator"], people["accounts"][0]
    headers = key_headers(operator["username"], operator["developer_key"], account["customer_key"])
    contacts = (get(f"/subscriber/{id_}", **headers) for id_ in listed(get("/subscriber", **headers)))
    contact = next(each for each in contacts if each["email"] and each["manual_tags"])
    tagged = int(next(iter(contact["manual_tags"])))
    fields = frozenset(get("/field", **headers))
    other_tags = (int(id_) for id_ in get("/tag", **headers) if id_ not in contact["tags"])
    return Known(
        url=url,
        headers=headers,
        username=account["username"],
        password=account["password"],
        listbuilding_key=account["listbuilding_key"],
        listid=next(iter(get("/list", **headers))),
        tagids=(tagged, next(other_tags)),
        fields=fields,
        custom_field=next(name.removeprefix("field") for name in sorted(fields) if name[5:].isdecimal()),
        contact=contact,
    )


@pytest.fixture
def known(sandbox: Any) -> Known:
    return look_around(sandbox.url)


def in_sandbox(fact: Fact, known: Known) -> Fact:
    """The fact with ids, addresses and keys that the sandbox knows. Whoever is added is new to it."""
    ids = {
        "listid": known.listid,
        "tagid": str(known.tagids[0]),
        "fieldid": known.custom_field,
        "subscriberid": known.contact["id"],
        "subscriberids": f"{known.contact['id']},{UNKNOWN_ID}",
    }
    values = {
        "username": known.username,
        "password": known.password,
        "apikey": known.listbuilding_key,
        "listid": known.listid if isinstance(fact.body.get("listid"), str) else int(known.listid),
        "tagid": known.tagids[0],
        "tagids": list(known.tagids),
    }
    if fact.operation == "delete_tag":
        ids["tagid"] = str(known.tagids[1])  # a campaign uses the first one
    if fact.operation not in ADDING:
        values["email"] = known.contact["email"]
    body = {key: values.get(key, value) for key, value in fact.body.items()}
    if "fields" in body:
        body["fields"] = {key: value for key, value in body["fields"].items() if key in known.fields}
    return replace(
        fact, ids={name: ids[name] for name in fact.ids}, body=body, query=FIRST_PAGE.get(fact.operation, fact.query)
    )


def as_form(body: Mapping[str, Any]) -> dict[str, str]:
    """A body for a form: `fields[fieldFirstName]`, `tagids[0]`."""
    flat: dict[str, str] = {}
    for key, value in body.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}[{name}]": str(inner) for name, inner in value.items()}
        elif isinstance(value, list):
            flat |= {f"{key}[{number}]": str(inner) for number, inner in enumerate(value)}
        else:
            flat[key] = str(value)
    return flat


def send(fact: Fact, known: Known, way: str = "application/json", suffix: str = "") -> requests.Response:
    """Send a fact's request in one of the ways: a content type, the path with or without `.json`."""
    encoded: dict[str, Any] = {}
    if fact.body and way == "application/json":
        encoded = {"json": fact.body}
    elif fact.body and way == "application/x-www-form-urlencoded":
        encoded = {"data": as_form(fact.body)}
    elif fact.body and way == "multipart/form-data":
        encoded = {"files": {key: (None, value) for key, value in as_form(fact.body).items()}}
    return requests.request(
        fact.method,
        known.url + fact.path + suffix,
        params=fact.query,
        headers=known.headers if fact.auth == "key" else None,
        timeout=TIMEOUT,
        allow_redirects=False,
        **encoded,
    )


KINDS = {
    "digits": r"\d+",
    "a date": r"\d\d\.\d\d\.\d{4}( \d\d:\d\d:\d\d)?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "an IP address": r"[0-9a-f.:]*[.:][0-9a-f.:]*",
    "an address on the web": r"https?://\S+",
    "an email address": r"\S+@\S+",
}
"""Texts that a program reads. The first that fits the sample has to fit the answer; other texts are free."""


def differences(answer: Any, sample: Any, where: str = "answer") -> Iterator[str]:
    """In what ways the shape of an answer is not that of the sample.

    Shape is structure, types, names of keys, and kinds of text. What is absent may be empty; a mapping of ids
    that is empty is a list, the service being PHP.
    """
    if isinstance(sample, dict) and all(re.fullmatch(r"\d+|field\w+", key) for key in sample):
        yield from differences_of_mapping(answer, sample, where)
    elif isinstance(sample, dict):
        yield from differences_of_object(answer, sample, where)
    elif isinstance(sample, list):
        if not isinstance(answer, list):
            yield f"{where} should be a list, not {answer!r}"
            return
        for number, inner in enumerate(answer):
            yield from differences(inner, sample[0], f"{where}[{number}]")
    elif isinstance(sample, str):
        kind = next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, sample)), None)
        if not isinstance(answer, str):
            yield f"{where} should be text, not {answer!r}"
        elif answer and kind and not re.fullmatch(KINDS[kind], answer):
            yield f"{where} should be {kind}, not {answer!r}"
    elif sample is None:
        if not isinstance(answer, str | None):
            yield f"{where} should be text or null, not {answer!r}"
    elif type(answer) is not type(sample):
        yield f"{where} should be {type(sample).__name__}, not {answer!r}"


def differences_of_mapping(answer: Any, sample: dict[str, Any], where: str) -> Iterator[str]:
    """The same for a mapping that has ids for keys."""
    if answer == []:
        return
    if not isinstance(answer, dict) or not answer:
        yield f"{where} should be a mapping, not {answer!r}"
        return
    key_pattern = r"\d+" if next(iter(sample)).isdecimal() else r"field\w+"
    value_of_sample = next(value for value in sample.values() if value)
    for key, value in answer.items():
        if not re.fullmatch(key_pattern, key):
            yield f"{where} has the key {key!r}, which is no id"
        if value is not None or None not in sample.values():
            yield from differences(value, value_of_sample, f"{where}.{key}")


def differences_of_object(answer: Any, sample: dict[str, Any], where: str) -> Iterator[str]:
    """The same for an object. Every account has data fields of its own, so these may be others."""
    if not isinstance(answer, dict):
        yield f"{where} should be an object, not {answer!r}"
        return
    own = re.compile(r"field\d+")
    for key in sample.keys() - answer.keys():
        if not own.fullmatch(key):
            yield f"{where} lacks {key}"
    for key in answer.keys() - sample.keys():
        if not own.fullmatch(key):
            yield f"{where} has {key}, which the sample lacks"
    for key, value in answer.items():
        if key.startswith("field"):
            if not isinstance(value, str | None):
                yield f"{where}.{key} should be text, not {value!r}"
        elif key in sample:
            yield from differences(value, sample[key], f"{where}.{key}")


def name_of(fact: Fact) -> str:
    return fact.operation


def expected(fact: Fact) -> Any:
    """The sample of the form in which the sandbox answers."""
    newer = NEWER_FORM.get(fact.operation)
    return next((form.answer for form in fact.forms if form.what == newer), fact.answer)


every_fact = pytest.mark.parametrize("fact", FACTS, ids=name_of)
by_key = pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.auth == "key"], ids=name_of)

SINCE_OCTOBER = (
    "list_typed_fields",
    "get_typed_field",
    "list_contacts_by_page",
    "get_contacts",
    "list_changed_contacts",
)

WAYS = {
    "json": {"way": "application/json"},
    "form": {"way": "application/x-www-form-urlencoded"},
    "suffix": {"way": "application/x-www-form-urlencoded", "suffix": ".json"},
}


@every_fact
@pytest.mark.parametrize("way", WAYS)
def test_the_answer_has_the_shape_of_the_sample(fact: Fact, way: str, known: Known) -> None:
    answer = send(in_sandbox(fact, known), known, **WAYS[way])

    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json() != []
    assert list(differences(answer.json(), expected(fact))) == []


@pytest.mark.parametrize(
    ("fact", "ask"),
    [pytest.param(fact, ask, id=f"{fact.operation}-{ask.what}") for fact in FACTS for ask in fact.asks],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_request_in_another_form_is_answered_alike(fact: Fact, ask: Ask, way: str, known: Known) -> None:
    asked = in_sandbox(replace(fact, query=ask.query, body=fact.body if ask.body is None else ask.body), known)
    answer = send(asked, replace(known, headers={**known.headers, **ask.headers}), **WAYS[way])

    assert answer.status_code == 200, answer.text
    assert list(differences(answer.json(), expected(fact))) == []


@by_key
def test_the_id_of_a_session_may_stand_in_a_header_of_its_own(fact: Fact, known: Known) -> None:
    login = send(in_sandbox(FACT_OF["login"], known), known).json()
    answer = send(in_sandbox(fact, known), replace(known, headers={"X-Session-Id": login["sessid"]}))

    assert answer.status_code == 200, answer.text


@by_key
def test_php_gets_the_same_in_its_own_format(fact: Fact, known: Known) -> None:
    headers = {**known.headers, "Accept": "application/vnd.php.serialized"}
    answer = send(in_sandbox(fact, known), replace(known, headers=headers))

    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/vnd.php.serialized")
    assert answer.text.startswith("a:"), answer.text


@by_key
def test_a_session_does_what_a_key_does(fact: Fact, known: Known) -> None:
    login = send(in_sandbox(FACT_OF["login"], known), known).json()
    in_session = replace(known, headers={"Cookie": f"{login['session_name']}={login['sessid']}"})

    answer = send(in_sandbox(fact, known), in_session)

    assert answer.status_code == 200, answer.text
    assert list(differences(answer.json(), expected(fact))) == []


@by_key
def test_without_a_key_access_is_denied(fact: Fact, known: Known) -> None:
    answer = send(in_sandbox(fact, known), replace(known, headers={}))

    assert answer.status_code == 403
    assert list(differences(answer.json(), ["API access denied."])) == []


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.operation not in SINCE_OCTOBER], ids=name_of)
def test_the_answer_before_october_2026_is_the_sample_itself(fact: Fact, sandbox: Any, known: Known) -> None:
    sandbox.switches.before_october_2026 = True

    answer = send(in_sandbox(fact, known), known)

    assert answer.status_code == 200, answer.text
    assert list(differences(answer.json(), fact.answer)) == []


@pytest.mark.parametrize("operation", SINCE_OCTOBER)
def test_what_is_new_in_october_2026_is_refused_before(operation: str, sandbox: Any, known: Known) -> None:
    sandbox.switches.before_october_2026 = True

    answer = send(in_sandbox(FACT_OF[operation], known), known)

    assert (answer.status_code, answer.json()) == (405, "Method not allowed.")


def test_login_sets_the_cookie_it_names(known: Known) -> None:
    answer = send(in_sandbox(FACT_OF["login"], known), known)

    assert f"{answer.json()['session_name']}={answer.json()['sessid']}" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("answer", "sample"),
    [
        ({"3": 1}, {"3": "1760530436"}),
        ({"x": "1"}, {"3": "1760530436"}),
        ({}, {"3": "1760530436"}),
        ([True], ["https://mypendingurl.com"]),
        (["3"], [3]),
        ([True], [3]),
        ({"tagid": "21", "name": "mytag"}, {"tagid": "21", "name": "mytag", "text": "some text"}),
        ({"optin": "2025-09-25"}, {"optin": "25.09.2025"}),
        ({"sms_referrer": 0}, {"sms_referrer": None}),
    ],
)
def test_another_shape_is_noticed(answer: Any, sample: Any) -> None:
    assert list(differences(answer, sample))
