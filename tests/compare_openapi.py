"""The facts of `tests/openapi_facts.py` against KlickTipp's OpenAPI document, which is no part of the repository.

Run by name where the document is at hand; its path comes from the environment:

    KLICKTIPP_OPENAPI=path/to/openapi.json T=tests/compare_openapi.py make test
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.facts import CODES
from tests.openapi_facts import BODIES, DOCUMENTED, REFUSALS, Operation, Shape, many, mapping, objections, optional

RAW = json.loads(Path(os.environ["KLICKTIPP_OPENAPI"]).read_text(encoding="utf-8"))
OPERATIONS: Mapping[Operation, Mapping[str, Any]] = {
    (method.upper(), path): operation
    for path, operations in RAW["paths"].items()
    for method, operation in operations.items()
}


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference in the document stands for."""
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    return RAW["components"][kind][name]


def shape(schema: Mapping[str, Any]) -> Shape:
    """A schema of the document in the form of the facts."""
    schema = resolved(schema)
    if "oneOf" in schema:
        return {"anyOf": [shape(alternative) for alternative in schema["oneOf"]]}
    if schema.get("nullable"):
        return optional(shape({**schema, "nullable": False}))
    if schema["type"] == "array":
        return many(shape(schema["items"]))
    if schema["type"] != "object":
        return {"type": schema["type"]}
    rules: dict[str, Any] = {}
    if "properties" in schema:
        rules["properties"] = {name: shape(inner) for name, inner in schema["properties"].items()}
    if "required" in schema:
        rules["required"] = sorted(schema["required"])
    if "additionalProperties" in schema:
        rules["additionalProperties"] = shape(schema["additionalProperties"])
    return mapping(**rules)


def answer(operation: Operation, status: str) -> Shape | None:
    content = resolved(OPERATIONS[operation]["responses"][status]).get("content")
    return shape(content["application/json"]["schema"]) if content else None


def examples(node: Any) -> Iterator[tuple[Any, Shape]]:
    """Every example in the document, and the shape it belongs to."""
    if isinstance(node, list):
        for inner in node:
            yield from examples(inner)
    elif isinstance(node, dict):
        if "example" in node and ("schema" in node or "type" in node):
            yield node["example"], shape(node.get("schema", node))
        for key, inner in node.items():
            if key != "example":
                yield from examples(inner)


def test_the_facts_have_every_operation_of_the_document_and_no_other() -> None:
    assert DOCUMENTED.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_what_an_operation_takes_is_as_documented(operation: Operation) -> None:
    _, path = operation
    fact, raw = DOCUMENTED[operation], OPERATIONS[operation]
    where = {parameter["name"]: parameter["in"] for parameter in raw.get("parameters", [])}
    required = {parameter["name"] for parameter in raw.get("parameters", []) if parameter.get("required")}
    bodies = raw.get("requestBody", {}).get("content", {})

    assert where == dict.fromkeys(fact.query, "query") | dict.fromkeys(re.findall(r"{(\w+)}", path), "path")
    assert not required & fact.query
    assert {kind: shape(body["schema"]) for kind, body in bodies.items()} == (
        {} if fact.takes is None else dict.fromkeys(BODIES, fact.takes)
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_what_an_operation_answers_is_as_documented(operation: Operation) -> None:
    fact = DOCUMENTED[operation]

    assert {int(status): answer(operation, status) for status in OPERATIONS[operation]["responses"]} == {
        200: fact.gives,
        **{status: REFUSALS[status] for status in fact.refuses},
    }


def test_every_code_of_a_refusal_is_known() -> None:
    codes = {
        int(code)
        for code in re.findall(r"- `(\d+)` - ", RAW["components"]["responses"]["NotAcceptableResponse"]["description"])
    }

    assert codes
    assert codes <= CODES.keys()


def test_every_example_in_the_document_obeys_its_schema() -> None:
    found = list(examples(RAW))

    assert len(found) > 50
    assert [(example, objections(example, each)) for example, each in found if objections(example, each)] == []
