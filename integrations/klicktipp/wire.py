"""From the arguments of a method to an HTTP request, in the form of the KlickTipp OpenAPI document."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from .errors import InvalidRequest
from .operations import Operation

STATUSES: Final = ("pending", "subscribed", "unsubscribed")
"""What contacts can be filtered by."""

BOUNCE_STATUSES: Final = ("nobounce", "softbounce", "hardbounce", "spambounce")
"""What contacts can be filtered by."""

SECRET_ARGUMENTS: Final = frozenset({"password", "api_key"})

_NAMES: Final = {
    "api_key": "apikey",
    "bounce_status": "bounceStatus",
    "new_email": "newemail",
    "new_sms_number": "newsmsnumber",
    "optin_process_id": "listid",
    "since": "from",
    "sms_number": "smsnumber",
    "tag_id": "tagid",
    "tag_ids": "tagids",
}
"""Those arguments that have another name on the wire."""

MOST_CONTACTS_AT_ONCE: Final = 200
"""How many contacts one call can read."""

_ADDRESSES: Final = ("email", "sms_number")
_ID: Final = re.compile(r"[1-9][0-9]{0,18}")
_CONTACT_KEY: Final = re.compile(r"(?=[0-9]*[A-Za-z])[0-9A-Za-z]{1,64}")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent for a call. `query` is encoded and empty if there is none, `body` is JSON."""

    path: str
    query: str
    body: bytes | None


def checked(operation: Operation, given: Mapping[str, object]) -> dict[str, object]:
    """The arguments that were given, each in its one form. What is None was not given.

    `InvalidRequest` for what the service could only refuse: an argument missing, empty or impossible.
    """
    arguments: dict[str, object] = {}
    for name in operation.arguments:
        value = given.get(name)
        if value is None:
            if name in operation.required:
                raise InvalidRequest(operation.name, hint=f"{name} is missing")
            continue
        try:
            arguments[name] = _CHECKS[name](value)
        except ValueError as error:
            raise InvalidRequest(operation.name, hint=f"{name} {error}") from None
    if _needs_address(operation) and not any(name in arguments for name in _ADDRESSES):
        raise InvalidRequest(operation.name, hint="email or sms_number is missing")
    return arguments


def _needs_address(operation: Operation) -> bool:
    return all(name in operation.arguments for name in _ADDRESSES)


def encoded(operation: Operation, arguments: Mapping[str, object]) -> Request:
    """The request for checked arguments."""
    path, rest = operation.path, {}
    for name, value in arguments.items():
        place = f"{{{name}}}"
        if place in path:
            path = path.replace(place, _in_path(value))
        else:
            rest[_NAMES.get(name, name)] = str(value) if name in operation.as_text else value
    if operation.method == "GET":
        return Request(path, _query({**operation.query, **rest}), None)
    has_body = rest or operation.method == "PUT"
    return Request(path, "", json.dumps(rest).encode() if has_body else None)


def _query(parameters: Mapping[str, object]) -> str:
    flat = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in parameters.items()}
    return urlencode(flat, safe=",")


def _in_path(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else quote(str(value), safe="")


# --- What arguments have to be ---


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text")
    return value


def _filled(value: object) -> str:
    if not _text(value).strip():
        raise ValueError("is empty")
    return str(value)


def _id(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str) or not _ID.fullmatch(str(value)):
        raise ValueError("is not an id")
    return int(value)


def _ids(value: object) -> tuple[int, ...]:
    if isinstance(value, int):
        return (_id(value),)
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise ValueError("is not a list of ids")
    ids = tuple(_id(item) for item in value)
    if not ids:
        raise ValueError("is empty")
    return ids


def _contact_id(value: object) -> str:
    """The id, or the contact key that is taken in its place: letters and digits."""
    if isinstance(value, str) and _CONTACT_KEY.fullmatch(value):
        return value
    return str(_id(value))


def _contact_ids(value: object) -> tuple[str, ...]:
    ids = tuple(map(str, _ids(value)))
    if len(ids) > MOST_CONTACTS_AT_ONCE:
        raise ValueError(f"has more than {MOST_CONTACTS_AT_ONCE} ids")
    return ids


def _limit(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("is no number of contacts")
    return value


def _since(value: object) -> int:
    """Seconds of unix time."""
    if isinstance(value, datetime) and value.tzinfo:
        return int(value.timestamp())
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("is no moment")
    return value


def _field_id(value: object) -> str:
    """Without its prefix, as the path has it."""
    bare = _filled(value).removeprefix("field")
    if not re.fullmatch(r"[0-9A-Za-z_-]+", bare):
        raise ValueError("is not the id of a data field")
    return bare


def _fields(value: object) -> dict[str, str]:
    """Values by id, with prefix. Numbers are written out, None is left out."""
    if not isinstance(value, Mapping):
        raise ValueError("is not a mapping")
    fields = {}
    for key, item in value.items():
        if item is None:
            continue
        if isinstance(item, bool) or not isinstance(item, str | int):
            raise ValueError("has a value that is neither text nor a whole number")
        fields[f"field{_field_id(key)}"] = str(item)
    return fields


def _choice(*allowed: str) -> Callable[[object], tuple[str, ...]]:
    def choice(value: object) -> tuple[str, ...]:
        items = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Iterable) else ()
        if not items:
            raise ValueError("is empty")
        if not all(item in allowed for item in items):
            raise ValueError(f"is none of {', '.join(allowed)}")
        return items

    return choice


_CHECKS: Final[Mapping[str, Callable[[object], object]]] = {
    "api_key": _filled,
    "bounce_status": _choice(*BOUNCE_STATUSES),
    "contact_id": _contact_id,
    "contact_ids": _contact_ids,
    "cursor": _filled,
    "email": _filled,
    "field_id": _field_id,
    "fields": _fields,
    "limit": _limit,
    "name": _filled,
    "new_email": _filled,
    "new_sms_number": _filled,
    "optin_process_id": _id,
    "password": _filled,
    "since": _since,
    "sms_number": _filled,
    "status": _choice(*STATUSES),
    "tag_id": _id,
    "tag_ids": _ids,
    "text": _text,
    "username": _filled,
}
