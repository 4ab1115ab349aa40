"""Data fields:

their types and what each accepts (OpenAPI document, SubscriberCreateSchema.fields; developer guide).
"""

import re
from collections.abc import Callable
from typing import Any

from integrations.sandbox import errors
from integrations.sandbox.model import Account, DataField
from integrations.sandbox.texts import text

_DIGITS = re.compile(r"[0-9]+")
_WHOLE = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"(-?)([0-9]+)(?:[.,]([0-9]{1,2}))?")
_URL = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9]{3,20}")
_PHONE_SEPARATORS = str.maketrans("", "", " -/().")
_LATEST = 253402300799


def _any(value: str) -> str | None:
    return value


def _line(value: str) -> str | None:
    return None if "\n" in value or "\r" in value else value


def _email(value: str) -> str | None:
    return value if "@" in value and "\n" not in value else None


def _number(value: str) -> str | None:
    return value if _DIGITS.fullmatch(value) else None


def _decimal(value: str) -> str | None:
    """Digits alone count hundredths: 1999 is 19.99; a value with a separator stands for itself."""
    found = _DECIMAL.fullmatch(value)
    if not found:
        return None
    sign, whole, fraction = found.groups()
    if fraction is None:
        padded = whole.zfill(3)
        whole, fraction = padded[:-2], padded[-2:]
    return f"{sign}{whole.lstrip('0') or '0'}.{fraction:0<2}"


def _url(value: str) -> str | None:
    return value if _URL.fullmatch(value) else None


def _time(value: str) -> str | None:
    return value if _DIGITS.fullmatch(value) and len(value) < 9 and int(value) <= 86399 else None


def _timestamp(value: str) -> str | None:
    return value if _WHOLE.fullmatch(value) and len(value) < 15 and abs(int(value)) <= _LATEST else None


def _phone(value: str) -> str | None:
    """International numbers are kept in the 00 form; a number with one leading zero stays as it is."""
    bare = value.translate(_PHONE_SEPARATORS)
    if not _PHONE.fullmatch(bare):
        return None
    return bare if bare.startswith("0") else f"00{bare.removeprefix('+')}"


TYPES: dict[str, tuple[Callable[[str], str | None], str]] = {
    "Line": (_line, "field_line"),
    "Paragraph": (_any, ""),
    "Email": (_email, "field_email"),
    "Number": (_number, "field_number"),
    "Decimal number": (_decimal, "field_decimal"),
    "URL": (_url, "field_url"),
    "Time": (_time, "field_time"),
    "Date": (_timestamp, "field_date"),
    "Date & time": (_timestamp, "field_date"),
    "HTML": (_any, ""),
    "Phone": (_phone, "field_phone"),
}

WORDS = {
    "Line": "line",
    "Paragraph": "paragraph",
    "Email": "email",
    "Number": "number",
    "Decimal number": "decimal",
    "URL": "url",
    "Time": "time",
    "Date": "date",
    "Date & time": "datetime",
    "HTML": "html",
    "Phone": "line",
}
"""What the API calls the types. The contract knows ten of them; a phone number is a line."""


def stored_value(account: Account, field: DataField, value: Any) -> str:
    """The value as the service keeps it. Raises Refusal (code 8) if the field's type does not allow it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise errors.field_invalid(field.label, field.key, str(value), text(account.language, "field_scalar"))
    plain = str(value)
    if plain == "":
        return plain
    check, reason = TYPES[field.type]
    stored = check(plain)
    if stored is None:
        raise errors.field_invalid(field.label, field.key, plain, text(account.language, reason))
    return stored


def checked(account: Account, values: Any) -> dict[str, str]:
    """What to store for the ``fields`` of a request: a mapping of field key to value.

    None and an empty list (an empty mapping of PHP) stand for no fields. Raises Refusal: 400 if it is no
    mapping, code 8 for an unknown field or an invalid value.
    """
    if values is None or values == [] or values == "":
        return {}
    if not isinstance(values, dict):
        raise errors.message(400, account.language, "must_be_mapping", key="fields")
    stored = {}
    for key, value in values.items():
        field = account.fields.get(key)
        if field is None:
            raise errors.field_invalid(key, key, str(value), text(account.language, "field_unknown"))
        if value is not None:
            stored[key] = stored_value(account, field, value)
    return stored
