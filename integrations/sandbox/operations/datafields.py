"""Data fields. The API tells their names, not their types."""

from integrations.sandbox import errors
from integrations.sandbox.operations.call import Call
from integrations.sandbox.routes import route


@route("GET", "/field")
def index(call: Call) -> dict[str, str]:
    return {field.key: field.label for field in call.account.fields.values()}


@route("GET", "/field/{fieldid}")
def retrieve(call: Call) -> dict[str, str]:
    """The field whose id is given without the prefix ``field``."""
    field = call.account.fields.get(f"field{call.id}")
    if field is None:
        raise errors.no_entity(call.language)
    return {"id": call.id, "name": field.label}
