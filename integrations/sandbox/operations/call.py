"""What an operation is given, and how it reads its arguments."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from integrations.sandbox import addresses, errors
from integrations.sandbox.model import (
    BOUNCES,
    DEFAULT_BOUNCES,
    DEFAULT_STATUSES,
    STATUSES,
    Account,
    Contact,
    Tag,
)
from integrations.sandbox.store import Store
from integrations.sandbox.switches import Switches
from integrations.sandbox.texts import text
from integrations.sandbox.wire import Request


@dataclass
class Call:
    """One request to an operation; ``id`` is the variable part of the path."""

    store: Store
    switches: Switches
    request: Request
    account: Account
    data: dict[str, Any]
    id: str = ""
    sessid: str | None = None

    @property
    def language(self) -> str:
        return self.account.language

    def contact_changed(self, contact: Contact) -> None:
        self.store.touch_contact(self.account, contact)


def required_text(call: Call, key: str) -> str:
    """The argument without surrounding space. Raises Refusal 400 if it is missing or no text."""
    value = call.data.get(key)
    if not isinstance(value, str):
        raise errors.message(400, call.language, "must_be_string", key=key)
    return value.strip()


def optional_text(call: Call, key: str) -> str:
    """The argument without surrounding space, "" if it is missing or null.

    Raises Refusal 400 if it is no text.
    """
    if call.data.get(key) is None:
        return ""
    return required_text(call, key)


def number(value: Any) -> int | None:
    """The id in a number or a text of digits, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 19:
        return int(value)
    return None


def required_number(call: Call, key: str) -> int:
    """The id given as this argument. Raises Refusal 400 if it is missing or no number."""
    found = number(call.data.get(key))
    if found is None:
        raise errors.message(400, call.language, "must_be_number", key=key)
    return found


def optional_number(call: Call, key: str) -> int | None:
    """The id given as this argument.

    None for a missing, null, empty or zero one. Raises Refusal 400 otherwise.
    """
    if call.data.get(key) in (None, "", 0, "0"):
        return None
    return required_number(call, key)


def items(value: Any) -> list[Any]:
    """The members of a list, of an indexed form value, or one value alone."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def path_number(call: Call) -> int:
    """The id in the path. Raises Refusal 404 if it is no number."""
    found = number(call.id)
    if found is None:
        raise errors.no_entity(call.language)
    return found


def filtered(call: Call) -> list[Contact]:
    """The contacts that ``status`` and ``bounceStatus`` let through. Raises Refusal 400 for an unknown value."""
    statuses = _choices(call, "status", STATUSES, DEFAULT_STATUSES)
    bounces = _choices(call, "bounceStatus", BOUNCES, DEFAULT_BOUNCES)
    return [contact for contact in call.account.contacts.values() if contact.matches(statuses, bounces)]


def _choices(call: Call, key: str, allowed: dict[str, str], default: frozenset[str]) -> frozenset[str]:
    """A filter's values from the body, or from the query where the body has none; the default without any.

    They are a list, an indexed form value or a text with commas. Raises Refusal 400 for a value that is not
    allowed.
    """
    value = call.data.get(key)
    if value is None:
        value = _query(call).get(key, [])
    words = [word.strip() for item in items(value) for word in str(item).split(",") if word.strip()]
    if not set(words) <= set(allowed):
        raise errors.message(400, call.language, "filter", key=key, allowed=", ".join(allowed))
    return frozenset(words) or default


def query_value(call: Call, key: str) -> str | None:
    """The query's value of this name, the last one of several; None without one or for an empty one."""
    values = _query(call).get(key)
    return values[-1] if values else None


def _query(call: Call) -> dict[str, list[str]]:
    """The query's values by name, where ``status[]`` and ``status[0]`` count as ``status``."""
    values: dict[str, list[str]] = {}
    for name, found in parse_qs(call.request.query).items():
        values.setdefault(name.partition("[")[0], []).extend(found)
    return values


def since_october(call: Call) -> None:
    """Raises Refusal 405 where the sandbox plays the service that did not know this operation yet."""
    if call.switches.before_october_2026:
        raise errors.Refusal(405, text(call.language, "method"))


def refuse_on_demand(email: str) -> None:
    """Raises the Refusal that an address ``error-<code>@`` asks for."""
    wanted = addresses.code_on_demand(email)
    if wanted:
        raise errors.code(*wanted)


def known_contact(call: Call, unknown: errors.Refusal) -> Contact:
    """The contact with the argument ``email``.

    Raises Refusal: 400 without the argument, 32 if it is empty, 5 if it is no address, ``unknown`` for an
    address that no contact has.
    """
    email = required_text(call, "email")
    if not email:
        raise errors.code(32)
    refuse_on_demand(email)
    contact = call.account.contact_by_email(email)
    if contact:
        return contact
    if unknown.status == 406 and not addresses.is_email(email):
        raise errors.code(5)
    raise unknown


def contact_in_path(call: Call) -> Contact | None:
    """The contact whose id or contact key is in the path."""
    found = number(call.id)
    return call.account.contact_by_key(call.id) if found is None else call.account.contacts.get(found)


def manual_tag(call: Call, tag_id: int) -> Tag:
    """The tag with this id. Raises Refusal: 403 for an unknown tag, 31 for a SmartTag."""
    tag = call.account.tags.get(tag_id)
    if tag is None:
        raise errors.code(403)
    if tag.smart:
        raise errors.code(31)
    return tag
