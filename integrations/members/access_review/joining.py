"""Whose joining the log does not tell: who became a member past the portal, or before it kept the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.utils.timezone import localdate

from accounts.models import Team, User
from integrations.audit.models import LineFact, LogLine, RetentionRecord
from integrations.audit.people_sentences import MEMBER_ADDED, MEMBER_JOINED
from integrations.members.access_review.models import AccessPeriod, Fact
from integrations.members.access_review.review import Day
from integrations.members.sentences import ACCEPTED, JOINED

_SENTENCES = [sentence.key for sentence in (MEMBER_ADDED, MEMBER_JOINED, *JOINED.values(), *ACCEPTED)]
_WITHIN = timedelta(seconds=5)
"""So long before or after the entry that tells of a joining the history can say that it was."""


@dataclass(frozen=True)
class _Joining:
    """When a person joined, as the history says, when they had left before, and by which names they were known."""

    user_id: int
    names: frozenset[str]
    at: datetime
    left_before: datetime | None


def not_in_log(team: Team, user_ids: Collection[int], day: Day) -> set[int]:
    """Those of the people who were members on a day and joined without an entry of the log; whose entry may have been
    removed by retention is none of them."""
    joinings = _joinings(team, user_ids, day)
    lines, still_kept = list(_lines(team)), _removed_before(team)
    return {
        joining.user_id
        for joining in joinings
        if localdate(joining.at) >= still_kept and not any(_tells(line, joining) for line in lines)
    }


def _joinings(team: Team, user_ids: Collection[int], day: Day) -> list[_Joining]:
    """The last time that each of the people joined before the day was over."""
    periods = AccessPeriod.objects.filter(
        team_id=team.pk, fact=Fact.MEMBER, user_id__in=list(user_ids), since__lt=day.ends
    )
    of_user: dict[int, list[AccessPeriod]] = defaultdict(list)
    for period in periods.order_by("since"):
        of_user[period.user_id].append(period)
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=of_user)}
    return [_last_joining(user_id, names.get(user_id, ""), found) for user_id, found in of_user.items()]


def _last_joining(user_id: int, name: str, periods: list[AccessPeriod]) -> _Joining:
    """periods: in which they were a member, one role after the other, or after they had left"""
    begins: list[tuple[datetime | None, AccessPeriod]] = [(None, periods[0])]
    begins += [(before.until, period) for before, period in pairwise(periods) if before.until != period.since]
    left_before, first = begins[-1]
    names = {name, *(period.user_label.partition(" <")[0] for period in periods)}
    return _Joining(user_id, frozenset(names), first.since, left_before)


def _lines(team: Team) -> Iterable[LogLine]:
    """Of the log, what tells that somebody joined."""
    facts = LineFact.objects.filter(team_id=team.pk, about=LineFact.About.OPERATION, value__in=_SENTENCES)
    return LogLine.objects.filter(team_id=team.pk, number__in=facts.values("number"))


def _tells(line: LogLine, joining: _Joining) -> bool:
    is_then = abs(line.started_at - joining.at) <= _WITHIN
    if line.sentence == MEMBER_ADDED.key:
        is_theirs = is_then or line.parameters.get("person") in joining.names
    else:
        is_theirs = line.actor_id == joining.user_id
    is_of_this_time = joining.left_before is None or line.started_at > joining.left_before
    return is_theirs and is_of_this_time and line.started_at <= joining.at + _WITHIN


def _removed_before(team: Team) -> date:
    """The day before which entries of the log may have been removed; the first of all where none were."""
    records = RetentionRecord.objects.filter(team_id=team.pk)
    return max((record.before or localdate(record.created_at) for record in records), default=date.min)
