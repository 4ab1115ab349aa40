"""Adds up what an overview shows: rolled up what is final, and the rest as it is in the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Model, QuerySet, Sum
from django.utils.timezone import make_aware

from integrations.audit.models import NOT_DONE, AuditEntry, Outcome
from integrations.audit.overview.counting import count
from integrations.audit.overview.models import DailyCalls, DailyDurations, HourlyCalls, RolledUp
from integrations.audit.overview.rollup import last_number

WITHOUT_SUCCESS = (*NOT_DONE, Outcome.UNKNOWN)
"""The outcomes that are asked why."""

_Rows = Iterable[tuple[Any, ...]]
_WHY = ("outcome", "operation", "status", "code", "problem")
_MOST_LIVE = 50_000
"""More entries than wait for the clock in a minute; so many are counted by a page itself in a quarter of a second."""
_TRIES = 3


@dataclass(frozen=True)
class Span:
    """Whole days of the portal's time zone, both included, of these client accounts; None for all of the team, and what
    belongs to none."""

    team_id: int
    since: date
    until: date
    account_ids: Collection[int] | None = None

    @property
    def is_by_hour(self) -> bool:
        return self.until - self.since <= timedelta(days=1)

    @property
    def begins(self) -> datetime:
        return make_aware(datetime.combine(self.since, time.min))

    @property
    def ends(self) -> datetime:
        """Where the next day begins."""
        return make_aware(datetime.combine(self.until + timedelta(days=1), time.min))


@dataclass
class Sums:
    """Numbers of calls.

    by_time: by hour, as a moment of UTC, or by day, and by outcome
    by_account: by client account and outcome
    by_reason: of outcomes `WITHOUT_SUCCESS`, by outcome, operation, status, error code and problem
    by_duration: by operation and bucket, `NOT_KNOWN` among them
    uncounted: how many of the newest entries are not looked at yet
    """

    by_time: Counter[tuple[datetime | date, str]] = field(default_factory=Counter)
    by_account: Counter[tuple[int, str]] = field(default_factory=Counter)
    by_reason: Counter[tuple[str, str, int, int, str]] = field(default_factory=Counter)
    by_duration: Counter[tuple[str, int]] = field(default_factory=Counter)
    uncounted: int = 0

    @property
    def by_outcome(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for (_, outcome), calls in self.by_account.items():
            counted[outcome] += calls
        return counted

    def add(self, calls: _Rows, reasons: _Rows, durations: _Rows) -> None:
        """Add groups of calls, each with its number as the last value.

        calls: hour or day, client account, outcome
        reasons: outcome, operation, status, error code and problem of what was not done
        durations: day, operation and bucket
        """
        for moment, account_id, outcome, number in calls:
            self.by_time[moment, outcome] += number
            self.by_account[account_id, outcome] += number
        for outcome, operation, status, code, problem, number in reasons:
            self.by_reason[outcome, operation, status, code, problem] += number
        for _, operation, bucket, number in durations:
            self.by_duration[operation, bucket] += number


def add_up(span: Span) -> Sums:
    """The calls that began within a span of days. Where the clock rolls up meanwhile, they are added up once more: else
    what it has just taken in would be counted twice, or not at all."""
    for _ in range(_TRIES):
        through = _rolled_up_through(span.team_id)
        sums = _add_up(span, through)
        if _rolled_up_through(span.team_id) == through:
            break
    return sums


def _rolled_up_through(team_id: int) -> int:
    return RolledUp.objects.filter(team_id=team_id).values_list("number", flat=True).first() or 0


def _add_up(span: Span, through: int) -> Sums:
    """The database groups by the beginnings of the tables' indexes, and what is left is added up here: that is faster
    than to have it sort."""
    sums = Sums()
    days = _within(DailyCalls, span)
    calls, moment = (_within(HourlyCalls, span), "hour") if span.is_by_hour else (days, "day")
    sums.add(
        _grouped(calls, moment, "account_id", "outcome"),
        _grouped(days.filter(outcome__in=WITHOUT_SUCCESS), *_WHY),
        _grouped(_within(DailyDurations, span), "day", "operation", "bucket"),
    )
    last = last_number(span.team_id)
    waiting = last - through
    if waiting > _MOST_LIVE:
        sums.uncounted = waiting
    elif waiting:
        _add_rest(sums, span, through, last)
    return sums


def _within(model: type[Model], span: Span) -> QuerySet[Any]:
    rows = model._default_manager.filter(team_id=span.team_id)
    if model is HourlyCalls:
        rows = rows.filter(hour__gte=span.begins, hour__lt=span.ends)
    else:
        rows = rows.filter(day__gte=span.since, day__lte=span.until)
    return rows if span.account_ids is None else rows.filter(account_id__in=span.account_ids)


def _grouped(rows: QuerySet[Any], *names: str) -> _Rows:
    return rows.values_list(*names).annotate(number=Sum("calls")).order_by().iterator()


def _add_rest(sums: Sums, span: Span, through: int, last: int) -> None:
    """Add the entries that are not rolled up: those of the last minute, and what is behind one under way.

    Without the last number PostgreSQL takes them for a twentieth of the log, and prepares for that.
    """
    rest = AuditEntry.objects.filter(
        team_id=span.team_id,
        number__gt=through,
        number__lte=last,
        started_at__gte=span.begins,
        started_at__lt=span.ends,
    )
    if span.account_ids is not None:
        rest = rest.filter(account_id__in=span.account_ids)
    counted = count(rest)
    days = counted[DailyCalls].items()
    sums.add(
        ((*key[:3], number) for key, number in counted[HourlyCalls if span.is_by_hour else DailyCalls].items()),
        ((*key[2:], number) for key, number in days if key[2] in WITHOUT_SUCCESS),
        ((*key[:3], number) for key, number in counted[DailyDurations].items()),
    )
