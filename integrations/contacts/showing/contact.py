"""A contact as its page shows it: the service's words and numbers made readable, each part on its own."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.texts import plain
from integrations.addresses import readable_email
from integrations.clients.lists import Listing
from integrations.clients.models import ReferenceKind
from integrations.contacts.dates import Moment, date_of, moment
from integrations.contacts.fields.form_fields import FIELD_ID, FIRST_SHOWN, GLOBAL_NAMES, in_words
from integrations.contacts.showing.timeline import Event, Picture, counts_of, events_of, picture_of, tag_name
from integrations.klicktipp import Contact, FieldType
from integrations.messages import bounce_in_words, status_in_words
from integrations.phone_numbers import readable_number

_NO_IP = "0.0.0.0"  # noqa: S104 - what KlickTipp writes where it knows none
_OUTCOMES = {
    "subscribed": "done",
    "opt-in pending": "pending",
    "unsubscribed": "refused",
    "not bounced": "",
    "soft bounce": "unknown",
    "hard bounce": "failed",
    "spam bounce": "failed",
}
MOST_UNNAMED = 900
_MOST_EVENTS = 300


def name_of(contact: Contact) -> str:
    """A contact's first and last name; "" if neither is filled in."""
    names = (in_words(FieldType.LINE, contact.fields.get(field_id, "")) for field_id in FIRST_SHOWN)
    return " ".join(filter(None, names))


@dataclass(frozen=True)
class Channel:
    """How it stands with email or SMS. The outcomes choose the badge's looks; "" is plain text."""

    status: str
    outcome: str
    bounce: str
    bounce_outcome: str
    signed_up: Moment | None
    unsubscribed: Moment | None
    referrer: str


@dataclass(frozen=True)
class ShownTag:
    """A tag of the contact; `when` is None where KlickTipp does not tell it."""

    id: int
    name: str
    when: Moment | None


@dataclass(frozen=True)
class ShownField:
    """A data field with what stands in it."""

    id: str
    name: str
    value: str


