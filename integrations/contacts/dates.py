"""Dates of KlickTipp's in the reader's format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from integrations.klicktipp import Contact

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """A date in words, and for the attribute `datetime` of <time>; "" where only the service's words are known."""

    words: str
    iso: str = ""


def moment(at: datetime) -> Moment:
    """A point in time, in the portal's time zone."""
    try:
        local = localtime(at)
    except OverflowError:
        local = at
    return Moment(date_format(local, "SHORT_DATETIME_FORMAT"), local.isoformat(timespec="minutes"))


def day(at: datetime) -> Moment:
    """A day that has no time: the same in every time zone."""
    return Moment(date_format(at.date(), "SHORT_DATE_FORMAT"), at.date().isoformat())


def date_of(contact: Contact, name: str) -> Moment | None:
    """One of a contact's own dates, such as `optin`. Without a time of day it is a day; an unreadable one stands as
    the service wrote it."""
    written = contact.dates_as_written.get(name, "")
    at: datetime | None = getattr(contact, name)
    if at is None:
        return Moment(written) if written else None
    return moment(at) if has_time(contact, name) else day(at)


def has_time(contact: Contact, name: str) -> bool:
    """Whether one of a contact's own dates was given with a time of day."""
    written = contact.dates_as_written.get(name, "")
    return ":" in written or written.lstrip("-").isdigit()
