"""The refusals an operation can raise, in the forms of the contract (OpenAPI document, developer guide)."""

from typing import Any

from integrations.sandbox.texts import text


class Refusal(Exception):
    """An answer other than 200: its HTTP status and the value that becomes its JSON body."""

    def __init__(self, status: int, payload: Any) -> None:
        super().__init__(status, payload)
        self.status = status
        self.payload = payload


def message(status: int, language: str, key: str, /, **values: object) -> Refusal:
    """A refusal whose body is ``["message"]`` in the account's language."""
    return Refusal(status, [text(language, key, **values)])


def code(number: int, detail: int | None = None, status: int = 406) -> Refusal:
    """A refusal with ``{"error": number}`` or ``{"error": number, "code": detail}``."""
    return Refusal(status, {"error": number} if detail is None else {"error": number, "code": detail})


def field_invalid(label: str, name: str, value: str, reason: str) -> Refusal:
    """A 406 that says which data field has an invalid value."""
    return Refusal(406, {"error": 8, "field": label, "name": name, "field_value": value, "reason": reason})


def no_entity(language: str) -> Refusal:
    return message(404, language, "no_entity")
