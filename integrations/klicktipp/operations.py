"""The table of operations: all that is known about each of them, but how to read its answer.

Sources: KlickTipp OpenAPI; `get_account` is known from public clients only, what reads types, pages and many contacts
at once from clients of October 2026 on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from .errors import Happened
from .problems import OTHERWISE, UNKNOWN_ADDRESS, WHEN_ADDING, Problem

_MEGABYTE: Final = 1024 * 1024
_LONG_ANSWERS: Final = {"list_contacts": 32, "list_tagged_contacts": 32, "get_contacts": 8}


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

    path: with the arguments it takes in braces
    query: what its query always has
    safe: changes nothing
    repeatable: reaches the same state when sent twice; every safe operation does
    arguments: what the method of this name takes
    required: those of them that cannot be left out
    as_text: those of them that are ids, but stand as text in the body
    codes: what the codes of a 406 mean
    without_code: what a 406 means that has none
    statuses: what other HTTP statuses mean, where that is more than usual: what is missing on 404, above all
    nothing: the answers that are no errors, as they say that there is nothing: statuses with a code, or with None for
        whatever code there is
    is_session: begins or ends a session, and nothing else
    """

    name: str
    method: str
    path: str
    query: Mapping[str, str] = field(hash=False)
    auth: AuthKind
    safe: bool
    repeatable: bool
    arguments: tuple[str, ...]
    required: tuple[str, ...]
    as_text: tuple[str, ...]
    codes: Mapping[int, Problem] = field(hash=False)
    without_code: Problem
    statuses: Mapping[int, Problem] = field(hash=False)
    nothing: frozenset[tuple[int, int | None]]
    is_session: bool

    @property
    def largest_answer(self) -> int:
        """Bytes, after decompression: lists of ids alone may be long, and so are many contacts."""
        return _LONG_ANSWERS.get(self.name, 2) * _MEGABYTE

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
    name: str,
    method: str,
    path: str,
    auth: AuthKind,
    effect: _Effect,
    arguments: str = "",
    *,
    query: Mapping[str, str] = MappingProxyType({}),
    as_text: str = "",
    codes: Mapping[int, Problem] = OTHERWISE,
    without_code: Problem = Problem.REFUSED,
    statuses: Mapping[int, Problem] = MappingProxyType({}),
    nothing: frozenset[tuple[int, int | None]] = frozenset(),
    is_session: bool = False,
) -> Operation:
    """`arguments` and `as_text` are parted by spaces, a question mark follows those that can be left out."""
    safe, repeatable = effect.value
    names = arguments.split()
    return Operation(
        name,
        method,
        path,
        query,
        auth,
        safe,
        repeatable,
        arguments=tuple(argument.rstrip("?") for argument in names),
        required=tuple(argument for argument in names if not argument.endswith("?")),
        as_text=tuple(as_text.split()),
        codes=codes,
        without_code=without_code,
        statuses=statuses,
        nothing=nothing,
        is_session=is_session,
    )


_KEY, _LIST, _NONE = AuthKind.KEY, AuthKind.LISTBUILDING, AuthKind.NONE
_READS, _SETS, _ONCE = _Effect.READS, _Effect.SETS, _Effect.ONCE
_FILTER = "tag_id status bounce_status"
_ADD = "email? sms_number? optin_process_id? tag_id? fields?"
_UPDATE = "contact_id new_email? new_sms_number? fields?"
_SIGNIN = "api_key email? sms_number? fields?"

_DETAIL = {"detail": "true"}
_PAGE = "limit? cursor? status? bounce_status?"

_NONE_LISTED = frozenset({(404, None)})
_NOBODY_FOUND = _NONE_LISTED | {(406, 4), (406, 7)}
_NO_SESSION = frozenset({(406, None)})

_NO_CONTACT = {404: Problem.CONTACT_NOT_FOUND}
_NO_PROCESS = {404: Problem.OPTIN_PROCESS_NOT_FOUND}
_NO_TAG = {404: Problem.TAG_NOT_FOUND}
_NAME_TAKEN = {409: Problem.NAME_TAKEN}
_IN_USE = {409: Problem.IN_USE}
_WRONG_LOGIN = {401: Problem.WRONG_LOGIN}

_SIGNIN_CODES = WHEN_ADDING | {100: Problem.INVALID_API_KEY}
_GET_CODES = OTHERWISE | dict.fromkeys((4, 7), Problem.CONTACT_NOT_FOUND)
_UPDATE_CODES = OTHERWISE | {7: Problem.INVALID_FIELD_VALUE}
_TAG_CODES = UNKNOWN_ADDRESS | {31: Problem.SMARTTAG_NOT_ASSIGNABLE}

