"""The way from a number to the log's list of what it counts."""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache

from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import Team
from integrations.audit.models import NOT_DONE, PARTLY, Outcome
from integrations.audit.query.asked import log_query
from integrations.audit.query.conditions import ANY_KIND
from integrations.audit.query.line import Term

_IN_PART = (Outcome.DONE, *NOT_DONE)

Qualifier = str | int | date | Collection[str] | None


def log_url(team: Team, **qualifiers: Qualifier) -> str:
    """The log's list with these qualifiers in its query: of several values any, of None none. A day, or with a moment
    its minute, is included as a whole. What was only read is listed, too.

    An outcome is a call's: so an action that was done in part is listed with either."""
    terms = [Term("kind", ANY_KIND)]
    for name, value in qualifiers.items():
        terms += [Term(name, text) for text in _in_query(value)]
        if name == "outcome" and value in _IN_PART:
            terms.append(Term(name, PARTLY))
    return f"{_log(team.slug)}?{log_query(*terms)}"


@lru_cache
def _log(team: str) -> str:
    """A page has hundreds of links to it."""
    return reverse("log", args=[team])


def _in_query(value: Qualifier) -> list[str]:
    if isinstance(value, datetime):
        return [f"{localtime(value):%Y-%m-%dT%H:%M}"]
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, str | int):
        return [str(value)]
    return list(value or ())
