"""The sandbox against KlickTipp's OpenAPI document: every documented operation exists, takes every documented
kind of body, and gives the documented answers, errors included.

The document lies beside the repository (`KLICKTIPP_OPENAPI` names another place) and is no part of it: where it
is absent, these tests are skipped.

Every example in the document obeys its own schema (the first test watches over that), so the schemas are
followed, with one exception: the service is PHP and writes an empty object as `[]`. What the document does not
say at all (`GET /account`, the listbuilding calls, the body of the answer to a logout) only the facts check.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft4Validator

from tests.facts import FACTS, Fact
from tests.sandbox.test_facts import Known, in_sandbox, look_around, send

DOCUMENT = Path(
    os.environ.get("KLICKTIPP_OPENAPI")
    or Path(__file__).resolve().parents[3] / "shared/klicktipp-management.openapi.json"
)
if not DOCUMENT.is_file():
    pytest.skip(f"KlickTipp's OpenAPI document is not at {DOCUMENT}", allow_module_level=True)

Operation = tuple[str, str]
"""Method and path; in the path, parameters are named in braces."""

RAW = json.loads(DOCUMENT.read_text(encoding="utf-8"))
OPERATIONS: Mapping[Operation, Mapping[str, Any]] = {
    (method.upper(), path): operation
    for path, operations in RAW["paths"].items()
    for method, operation in operations.items()
}
FACT_OF_CALL: Mapping[Operation, Fact] = {(fact.method, fact.template): fact for fact in FACTS}
UNKNOWN_ID = "999999999"
UNKNOWN_EMAIL = "nobody.at.all@klicktipp.example"


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: what is nullable may be null, an object without content may be a list."""
    if isinstance(node, list):
        return [as_json_schema(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    schema = {key: as_json_schema(inner) for key, inner in node.items()}
    if not isinstance(schema.get("type"), str):
        return schema
    alternatives = [schema]
    if schema.pop("nullable", False):
        alternatives.append({"type": "null"})
    if schema["type"] == "object":
        alternatives.append({"type": "array", "maxItems": 0})
    return schema if len(alternatives) == 1 else {"anyOf": alternatives}


COMPONENTS = {"schemas": as_json_schema(RAW["components"]["schemas"])}


def objections(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """What a schema of the document has against a value."""
    validator = Draft4Validator({"allOf": [as_json_schema(schema)], "components": COMPONENTS})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def documented(operation: Operation, status: int) -> Mapping[str, Any] | None:
    """What an answer of an operation has for a body (its schema, its example), if the document says so."""
    response = OPERATIONS[operation]["responses"][str(status)]
    if "$ref" in response:
        response = RAW["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response.get("content", {}).get("application/json")


def bodies(operation: Operation) -> Mapping[str, Any]:
    """The kinds of body an operation takes, by content type."""
    return OPERATIONS[operation].get("requestBody", {}).get("content", {})


def examples(node: Any, where: str = "") -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Every example in the document: where it stands, the example, the schema it belongs to."""
    if isinstance(node, list):
        for number, inner in enumerate(node):
            yield from examples(inner, f"{where}/{number}")
    elif isinstance(node, dict):
        if "example" in node and ("schema" in node or "type" in node):
            yield where, node["example"], node.get("schema", node)
        for key, inner in node.items():
            if key != "example":
                yield from examples(inner, f"{where}/{key}")


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
    Provoked(operation, 403, signed=False)
    for operation, documented_as in OPERATIONS.items()
    if "403" in documented_as["responses"]
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
)

NOT_PROVOKED = {
    (("POST", "/account/login"), 406): "wrong names and passwords are 400 and 401, no source tells what is left",
    (("POST", "/tag"), 406): "a name that is taken is 409, no source tells which other rule there is",
    (("PUT", "/tag/{tagid}"), 406): "as for creating one",
    (("DELETE", "/tag/{tagid}"), 406): "no source tells which rule could forbid it",
}
"""Documented errors for which neither the document nor any other source names an occasion."""


@pytest.fixture
def known(sandbox: Any) -> Known:
    return look_around(sandbox.url)


def name_of(operation: Operation) -> str:
    return " ".join(operation)


def assert_documented(answer: requests.Response, operation: Operation) -> None:
    body = documented(operation, answer.status_code)
    if body is None or (answer.status_code == 404 and not answer.content):
        return  # 404 has "a message or an empty body"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert objections(answer.json(), body["schema"]) == []


def test_every_example_in_the_document_obeys_its_schema() -> None:
    found = list(examples(RAW))

    assert len(found) > 50
    assert [(where, objections(example, schema)) for where, example, schema in found] == [
        (where, []) for where, _, _ in found
    ]


def test_the_facts_have_every_operation_of_the_document_and_say_which_are_not_in_it() -> None:
    assert {call for call, fact in FACT_OF_CALL.items() if fact.in_openapi} == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_the_sample_of_the_fact_is_as_documented(operation: Operation) -> None:
    fact = FACT_OF_CALL[operation]

    for body in bodies(operation).values():
        assert objections(fact.body, body["schema"]) == []
    if answer := documented(operation, 200):
        assert objections(fact.answer, answer["schema"]) == []


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        pytest.param(operation, way, id=f"{name_of(operation)} {way}".rstrip())
        for operation in OPERATIONS
        for way in (bodies(operation) or [""])
    ],
)
def test_every_operation_takes_every_documented_kind_of_body_and_answers_as_documented(
    operation: Operation, way: str, known: Known
) -> None:
    answer = send(in_sandbox(FACT_OF_CALL[operation], known), known, way)

    assert answer.status_code == 200, answer.text
    assert_documented(answer, operation)


@pytest.mark.parametrize("case", PROVOKED, ids=lambda case: f"{name_of(case.operation)} {case.status}")
def test_errors_are_as_documented(case: Provoked, known: Known) -> None:
    fact = in_sandbox(FACT_OF_CALL[case.operation], known)
    wrong = replace(
        fact,
        ids={**fact.ids, **case.ids},
        body={**fact.body, **case.body},
        query={**fact.query, **case.query},
    )

    answer = send(wrong, known if case.signed else replace(known, headers={}))

    assert answer.status_code == case.status, answer.text
    assert_documented(answer, case.operation)
    if case.code is not None:
        assert answer.json()["error"] == case.code


def test_every_documented_error_is_provoked_or_it_is_said_why_not() -> None:
    in_document = {
        (operation, int(status))
        for operation, documented_as in OPERATIONS.items()
        for status in documented_as["responses"]
        if status != "200"
    }

    assert {(case.operation, case.status) for case in PROVOKED} | NOT_PROVOKED.keys() == in_document
