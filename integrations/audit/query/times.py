"""Times that a search has, and how people type them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from integrations.audit.models import LogLine
from integrations.audit.query.line import Impossible, Term

_DAYS = re.compile(r"([1-9][0-9]{0,3})d")
_DOTTED = re.compile(r"^([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?=T|$)")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


def moment_of(term: Term) -> datetime:
    """The beginning of `since`, the end of `until`: a day, with its hour, or a time of today or counted from it."""
    if term.is_not:
        raise Impossible(_("a time cannot be left out: say since and until"))
    is_end, today = term.name == "until", timezone.localdate()
    if term.value == "month" and not is_end:
        return _midnight(today.replace(day=1))
    if term.value in ("today", "yesterday"):
        return _midnight(today - timedelta(days=term.value == "yesterday") + timedelta(days=is_end))
    if days := _DAYS.fullmatch(term.value):
        return _midnight(today - timedelta(days=int(days[1]) - 1) + timedelta(days=is_end))
    if clock := clock_typed(term.value):
        return _typed_moment(datetime.combine(today, clock).isoformat(), is_end)
    return _typed_moment(term.value, is_end)


def time_typed(value: str) -> str:
    """A time as a search has it: also a day or a word that was typed as the reader's language has them."""
    if value.casefold() in (words := {_("today"): "today", _("yesterday"): "yesterday"}):
        return words[value.casefold()]
    return _DOTTED.sub(lambda found: f"{found[3]}-{found[2]:>02}-{found[1]:>02}", value)


def clock_typed(value: str) -> time | None:
    """The time of day that a text is, as `14:32`; None for any other text."""
    found = _CLOCK.fullmatch(value)
    return time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def _typed_moment(value: str, is_end: bool) -> datetime:
    try:
        day, moment = parse_date(value), parse_datetime(value)
    except ValueError:
        day = moment = None
    typed = day or moment
    if typed is None or not _FIRST_YEAR <= typed.year <= _LAST_YEAR:
        raise Impossible(
            _("no such time: possible are 2026-11-30, 2026-11-30T14:32, 14:32, today, yesterday, 7d and month")
        )
    if not isinstance(typed, datetime):
        return _midnight(typed + timedelta(days=is_end))
    aware = typed if timezone.is_aware(typed) else timezone.make_aware(typed)
    return aware + is_end * timedelta(seconds=1 if typed.second else 60)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def number_since(lines: QuerySet[LogLine], moment: datetime) -> int | None:
    """The number of the first of a team's lines from this time on."""
    return lines.filter(started_at__gte=moment).order_by("started_at").values_list("number", flat=True).first()


def number_before(lines: QuerySet[LogLine], moment: datetime) -> int | None:
    """The number of the last of a team's lines before this time."""
    return lines.filter(started_at__lt=moment).order_by("-started_at").values_list("number", flat=True).first()
