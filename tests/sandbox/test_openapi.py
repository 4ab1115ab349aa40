"""The sandbox against what KlickTipp's OpenAPI document says: every documented operation exists, takes every
documented kind of body, and gives the documented answers, errors included.

The document is of June 2026: the sandbox plays the service as it was then. How it answers since, without being
switched, may be no other shape of a refusal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import requests

from tests.facts import FACTS, Fact
from tests.openapi_facts import BODIES, DOCUMENTED, Operation, objections
from tests.sandbox.test_facts import UNKNOWN_ID, Known, in_sandbox, look_around, send

FACT_OF_CALL: Mapping[Operation, Fact] = {(fact.method, fact.template): fact for fact in FACTS if fact.in_openapi}
TAG_IN_USE = "10000015"
"""The sandbox's ids are the same every time: the tag that starts the first account's campaign."""
UNKNOWN_EMAIL = "nobody.at.all@klicktipp.example"


@dataclass(frozen=True)
class Provoked:
    """How to get a documented error: what is other than in a request that succeeds."""

    operation: Operation
    status: int
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    signed: bool = True
    code: int | None = None
    """The error code, where the sources name it."""


ACCESS_DENIED = tuple(
    Provoked(operation, 403, signed=False) for operation, documented in DOCUMENTED.items() if 403 in documented.refuses
)

PROVOKED = (
    *ACCESS_DENIED,
    Provoked(("POST", "/account/login"), 400, body={"username": ["no text"]}),
    Provoked(("POST", "/account/login"), 401, body={"password": "wrong"}),
    Provoked(("GET", "/field/{fieldid}"), 404, ids={"fieldid": UNKNOWN_ID}),
    Provoked(("GET", "/list/{listid}"), 404, ids={"listid": UNKNOWN_ID}),
    Provoked(("POST", "/list/redirect"), 404, body={"listid": UNKNOWN_ID}),
    Provoked(("GET", "/subscriber"), 404, query={"status": "pending", "bounceStatus": "spambounce"}),
    Provoked(("POST", "/subscriber"), 406, body={"email": "no address"}, code=5),
    Provoked(("GET", "/subscriber/{subscriberid}"), 404, ids={"subscriberid": UNKNOWN_ID}),
    Provoked(("PUT", "/subscriber/{subscriberid}"), 406, body={"newemail": "no address"}),
    # Without a 404 in the document, an unknown contact can only be "subscription not found".
    Provoked(("DELETE", "/subscriber/{subscriberid}"), 406, ids={"subscriberid": UNKNOWN_ID}, code=4),
    Provoked(("POST", "/subscriber/unsubscribe"), 406, body={"email": UNKNOWN_EMAIL}, code=7),
    Provoked(("POST", "/subscriber/tag"), 406, body={"email": UNKNOWN_EMAIL}, code=7),
    Provoked(("POST", "/subscriber/untag"), 406, body={"email": UNKNOWN_EMAIL}, code=7),
    Provoked(("POST", "/subscriber/search"), 404, body={"email": UNKNOWN_EMAIL}),
    Provoked(("GET", "/tag/{tagid}"), 404, ids={"tagid": UNKNOWN_ID}),
    Provoked(("PUT", "/tag/{tagid}"), 404, ids={"tagid": UNKNOWN_ID}),
    Provoked(("DELETE", "/tag/{tagid}"), 404, ids={"tagid": UNKNOWN_ID}),
    Provoked(("POST", "/tag"), 406, body={"name": "2026"}),
    Provoked(("PUT", "/tag/{tagid}"), 406, body={"name": ""}),
    Provoked(("DELETE", "/tag/{tagid}"), 406, ids={"tagid": TAG_IN_USE}),
)

NOT_PROVOKED = {
    (("POST", "/account/login"), 406): "wrong names and passwords are 400 and 401, no source tells what is left",
}
"""Documented errors for which neither the document nor any other source names an occasion."""


@pytest.fixture
def known(sandbox: Any) -> Known:
    sandbox.switches.before_october_2026 = True
    return look_around(sandbox.url)


def name_of(operation: Operation) -> str:
    return " ".join(operation)


def assert_documented(answer: requests.Response, operation: Operation) -> None:
    shape = DOCUMENTED[operation].answer(answer.status_code)
    if shape is None or (answer.status_code == 404 and not answer.content):
        return  # 404 has "a message or an empty body"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert objections(answer.json(), shape) == []


def test_the_facts_say_which_operations_are_documented() -> None:
    assert FACT_OF_CALL.keys() == DOCUMENTED.keys()


@pytest.mark.parametrize("operation", DOCUMENTED, ids=name_of)
def test_the_sample_of_the_fact_is_as_documented(operation: Operation) -> None:
    fact, documented = FACT_OF_CALL[operation], DOCUMENTED[operation]

    assert fact.query.keys() <= documented.query
    if documented.takes:
        assert objections(fact.body, documented.takes) == []
    if documented.gives:
        assert objections(fact.answer, documented.gives) == []


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        pytest.param(operation, way, id=f"{name_of(operation)} {way}".rstrip())
        for operation, documented in DOCUMENTED.items()
        for way in (BODIES if documented.takes else [""])
    ],
)
def test_every_operation_takes_every_documented_kind_of_body_and_answers_as_documented(
    operation: Operation, way: str, known: Known
) -> None:
    answer = send(in_sandbox(FACT_OF_CALL[operation], known), known, way)

    assert answer.status_code == 200, answer.text
    assert_documented(answer, operation)


def provoke(case: Provoked, known: Known) -> requests.Response:
    fact = in_sandbox(FACT_OF_CALL[case.operation], known)
    wrong = replace(
        fact,
        ids={**fact.ids, **case.ids},
        body={**fact.body, **case.body},
        query={**fact.query, **case.query},
    )
    return send(wrong, known if case.signed else replace(known, headers={}))


every_case = pytest.mark.parametrize("case", PROVOKED, ids=lambda case: f"{name_of(case.operation)} {case.status}")


@every_case
def test_errors_are_as_documented(case: Provoked, known: Known) -> None:
    answer = provoke(case, known)

    assert answer.status_code == case.status, answer.text
    assert_documented(answer, case.operation)
    if case.code is not None:
        assert answer.json()["error"] == case.code


@every_case
def test_errors_since_october_2026_have_the_documented_status_and_shape(
    case: Provoked, sandbox: Any, known: Known
) -> None:
    sandbox.switches.before_october_2026 = False

    answer = provoke(case, known)

    assert answer.status_code == case.status, answer.text
    assert_documented(answer, case.operation)


def test_every_documented_error_is_provoked_or_it_is_said_why_not() -> None:
    in_document = {(operation, status) for operation, documented in DOCUMENTED.items() for status in documented.refuses}

    assert {(case.operation, case.status) for case in PROVOKED} | NOT_PROVOKED.keys() == in_document
