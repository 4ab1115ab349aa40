"""The table of operations: all that is known about each of the 26, but how to read its answer.

Sources: KlickTipp OpenAPI; `get_account` is known from public clients only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from .errors import Happened


class AuthKind(StrEnum):
    """What signs a request."""

    KEY = "key"
    """A developer key with a customer key, or a session."""
    LISTBUILDING = "listbuilding"
    """A listbuilding API key in the body."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    number: its place in the table
    path: with the arguments it takes in braces
    safe: changes nothing
    repeatable: reaches the same state when sent twice; every safe operation does
    arguments: what the method of this name takes
    required: those of them that cannot be left out
    """

    number: int
    name: str
    method: str
    path: str
    auth: AuthKind
    safe: bool
    repeatable: bool
    arguments: tuple[str, ...]
    required: tuple[str, ...]

    @property
    def doubtful(self) -> Happened:
        """Whether a call has happened of which only is known that it was sent."""
        return Happened.NO if self.safe else Happened.UNKNOWN


class _Effect(Enum):
    """(safe, repeatable)"""

    READS = (True, True)
    SETS = (False, True)
    ONCE = (False, False)


def _row(
    number: int,
    name: str,
    method: str,
    path: str,
    auth: AuthKind,
    effect: _Effect,
    arguments: str = "",
) -> Operation:
    """`arguments` are parted by spaces, a question mark follows those that can be left out."""
    safe, repeatable = effect.value
    names = arguments.split()
    return Operation(
        number,
        name,
        method,
        path,
        auth,
        safe,
        repeatable,
        arguments=tuple(argument.rstrip("?") for argument in names),
        required=tuple(argument for argument in names if not argument.endswith("?")),
    )


_KEY, _LIST, _NONE = AuthKind.KEY, AuthKind.LISTBUILDING, AuthKind.NONE
_READS, _SETS, _ONCE = _Effect.READS, _Effect.SETS, _Effect.ONCE
_FILTER = "tag_id status bounce_status"
_ADD = "email? sms_number? optin_process_id? tag_id? fields?"
_UPDATE = "contact_id new_email? new_sms_number? fields?"
_SIGNIN = "api_key email? sms_number? fields?"

# fmt: off
_TABLE: Final = (
    _row(1, "login", "POST", "/account/login", _NONE, _ONCE, "username password"),
    _row(2, "logout", "POST", "/account/logout", _KEY, _SETS),
    _row(3, "get_account", "GET", "/account", _KEY, _READS),
    _row(4, "list_optin_processes", "GET", "/list", _KEY, _READS),
    _row(5, "get_optin_process", "GET", "/list/{optin_process_id}", _KEY, _READS, "optin_process_id"),
    _row(6, "get_optin_redirect", "POST", "/list/redirect", _KEY, _READS, "optin_process_id email"),
    _row(7, "list_tags", "GET", "/tag", _KEY, _READS),
    _row(8, "get_tag", "GET", "/tag/{tag_id}", _KEY, _READS, "tag_id"),
    _row(9, "create_tag", "POST", "/tag", _KEY, _ONCE, "name text?"),
    _row(10, "update_tag", "PUT", "/tag/{tag_id}", _KEY, _SETS, "tag_id name? text?"),
    _row(11, "delete_tag", "DELETE", "/tag/{tag_id}", _KEY, _ONCE, "tag_id"),
    _row(12, "list_fields", "GET", "/field", _KEY, _READS),
    _row(13, "get_field", "GET", "/field/{field_id}", _KEY, _READS, "field_id"),
    _row(14, "list_contacts", "GET", "/subscriber", _KEY, _READS, "status? bounce_status?"),
    _row(15, "add_or_update_contact", "POST", "/subscriber", _KEY, _ONCE, _ADD),
    _row(16, "get_contact", "GET", "/subscriber/{contact_id}", _KEY, _READS, "contact_id"),
    _row(17, "update_contact", "PUT", "/subscriber/{contact_id}", _KEY, _SETS, _UPDATE),
    _row(18, "delete_contact", "DELETE", "/subscriber/{contact_id}", _KEY, _ONCE, "contact_id"),
    _row(19, "unsubscribe_contact", "POST", "/subscriber/unsubscribe", _KEY, _SETS, "email"),
    _row(20, "find_contact", "POST", "/subscriber/search", _KEY, _READS, "email"),
    _row(21, "tag_contact", "POST", "/subscriber/tag", _KEY, _SETS, "email tag_ids"),
    _row(22, "untag_contact", "POST", "/subscriber/untag", _KEY, _SETS, "email tag_id"),
    _row(23, "list_tagged_contacts", "POST", "/subscriber/tagged", _KEY, _READS, _FILTER),
    _row(24, "signin", "POST", "/subscriber/signin", _LIST, _ONCE, _SIGNIN),
    _row(25, "signout", "POST", "/subscriber/signout", _LIST, _SETS, "api_key email"),
    _row(26, "signoff", "POST", "/subscriber/signoff", _LIST, _SETS, "api_key email"),
)
# fmt: on

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType({row.name: row for row in _TABLE})
"""Every operation by its name, in the order of the table."""
