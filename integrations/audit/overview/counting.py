"""Counts entries of the log as the roll-up keeps them: the clock does so to roll them up, a page for the rest."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, Count, QuerySet, SmallIntegerField, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Substr
from django.utils.timezone import get_default_timezone

from integrations.audit.models import AuditEntry
from integrations.audit.overview.durations import BOUNDS, LAST, NOT_KNOWN
from integrations.audit.overview.models import NO_ACCOUNT, NO_NUMBER, DailyCalls, DailyDurations, HourlyCalls

Counted = dict[type[HourlyCalls | DailyCalls | DailyDurations], Counter[tuple[Any, ...]]]
"""Numbers of calls, for each model by the values of its `KEY`; hours as moments of UTC."""

_MINUTE = Substr(Cast("started_at", TextField()), 1, len("2026-11-30 14:05"))
"""Both databases say it in UTC. Any zone's hours and days are whole minutes."""
_BUCKET = Case(
    When(duration=None, then=Value(NOT_KNOWN)),
    *(When(duration__lt=bound, then=Value(bucket)) for bucket, bound in enumerate(BOUNDS)),
    default=Value(LAST),
    output_field=SmallIntegerField(),
)


def count(entries: QuerySet[AuditEntry]) -> Counted:
    """The calls among these entries. One query."""
    counted: Counted = {HourlyCalls: Counter(), DailyCalls: Counter(), DailyDurations: Counter()}
    groups = (
        entries.exclude(operation="")
        .annotate(minute=_MINUTE, bucket=_BUCKET, problem=KeyTextTransform("problem", "answer"))
        .values_list("account_id", "minute", "operation", "outcome", "status", "code", "problem", "bucket")
        .annotate(calls=Count("pk"))
        .order_by()
    )
    zone = get_default_timezone()
    for account_id, minute, operation, outcome, status, code, problem, bucket, calls in groups.iterator():
        began = datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone(zone)
        hour, day = began.replace(minute=0).astimezone(UTC), began.date()
        account_id = NO_ACCOUNT if account_id is None else account_id
        status, code = (NO_NUMBER if number is None else number for number in (status, code))
        counted[HourlyCalls][hour, account_id, outcome] += calls
        counted[DailyCalls][day, account_id, outcome, operation, status, code, problem or ""] += calls
        counted[DailyDurations][day, operation, bucket, account_id] += calls
    return counted
