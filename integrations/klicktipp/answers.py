"""Reading answers: from the bytes of a body to models, in every form that has been seen.

The service is PHP: an empty mapping arrives as `[]`, an id as text or number, an absent value as "", null or
not at all. Lists come as a mapping of id to name (KlickTipp OpenAPI) or as pairs of `value` and `label`
(developer guide). Everything else is `Unreadable`, and nothing here raises anything but that.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NoReturn

from .models import Account, Contact, Field, OptinProcess, SessionToken, Tag

NO_CONTENT: Final = object()
"""What `load` gives for a status of 204."""

NO_BODY: Final = object()
"""What `load` gives for an empty body with another status."""

_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
_INTEGER: Final = re.compile(r"-?[0-9]{1,12}")
_FIELD: Final = "field"
_LONGEST_NAME: Final = 1000
_GERMAN_DATES: Final = ("%d.%m.%Y", "%d.%m.%Y %H:%M:%S")


class Unreadable(Exception):
    """An answer is not what the operation gives. The text says what was missed, never what was there."""


def load(status: int, body: bytes) -> object:
    """Decode the JSON of a body.

    Numbers stay text: ids arrive in both forms, and no number can then be too large or infinite.
    """
    if status == 204:
        return NO_CONTENT
    if not body.strip():
        return NO_BODY
    try:
        return json.loads(body, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# --- The answers of the operations ---


def done(payload: object) -> None:
    """`[true]`, `{"success": true}`, or no content."""
    if payload is NO_CONTENT:
        return
    if isinstance(payload, Mapping):
        payload = payload.get("success")
    elif isinstance(payload, list) and len(payload) == 1:
        payload = payload[0]
    if payload is not True:
        raise Unreadable("not confirmed")


def logged_out(payload: object) -> None:
    """As `done`; the OpenAPI document promises no body at all."""
    if payload is not NO_BODY:
        done(payload)


def session(payload: object) -> SessionToken:
    """The answer to a login."""
    data = _mapping(payload)
    told = data.get("account")
    try:
        return SessionToken(
            session_name=_text(data.get("session_name")),
            session_id=_text(data.get("sessid")),
            account=account(told) if told else None,
        )
    except ValueError:
        raise Unreadable("no session") from None


def account(payload: object) -> Account:
    """An account."""
    data = _mapping(payload)
    return Account(
        id=_id(data.get("uid")),
        status=_number(data.get("status")),
        tier=_number(data.get("tier")),
        usergroup=_text(data.get("usergroup")),
        username=_text(data.get("username")),
        email=_text(data.get("email")),
        first_name=_text(data.get("firstname")),
        last_name=_text(data.get("lastname")),
        company=_text(data.get("company")),
        street=_text(data.get("street")),
        zip=_text(data.get("zip")),
        city=_text(data.get("city")),
        state=_text(data.get("state")),
        country=_text(data.get("country")),
        phone=_text(data.get("phone")),
        fax=_text(data.get("fax")),
        website=_text(data.get("website")),
        affiliate_id=_text(data.get("affid")),
    )


def optin_processes(payload: object) -> tuple[OptinProcess, ...]:
    """All opt-in processes, by id and name."""
    return tuple(OptinProcess(int(_id(key)), _short(name)) for key, name in _pairs(payload))


def optin_process(payload: object) -> OptinProcess:
    """One opt-in process."""
    data = _mapping(payload)
    return OptinProcess(
        id=int(_id(data.get("listid"))),
        name=_short(data.get("name")),
        single_optin=_flag(data.get("usesingleoptin")),
        pending_url=_text(data.get("pendingurl")),
        thank_you_url=_text(data.get("thankyouurl")),
        resend_confirmation_email=_flag(data.get("resendconfirmationemail")),
        change_email=_flag(data.get("usechangeemail")),
    )


def redirect(payload: object) -> str:
    """`["<url>"]`. An empty list is no URL: ""."""
    if not isinstance(payload, list) or len(payload) > 1:
        raise Unreadable("no URL")
    url = payload[0] if payload else ""
    if url is not None and not isinstance(url, str):
        raise Unreadable("no URL")
    return _text(url)


def tags(payload: object) -> tuple[Tag, ...]:
    """All tags, by id and name."""
    return tuple(Tag(int(_id(key)), _short(name)) for key, name in _pairs(payload))


def tag(payload: object) -> Tag:
    """One tag."""
    data = _mapping(payload)
    return Tag(id=int(_id(data.get("tagid"))), name=_short(data.get("name")), text=_short(data.get("text")))


def created_tag(payload: object) -> int:
    """`[<id>]` or `{"id": <id>}`."""
    if isinstance(payload, Mapping):
        return int(_id(payload.get("id")))
    if isinstance(payload, list) and len(payload) == 1:
        return int(_id(payload[0]))
    raise Unreadable("no id")


def fields(payload: object) -> tuple[Field, ...]:
    """All data fields."""
    return tuple(Field(_field_id(key), _short(name)) for key, name in _pairs(payload))


def field(payload: object) -> Field:
    """One data field, whose id comes without the prefix."""
    data = _mapping(payload)
    return Field(_field_id(data.get("id")), _short(data.get("name")))


def contact_ids(payload: object) -> tuple[str, ...]:
    """`{"subscribers": [<id>, …]}` or the bare list."""
    if payload is NO_CONTENT:
        return ()
    if isinstance(payload, Mapping):
        if not payload:
            return ()
        payload = payload.get("subscribers")
    if not isinstance(payload, list):
        raise Unreadable("no list")
    return tuple([_id(item["value"] if isinstance(item, dict) and "value" in item else item) for item in payload])


def found_contact(payload: object) -> str | None:
    """`[<id>]`, or `[]` where there is none."""
    if not isinstance(payload, list) or len(payload) > 1:
        raise Unreadable("no id")
    return _id(payload[0]) if payload else None


def tagged_contacts(payload: object) -> Mapping[str, datetime]:
    """Contact ids and when each was tagged."""
    return {_id(key): _time(value) for key, value in _pairs(payload)}


def contact(payload: object) -> Contact:
    """One contact."""
    data = _mapping(payload)
    written = {
        name: text
        for name in ("optin", "date", "unsubscription", "sms_date", "sms_unsubscription")
        if (text := _text(data.get(name)))
    }
    dates = {name: date for name, text in written.items() if (date := _date(text))}
    return Contact(
        id=_id(data.get("id")),
        optin_process_id=_number(data.get("listid")) or None,
        optin=dates.get("optin"),
        optin_ip=_text(data.get("optin_ip")),
        email=_text(data.get("email")),
        status=_text(data.get("status")),
        bounce=_text(data.get("bounce")),
        date=dates.get("date"),
        ip=_text(data.get("ip")),
        unsubscription=dates.get("unsubscription"),
        unsubscription_ip=_text(data.get("unsubscription_ip")),
        referrer=_text(data.get("referrer")),
        sms_number=_text(data.get("sms_phone")),
        sms_status=_text(data.get("sms_status")),
        sms_bounce=_text(data.get("sms_bounce")),
        sms_date=dates.get("sms_date"),
        sms_unsubscription=dates.get("sms_unsubscription"),
        sms_referrer=_text(data.get("sms_referrer")),
        dates_as_written=written,
        fields={key: text for key, value in data.items() if key.startswith(_FIELD) and (text := _text(value))},
        tag_ids=_tag_ids(data.get("tags")),
        manual_tags=_times(data.get("manual_tags")),
        smart_tags=_times(data.get("smart_tags")),
        emails_sent=_times(data.get("emails_sent")),
        emails_opened=_times(data.get("emails_opened")),
        emails_clicked=_times(data.get("emails_clicked")),
        notification_emails_sent=_times(data.get("notification_emails_sent")),
        notification_emails_opened=_times(data.get("notification_emails_opened")),
        notification_emails_clicked=_times(data.get("notification_emails_clicked")),
        campaigns_started=_times(data.get("campaigns_started")),
        campaigns_finished=_times(data.get("campaigns_finished")),
    )


# --- The parts answers are made of ---


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unreadable("no mapping")
    return value


def _pairs(value: object) -> Iterable[tuple[object, object]]:
    """Id and name of every entry of a list, in either form."""
    if value is NO_CONTENT:
        return ()
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return [(item.get("value"), item.get("label")) for item in value]
    raise Unreadable("no list of ids and names")


def _id(value: object) -> str:
    if type(value) is not str or not _ID.fullmatch(value):
        raise Unreadable("no id")
    return value


def _field_id(value: object) -> str:
    name = _text(value).removeprefix(_FIELD)
    if not name:
        raise Unreadable("no id")
    return _FIELD + name


def _short(value: object) -> str:
    """A name or a description: what is longer than a page bears is cut."""
    return _text(value)[:_LONGEST_NAME]


def _text(value: object) -> str:
    if value is None:
        return ""
    if type(value) is not str:
        raise Unreadable("no text")
    storable = value if value.isascii() else value.encode(errors="replace").decode()
    return storable.replace("\0", "?")


def _number(value: object) -> int | None:
    if value is None or value == "":
        return None
    if type(value) is not str or not _INTEGER.fullmatch(value):
        raise Unreadable("no number")
    return int(value)


def _flag(value: object) -> bool | None:
    if value is None or value == "":
        return None
    if value is True or value == "1":
        return True
    if value is False or value == "0":
        return False
    raise Unreadable("neither true nor false")


def _time(value: object) -> datetime:
    if type(value) is not str or not _INTEGER.fullmatch(value):
        raise Unreadable("no unix time")
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unreadable("no unix time") from None


def _times(value: object) -> Mapping[int, datetime]:
    if value is None or value == "" or value == []:
        return {}
    return {int(_id(key)): _time(time) for key, time in _mapping(value).items()}


def _tag_ids(value: object) -> tuple[int, ...]:
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        raise Unreadable("no list of tags")
    return tuple(int(_id(item)) for item in value)


def _date(text: str) -> datetime | None:
    if _INTEGER.fullmatch(text):
        return _time(text)
    try:
        if "T" in text:
            date = datetime.fromisoformat(text)
            return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
        form = _GERMAN_DATES[" " in text]
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
