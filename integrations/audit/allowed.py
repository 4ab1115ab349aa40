"""What the log keeps of requests and answers: an allow-list per operation.

Ids, codes, statuses, counts and the names of tags and data fields are kept; values of contacts never are.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from integrations.klicktipp import KlickTippError, Rejected
from integrations.messages import problem_in_words

_CONTACT_FILTERS = ("status", "bounce_status")

_KEPT_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "get_optin_process": ("optin_process_id",),
    "get_optin_redirect": ("optin_process_id",),
    "get_tag": ("tag_id",),
    "create_tag": ("name",),
    "update_tag": ("tag_id", "name"),
    "delete_tag": ("tag_id",),
    "get_field": ("field_id",),
    "list_contacts": _CONTACT_FILTERS,
    "add_or_update_contact": ("optin_process_id", "tag_id"),
    "get_contact": ("contact_id",),
    "update_contact": ("contact_id",),
    "delete_contact": ("contact_id",),
    "tag_contact": ("tag_ids",),
    "untag_contact": ("tag_id",),
    "list_tagged_contacts": ("tag_id", *_CONTACT_FILTERS),
}


def _count(result: Any) -> dict[str, Any]:
    return {"count": len(result)}


def _contact(result: Any) -> dict[str, Any]:
    return {
        "contact_id": result.id,
        "status": result.status,
        "sms_status": result.sms_status,
        "tag_ids": list(result.tag_ids),
    }


_KEPT_ANSWERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "login": lambda result: {"account_id": result.account.id if result.account else None},
    "get_account": lambda result: {"account_id": result.id},
    "list_optin_processes": _count,
    "get_optin_process": lambda result: {"single_optin": result.single_optin},
    "list_tags": _count,
    "create_tag": lambda result: {"tag_id": result},
    "list_fields": _count,
    "list_contacts": _count,
    "list_tagged_contacts": _count,
    "find_contact": lambda result: {"contact_id": result},
    "add_or_update_contact": _contact,
    "get_contact": _contact,
}

_ADDRESS = re.compile(r"""(?:"[^"]*"|[^\s@<>()\[\]"',;]+)@[^\s@<>()\[\]"',;]+""")
_NUMBER = re.compile(r"\+?\d[\d\s/()._-]{3,}\d")
_LONGEST_TEXT = 200
_HIDDEN = "•••"


def scrub(text: str, values: Iterable[str] = ()) -> str:
    """Text of the service without addresses, longer numbers and the given values of a contact, however spelled."""
    text = unquote(text)
    for value in sorted({value.strip() for value in values}, key=len, reverse=True):
        if value:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", _HIDDEN, text, flags=re.IGNORECASE)
    return _NUMBER.sub(_HIDDEN, _ADDRESS.sub(_HIDDEN, text))[:_LONGEST_TEXT]


def kept_request(operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the log keeps of a call's arguments, ready for JSON."""
    kept = {name: arguments[name] for name in _KEPT_ARGUMENTS.get(operation, ()) if arguments.get(name) is not None}
    if fields := arguments.get("fields"):
        kept["fields"] = sorted(fields)
    return {name: list(value) if isinstance(value, tuple | set) else value for name, value in kept.items()}


def kept_answer(operation: str, result: Any) -> dict[str, Any]:
    """What the log keeps of a successful answer, ready for JSON."""
    keep = _KEPT_ANSWERS.get(operation)
    return keep(result) if keep and result is not None else {}


def kept_error(error: KlickTippError, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the log keeps of a failure: what it means, the data field's name, and the service's own words, scrubbed."""
    kept: dict[str, Any] = {"problem": str(problem_in_words(error))}
    if isinstance(error, Rejected) and error.name:
        kept["field"] = error.name
    values = _contact_data(arguments) | ({error.value} if error.value else set())
    for name in ("reason", "message"):
        if text := getattr(error, name):
            kept[name] = scrub(text, values)
    return kept


def _contact_data(arguments: Mapping[str, Any]) -> set[str]:
    """The values in a call's arguments that are about a person."""
    fields = arguments.get("fields") or {}
    given = [arguments.get(name) for name in ("email", "new_email", "sms_number", "new_sms_number")]
    return {str(value) for value in (*given, *fields.values()) if value}