# fmt: off
_TABLE: Final = (
    _row("login", "POST", "/account/login", _NONE, _ONCE, "username password", statuses=_WRONG_LOGIN, is_session=True),
    _row("logout", "POST", "/account/logout", _KEY, _SETS, nothing=_NO_SESSION, is_session=True),
    _row("get_account", "GET", "/account", _KEY, _READS),

    _row("list_optin_processes", "GET", "/list", _KEY, _READS),
    _row("get_optin_process", "GET", "/list/{optin_process_id}", _KEY, _READS, "optin_process_id",
         statuses=_NO_PROCESS),
    _row("get_optin_redirect", "POST", "/list/redirect", _KEY, _READS, "optin_process_id email",
         as_text="optin_process_id", statuses=_NO_PROCESS),

    _row("list_tags", "GET", "/tag", _KEY, _READS),
    _row("get_tag", "GET", "/tag/{tag_id}", _KEY, _READS, "tag_id", statuses=_NO_TAG),
    _row("create_tag", "POST", "/tag", _KEY, _ONCE, "name text?",
         without_code=Problem.TAG_NOT_SAVED, statuses=_NAME_TAKEN),
    _row("update_tag", "PUT", "/tag/{tag_id}", _KEY, _SETS, "tag_id name? text?",
         without_code=Problem.TAG_NOT_SAVED, statuses=_NO_TAG | _NAME_TAKEN),
    _row("delete_tag", "DELETE", "/tag/{tag_id}", _KEY, _ONCE, "tag_id",
         without_code=Problem.IN_USE, statuses=_NO_TAG | _IN_USE),

    _row("list_fields", "GET", "/field", _KEY, _READS),
    _row("get_field", "GET", "/field/{field_id}", _KEY, _READS, "field_id"),
    _row("list_typed_fields", "GET", "/field", _KEY, _READS, query=_DETAIL),
    _row("get_typed_field", "GET", "/field/{field_id}", _KEY, _READS, "field_id", query=_DETAIL),

    _row("list_contacts", "GET", "/subscriber", _KEY, _READS, "status? bounce_status?", nothing=_NONE_LISTED),
    _row("list_contacts_by_page", "GET", "/subscriber", _KEY, _READS, _PAGE, nothing=_NONE_LISTED),
    _row("list_changed_contacts", "GET", "/subscriber/changed", _KEY, _READS, "since limit? cursor?"),
    _row("add_or_update_contact", "POST", "/subscriber", _KEY, _ONCE, _ADD, codes=WHEN_ADDING),
    _row("get_contact", "GET", "/subscriber/{contact_id}", _KEY, _READS, "contact_id",
         codes=_GET_CODES, without_code=Problem.CONTACT_NOT_FOUND, statuses=_NO_CONTACT),
    _row("get_contacts", "GET", "/subscriber/bulk/{contact_ids}", _KEY, _READS, "contact_ids"),
    _row("update_contact", "PUT", "/subscriber/{contact_id}", _KEY, _SETS, _UPDATE,
         codes=_UPDATE_CODES, without_code=Problem.CONTACT_NOT_FOUND, statuses=_NO_CONTACT),
    _row("delete_contact", "DELETE", "/subscriber/{contact_id}", _KEY, _ONCE, "contact_id",
         without_code=Problem.CONTACT_NOT_FOUND, statuses=_NO_CONTACT),
    _row("unsubscribe_contact", "POST", "/subscriber/unsubscribe", _KEY, _SETS, "email",
         codes=UNKNOWN_ADDRESS, without_code=Problem.EMAIL_NOT_FOUND),
    _row("find_contact", "POST", "/subscriber/search", _KEY, _READS, "email", nothing=_NOBODY_FOUND),
    _row("tag_contact", "POST", "/subscriber/tag", _KEY, _SETS, "email tag_ids", codes=_TAG_CODES),
    _row("untag_contact", "POST", "/subscriber/untag", _KEY, _SETS, "email tag_id", codes=UNKNOWN_ADDRESS),
    _row("list_tagged_contacts", "POST", "/subscriber/tagged", _KEY, _READS, _FILTER,
         nothing=_NONE_LISTED),

    _row("signin", "POST", "/subscriber/signin", _LIST, _ONCE, _SIGNIN, codes=_SIGNIN_CODES),
    _row("signout", "POST", "/subscriber/signout", _LIST, _SETS, "api_key email", codes=UNKNOWN_ADDRESS),
    _row("signoff", "POST", "/subscriber/signoff", _LIST, _SETS, "api_key email", codes=UNKNOWN_ADDRESS),
)
# fmt: on

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType({row.name: row for row in _TABLE})
"""Every operation by its name."""
