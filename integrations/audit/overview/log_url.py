"""The way from a number to the log's list of what it counts."""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import quote_plus

from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import Team

Qualifier = str | int | date | Collection[str] | None


def log_url(team: Team, **qualifiers: Qualifier) -> str:
    """The log's list with these qualifiers in its query: of several values any, of None none. A day, or with a moment
    its minute, is included as a whole. What was only read is listed, too."""
    words = [f"{name}:{_in_query(value)}" for name, value in qualifiers.items() if value not in (None, ())]
    return f"{_log(team.slug)}?reads=on&q={quote_plus(' '.join(words))}"


@lru_cache
def _log(team: str) -> str:
    """A page has hundreds of links to it."""
    return reverse("log", args=[team])


def _in_query(value: Qualifier) -> str:
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%dT%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str | int) else ",".join(value or ())
