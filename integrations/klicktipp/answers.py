"""Reading answers: from the bytes of a body to models, in every form that has been seen.

Lists come as a mapping of id to name (KlickTipp OpenAPI), as pairs of `value` and `label` (developer guide), or as a
bare list of ids. What an answer is there for has to be in it, else it is `Unreadable`; all else is read tolerantly, see
`parts`. Nothing here raises anything but that.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Final, TypeVar

from . import parts
from .models import Account, Contact, ContactPage, Field, OptinProcess, SessionToken, Tag
from .tagged import TaggedContacts

T = TypeVar("T")
S = TypeVar("S", bound=Collection[object])

NO_CONTENT: Final = object()
"""What `load` gives for a status of 204."""

NO_BODY: Final = object()
"""What `load` gives for an empty body with another status."""

_MOST_MEMORY: Final = 200 * 1024 * 1024
"""Bytes that an answer may take when it is read: enough for two million IDs, or a million with their times."""
_WEIGHTS: Final = {b",": 72, b":": 110, b"[": 90, b"{": 240}
"""Bytes that what stands behind a sign takes in memory, measured: a text, a key with its place, a list, a mapping."""

_FIELD: Final = "field"
_LISTS_OF_CONTACTS: Final = frozenset({"subscribers", "subscriberIds"})
_DATES: Final = ("optin", "date", "unsubscription", "sms_date", "sms_unsubscription")


class Unreadable(Exception):
    """An answer is not what the operation gives. The text says what was missed, never what was there."""


def load(status: int, body: bytes) -> object:
    """Decode the JSON of a body.

    Numbers become text: ids arrive in both forms, and no number can then be too large. What is no number is null.
    """
    if status == 204:
        return NO_CONTENT
    if not body.strip():
        return NO_BODY
    if _weight(body) > _MOST_MEMORY:
        raise Unreadable("too many parts")
    try:
        return json.loads(body, parse_int=str, parse_float=str, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None


def _weight(body: bytes) -> int:
    """How many bytes of memory the JSON takes at most. One sign beyond ASCII makes a text four times as wide."""
    text = len(body) if body.isascii() else 8 * len(body)
    return text + sum(body.count(sign) * weight for sign, weight in _WEIGHTS.items())


def tells_error(payload: object) -> bool:
    """Whether an answer is an error, whatever its status."""
    return isinstance(payload, dict) and payload.get("error") not in (None, False, "", "0", [], {})


# --- The answers of the operations ---


def done(payload: object) -> None:
    """`[true]`, `{"success": true}`, the same said by a number or a word, or nothing."""
    if payload is NO_CONTENT or payload is NO_BODY:
        return
    if isinstance(payload, dict):
        payload = payload.get("success")
    elif isinstance(payload, list) and len(payload) == 1:
        payload = payload[0]
    if not parts.is_true(payload):
        raise Unreadable("not confirmed")


def session(payload: object) -> SessionToken:
    """The answer to a login."""
    data = _mapping(payload)
    told = data.get("account")
    try:
        return SessionToken(
            session_name=parts.text(data.get("session_name")),
            session_id=parts.text(data.get("sessid")),
            account=account(told) if isinstance(told, dict) and parts.identity(told.get("uid")) else None,
        )
    except ValueError:
        raise Unreadable("no session") from None


def account(payload: object) -> Account:
    """An account."""
    data = _mapping(payload)
    return Account(
        id=_id(data.get("uid")),
        status=parts.number(data.get("status")),
        tier=parts.number(data.get("tier")),
        usergroup=parts.word(data.get("usergroup")),
        username=parts.word(data.get("username")),
        email=parts.word(data.get("email")),
        first_name=parts.word(data.get("firstname")),
        last_name=parts.word(data.get("lastname")),
        company=parts.word(data.get("company")),
        street=parts.word(data.get("street")),
        zip=parts.word(data.get("zip")),
        city=parts.word(data.get("city")),
        state=parts.word(data.get("state")),
        country=parts.word(data.get("country")),
        phone=parts.word(data.get("phone")),
        fax=parts.word(data.get("fax")),
        website=parts.word(data.get("website")),
        affiliate_id=parts.word(data.get("affid")),
    )


def optin_processes(payload: object) -> tuple[OptinProcess, ...]:
    """All opt-in processes, by id and name."""
    return _listed(payload, lambda key, rest: OptinProcess(int(key), parts.name(rest)))


def optin_process(payload: object) -> OptinProcess:
    """One opt-in process."""
    data = _mapping(payload)
    return OptinProcess(
        id=int(_id(data.get("listid"))),
        name=parts.name(data.get("name")),
        single_optin=parts.flag(data.get("usesingleoptin")),
        pending_url=parts.text(data.get("pendingurl")),
        thank_you_url=parts.text(data.get("thankyouurl")),
        resend_confirmation_email=parts.flag(data.get("resendconfirmationemail")),
        change_email=parts.flag(data.get("usechangeemail")),
    )


def redirect(payload: object) -> str:
    """`["<url>"]` or the URL alone. An empty list is no URL: ""."""
    if isinstance(payload, list) and len(payload) < 2:
        payload = payload[0] if payload else ""
    if payload is not None and not isinstance(payload, str):
        raise Unreadable("no URL")
    return parts.text(payload)


def signed_in(payload: object) -> str:
    """As `redirect`; that it is done may be all that an answer tells."""
    try:
        done(payload)
        return ""
    except Unreadable:
        return redirect(payload)


def tags(payload: object) -> tuple[Tag, ...]:
    """All tags, by id and name."""
    return _listed(payload, lambda key, rest: Tag(int(key), parts.name(rest)))


def tag(payload: object) -> Tag:
    """One tag."""
    data = _mapping(payload)
    return Tag(id=int(_id(data.get("tagid"))), name=parts.name(data.get("name")), text=parts.name(data.get("text")))


def created_tag(payload: object) -> int:
    """`[<id>]`, `{"id": <id>}` or the id alone."""
    if isinstance(payload, dict):
        payload = parts.first(payload, ("id", "tagid"))
    elif isinstance(payload, list) and len(payload) == 1:
        payload = payload[0]
    return int(_id(payload))


def fields(payload: object) -> tuple[Field, ...]:
    """All data fields, with their types where the answer tells them. As keys, their ids have the prefix."""
    read_id = parts.field_identity if isinstance(payload, dict) else _field_id
    return _listed(payload, _field, read_id)


def field(payload: object) -> Field:
    """One data field, whose id comes without the prefix."""
    data = _mapping(payload)
    return _field(_readable(_field_id(data.get("id")) or ""), data)


def _field_id(told: object) -> str | None:
    return parts.field_identity(_FIELD + told.removeprefix(_FIELD)) if isinstance(told, str) else None


def _field(field_id: str, rest: object) -> Field:
    kind = parts.field_type(rest.get("type")) if isinstance(rest, dict) else None
    return Field(field_id, parts.name(rest), kind)


def contact_ids(payload: object) -> tuple[str, ...]:
    """The ids in a bare list, or in one that has a name."""
    if payload is NO_CONTENT:
        return ()
    if isinstance(payload, dict) and (named := payload.keys() & _LISTS_OF_CONTACTS):
        payload = payload[min(named)] or []
    members = parts.members(payload)
    if members is None:
        raise Unreadable("no list")
    return _some(tuple(parts.ids(members)), members)


def contact_page(payload: object) -> ContactPage:
    """The ids of a page and what leads to the next one. A service that knows no pages gives all ids at once."""
    if not isinstance(payload, dict) or payload.keys().isdisjoint(_LISTS_OF_CONTACTS):
        return ContactPage(contact_ids(payload))
    return ContactPage(contact_ids(payload), parts.text(payload.get("nextCursor")) or None)


def found_contact(payload: object) -> str | None:
    """`[<id>]` or the id alone, or `[]` where there is none."""
    if isinstance(payload, dict):
        payload = parts.first(payload, ("id", "subscriberid")) if payload else []
    if isinstance(payload, list) and len(payload) < 2:
        payload = payload[0] if payload else None
        if payload is None:
            return None
    return _id(payload)


def tagged_contacts_in_bytes(body: bytes) -> TaggedContacts | None:
    """As `tagged_contacts`, of an answer in which ids and times are nothing but digits; None for any other. It takes a
    quarter of the time."""
    return TaggedContacts.of_digits(body) if _weight(body) <= _MOST_MEMORY else None


def tagged_contacts(payload: object) -> TaggedContacts:
    """Contact ids and when each was tagged."""
    if payload is NO_CONTENT:
        return TaggedContacts.of(())
    if isinstance(payload, list) and payload and not isinstance(payload[0], dict):
        return TaggedContacts.of((contact_id, None) for contact_id in contact_ids(payload))
    entries = parts.pairs(payload)
    if entries is None:
        raise Unreadable("no list of ids and times")
    told = ((key, parts.time(_when(rest))) for value, rest in entries if (key := parts.identity(value)))
    return _some(TaggedContacts.of(told), payload)  # type: ignore[arg-type]


def _when(rest: object) -> object:
    return rest.get("label") if isinstance(rest, dict) and "label" in rest else rest


def contact(payload: object) -> Contact:
    """One contact. Only its id has to be readable."""
    data = _mapping(payload)
    written = {name: text for name in _DATES if (text := parts.text(data.get(name))) and not parts.is_never(text)}
    dates = {name: date for name, text in written.items() if (date := parts.date(text))}
    return Contact(
        id=_id(data.get("id")),
        optin_process_id=parts.number(data.get("listid")) or None,
        optin=dates.get("optin"),
        optin_ip=parts.text(data.get("optin_ip")),
        email=parts.text(data.get("email")),
        status=parts.text(data.get("status")),
        bounce=parts.text(data.get("bounce")),
        date=dates.get("date"),
        ip=parts.text(data.get("ip")),
        unsubscription=dates.get("unsubscription"),
        unsubscription_ip=parts.text(data.get("unsubscription_ip")),
        referrer=parts.text(data.get("referrer")),
        sms_number=parts.text(data.get("sms_phone")),
        sms_status=parts.text(data.get("sms_status")),
        sms_bounce=parts.text(data.get("sms_bounce")),
        sms_date=dates.get("sms_date"),
        sms_unsubscription=dates.get("sms_unsubscription"),
        sms_referrer=parts.text(data.get("sms_referrer")),
        dates_as_written=written,
        fields=_values(data),
        tag_ids=tuple(map(int, parts.ids(data.get("tags"), parts.MOST_OF_CONTACT))),
        manual_tags=parts.times(data.get("manual_tags")),
        smart_tags=parts.times(data.get("smart_tags")),
        emails_sent=parts.times(data.get("emails_sent")),
        emails_opened=parts.times(data.get("emails_opened")),
        emails_clicked=parts.times(data.get("emails_clicked")),
        notification_emails_sent=parts.times(data.get("notification_emails_sent")),
        notification_emails_opened=parts.times(data.get("notification_emails_opened")),
        notification_emails_clicked=parts.times(data.get("notification_emails_clicked")),
        campaigns_started=parts.times(data.get("campaigns_started")),
        campaigns_finished=parts.times(data.get("campaigns_finished")),
    )


def _values(data: Mapping[str, object]) -> dict[str, str]:
    """What stands in the data fields that are filled in."""
    named = ((key, value) for key, value in data.items() if parts.field_identity(key))
    return {key: text for key, value in islice(named, parts.MOST_OF_CONTACT) if (text := parts.raw(value))}


def added_contact(payload: object) -> Contact:
    """As `contact`. An id alone says as well that it has happened."""
    if isinstance(payload, list) and len(payload) == 1:
        payload = payload[0]
    return contact(payload) if isinstance(payload, dict) else Contact(_id(payload))


def contact_of(contact_id: str) -> Callable[[object], Contact]:
    """As `contact`, of the one that was asked for; a contact key does not tell which that is."""

    def read(payload: object) -> Contact:
        found = contact(payload)
        if contact_id.isdecimal() and found.id != contact_id:
            raise Unreadable("another contact")
        return found

    return read


def contacts(payload: object, wanted: Collection[str]) -> Mapping[str, Contact | None]:
    """The wanted contacts by their ids, None for who is not there. One that cannot be read, or is another one, is left
    out."""
    told = payload.items() if isinstance(payload, dict) else _by_id(payload)
    found: dict[str, Contact | None] = {}
    for key, told_of in told:
        if key not in wanted or key in found:
            continue
        if parts.identity(key) and not told_of:
            found[key] = None
        elif isinstance(told_of, dict) and parts.identity(key) == told_of.get("id"):
            found[key] = contact(told_of)
    if payload and not found:
        raise Unreadable("no contact")
    return found


def _by_id(payload: object) -> Iterable[tuple[str, object]]:
    if not isinstance(payload, list):
        raise Unreadable("no contacts")
    return [(parts.text(item.get("id")), item) for item in payload if isinstance(item, dict)]


# --- What an answer has to have ---


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unreadable("no mapping")
    return value


def _id(value: object) -> str:
    return _readable(parts.identity(value) or "")


def _readable(key: str) -> str:
    if not key:
        raise Unreadable("no id")
    return key


def _listed(
    payload: object,
    read: Callable[[str, object], T],
    read_id: Callable[[object], str | None] = parts.identity,
) -> tuple[T, ...]:
    """What is read of every entry of a list that has an id."""
    if payload is NO_CONTENT:
        return ()
    entries = parts.pairs(payload)
    if entries is None:
        raise Unreadable("no list of ids and names")
    found = tuple(read(key, rest) for value, rest in entries if (key := read_id(value)))
    return _some(found, payload)  # type: ignore[arg-type]


def _some(found: S, told: Iterable[object]) -> S:
    """What was found in a list, which is not readable if it holds something and nothing was found."""
    if told and not found:
        raise Unreadable("no id in the list")
    return found
