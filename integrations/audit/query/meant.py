"""What else can be meant by a number or a time of day that was typed alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Membership
from integrations.audit.query.asked import TIMES, log_query
from integrations.audit.query.conditions import ANY_KIND, conditions
from integrations.audit.query.line import Term
from integrations.audit.query.participants import Participants
from integrations.audit.query.search import search
from integrations.audit.query.times import clock_typed
from integrations.audit.reading import numbered_in_account
from integrations.audit.visibility import visible_entries

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def entry_numbered(typed: str, membership: Membership) -> int | None:
    """The number that was typed, if an entry has it that the member may see."""
    number = int(typed) if _NUMBER.fullmatch(typed) else 0
    return number if number and visible_entries(membership).filter(number=number).exists() else None


def of_clients_numbered(typed: str, membership: Membership) -> str:
    """The query that leads to the entries whose number within a client this is, if the member may see one."""
    visible, number = visible_entries(membership), int(typed) if _NUMBER.fullmatch(typed) else 0
    is_known = number and numbered_in_account(visible, membership.team_id, number).exists()
    return log_query(("entry", str(number))) if is_known else ""


@dataclass(frozen=True)
class MeantMoment:
    """A time as it was typed, its day, and the query that leads to what was done then."""

    typed: str
    day: date
    query: str

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate()


def moment_meant(typed: str, participants: Participants) -> MeantMoment | None:
    """The time of day that a text is: on the newest day with entries that the member may see and that has had it; today
    where there are none. None for any other text."""
    clock = clock_typed(typed)
    if clock is None:
        return None
    now = timezone.localtime()
    last_day = now.date() - timedelta(days=clock > now.time())
    until = [Term("kind", ANY_KIND), Term("until", last_day.isoformat())]
    newest = search(participants.team_id, conditions(until, participants), size=1).lines
    day = timezone.localdate(newest[0].started_at) if newest else now.date()
    times = [(name, f"{day.isoformat()}T{clock.isoformat('seconds' if clock.second else 'minutes')}") for name in TIMES]
    return MeantMoment(typed, day, log_query(("kind", ANY_KIND), *times))
