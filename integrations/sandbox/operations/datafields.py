"""Data fields: their names, and their types where the query has ``detail=true``."""

from typing import Any

from integrations.sandbox import errors
from integrations.sandbox.fields import WORDS
from integrations.sandbox.operations.call import Call, query_value, since_october
from integrations.sandbox.routes import route


@route("GET", "/field")
def index(call: Call) -> dict[str, Any]:
    """The names of the fields by key, or with ``detail=true`` both name and type."""
    if _detailed(call):
        return {field.key: {"name": field.label, "type": WORDS[field.type]} for field in call.account.fields.values()}
    return {field.key: field.label for field in call.account.fields.values()}


@route("GET", "/field/{fieldid}")
def retrieve(call: Call) -> dict[str, str]:
    """The field whose id is given without the prefix ``field``, with ``detail=true`` its type as well."""
    field = call.account.fields.get(f"field{call.id}")
    if field is None:
        raise errors.no_entity(call.language)
    return {"id": call.id, "name": field.label} | ({"type": WORDS[field.type]} if _detailed(call) else {})


def _detailed(call: Call) -> bool:
    """Whether types are asked for. Raises Refusal 405 before October 2026."""
    if query_value(call, "detail") != "true":
        return False
    since_october(call)
    return True