@dataclass(frozen=True)
class ShownContact:
    """A contact, with the lists that name its tags, data fields and opt-in process as far as they are known, and the
    types of the account's data fields by id."""

    contact: Contact
    listings: Mapping[ReferenceKind, Listing]
    types: Mapping[str, FieldType]

    @property
    def id(self) -> str:
        return self.contact.id

    @property
    def email(self) -> str:
        return readable_email(self.contact.email)

    @property
    def sms_number(self) -> str:
        return readable_number(self.contact.sms_number)

    @property
    def has_only_sms(self) -> bool:
        return bool(self.contact.sms_number) and not self.contact.email

    @property
    def name(self) -> str:
        """First and last name; "" if neither is known."""
        return name_of(self.contact)

    @property
    def label(self) -> str:
        """What the contact is called: by its address, else by its ID."""
        return self.email or self.sms_number or _("Contact %(id)s") % {"id": self.id}

    # --- Status ---

    @property
    def email_channel(self) -> Channel:
        return _channel(self.contact, "")

    @property
    def sms_channel(self) -> Channel:
        return _channel(self.contact, "sms_")

    @property
    def may_be_unsubscribed(self) -> bool:
        """Whether there is an email address that KlickTipp may still write to."""
        return bool(self.email) and not self.contact.is_unsubscribed

    @property
    def sms_goes_on(self) -> bool:
        """Whether the email address is unsubscribed while the SMS number is not."""
        has_number = bool(self.contact.sms_number) and not self.contact.is_sms_unsubscribed
        return has_number and self.contact.is_unsubscribed

    @property
    def opted_in(self) -> Moment | None:
        return date_of(self.contact, "optin")

    @property
    def ip(self) -> str:
        return _ip(self.contact.ip)

    @property
    def optin_ip(self) -> str:
        return _ip(self.contact.optin_ip)

    @property
    def unsubscription_ip(self) -> str:
        return _ip(self.contact.unsubscription_ip)

    @property
    def optin_process(self) -> str:
        """The name of the opt-in process; its ID where that is not known."""
        number = self.contact.optin_process_id
        if number is None:
            return ""
        return self._optin_names.get(str(number)) or _("Opt-in process %(id)s") % {"id": number}

    @property
    def unnamed_optin_processes(self) -> list[int]:
        """The ID of the opt-in process, if the last known list does not name it."""
        number = self.contact.optin_process_id
        return [] if number is None or str(number) in self._optin_names else [number]

    # --- Data fields ---

    @cached_property
    def fields(self) -> list[ShownField]:
        """The data fields that are filled in, in the order of KlickTipp's list."""
        names = {field_id: str(name) for field_id, name in GLOBAL_NAMES.items()} | self._field_names
        places = {field_id: place for place, field_id in enumerate(names)}
        filled = sorted(self.contact.fields.items(), key=lambda item: places.get(item[0], len(places)))
        return [
            ShownField(field_id, names.get(field_id, field_id), value)
            for field_id, wire in filled
            if (value := in_words(self.types.get(field_id), wire))
        ]

    @property
    def bare_numbers(self) -> int:
        """How many fields hold a number of which nobody has said what it is: it may be a date or a time."""
        filled = self.contact.fields.items()
        return sum(wire.removeprefix("-").isdigit() for field_id, wire in filled if field_id not in self.types)

    @property
    def empty_fields(self) -> list[str]:
        """The names of the account's other data fields; none where its list is not known."""
        return empty_fields(self._field_names, {field.id for field in self.fields})

    @property
    def unnamed_fields(self) -> list[str]:
        """The IDs of all fields on the page, if the list has to be loaded to name them and to tell the empty ones."""
        is_known = self._field_names and self.contact.fields.keys() <= self._field_names.keys()
        return [] if is_known else [field.id for field in self.fields if FIELD_ID.fullmatch(field.id)][:MOST_UNNAMED]

    # --- Tags ---

    @cached_property
    def manual_tags(self) -> list[ShownTag]:
        return self._tags(self.contact.manual_tags)

    @cached_property
    def smart_tags(self) -> list[ShownTag]:
        return self._tags(self.contact.smart_tags)

    @cached_property
    def other_tags(self) -> list[ShownTag]:
        """Tags of which KlickTipp tells neither the kind nor the date."""
        told = self.contact.manual_tags.keys() | self.contact.smart_tags.keys()
        return self._tags({tag_id: None for tag_id in self.contact.tag_ids if tag_id not in told})

    @property
    def tag_ids(self) -> list[int]:
        """The IDs of all its tags, as far as a page has room for them."""
        return [tag.id for tag in (*self.manual_tags, *self.smart_tags, *self.other_tags)][:MOST_UNNAMED]

    def _tags(self, times: Mapping[int, datetime | None]) -> list[ShownTag]:
        """By name, upper and lower case alike."""
        tags = [
            ShownTag(number, tag_name(number, self._tag_names), moment(at) if at else None)
            for number, at in times.items()
        ]
        return sorted(tags, key=lambda tag: (plain(tag.name), tag.id))

    # --- Events ---

    @cached_property
    def events(self) -> list[Event]:
        return events_of(self.contact, self._tag_names)

    @property
    def latest_events(self) -> list[Event]:
        """As many as a table has room for."""
        return self.events[:_MOST_EVENTS]

    @cached_property
    def picture(self) -> Picture | None:
        return picture_of(self.events)

    @property
    def counts(self) -> list[tuple[str | Promise, int]]:
        """How many emails were sent, opened, … as far as there are any."""
        return counts_of(self.events)

    # --- The names in the last known lists ---

    @cached_property
    def _tag_names(self) -> dict[str, str]:
        names = self.listings[ReferenceKind.TAGS].names()
        return (
            names | self.listings[ReferenceKind.SMARTTAGS].names()
            if ReferenceKind.SMARTTAGS in self.listings
            else names
        )

    @cached_property
    def _field_names(self) -> dict[str, str]:
        return self.listings[ReferenceKind.FIELDS].names()

    @cached_property
    def _optin_names(self) -> dict[str, str]:
        return {
            process_id: name or _("Predefined double opt-in process")
            for process_id, name in self.listings[ReferenceKind.OPTIN_PROCESSES].names().items()
        }


def empty_fields(names: Mapping[str, str], filled: Container[str]) -> list[str]:
    """The names of those data fields of an account that are not among the filled ones."""
    return [name for field_id, name in names.items() if field_id not in filled]


def _channel(contact: Contact, prefix: str) -> Channel:
    """The email channel, or with the prefix `sms_` the other one."""
    status, bounce = getattr(contact, f"{prefix}status"), getattr(contact, f"{prefix}bounce")
    return Channel(
        status=status_in_words(status),
        outcome=_OUTCOMES.get(status.casefold(), ""),
        bounce=bounce_in_words(bounce),
        bounce_outcome=_OUTCOMES.get(bounce.casefold(), ""),
        signed_up=date_of(contact, f"{prefix}date"),
        unsubscribed=date_of(contact, f"{prefix}unsubscription"),
        referrer=getattr(contact, f"{prefix}referrer"),
    )


def _ip(address: str) -> str:
    return "" if address == _NO_IP else address
