"""How long a team keeps its log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.models import Covers
from integrations.audit.recorder import Scope
from integrations.audit.retention.models import LogPeriods
from integrations.audit.retention.sentences import PERIODS_CHANGED

TIME_TO_UNDO = timedelta(days=30)
"""After a change nothing is removed for so long: who did not want it can take it back."""


def periods_of(team_id: int) -> LogPeriods:
    """The team's periods; unsaved ones where it has not chosen any."""
    return LogPeriods.objects.filter(team_id=team_id).first() or LogPeriods(team_id=team_id)


def change(team_id: int, months: int, proof_months: int, actor: Actor) -> None:
    """Keep the team's entries for so many months; tells the log, unless nothing changes."""
    with transaction.atomic():
        LogPeriods.objects.get_or_create(team_id=team_id)
        now = LogPeriods.objects.select_for_update().get(team_id=team_id)
        if (now.months, now.proof_months) == (months, proof_months):
            return
        before, proof_before = now.months, now.proof_months
        now.months, now.proof_months, now.changed_at = months, proof_months, timezone.now()
        now.save()
        events.record(
            PERIODS_CHANGED,
            actor,
            Scope(team_id),
            months=str(months),
            before=str(before),
            proof_months=str(proof_months),
            proof_before=str(proof_before),
        )


def may_remove(periods: LogPeriods) -> bool:
    return periods.changed_at is None or periods.changed_at < timezone.now() - TIME_TO_UNDO


def months_of(periods: LogPeriods, covers: Covers) -> int:
    """How long that is kept which records of this kind cover: what proves consent never shorter than all else."""
    longer = max(periods.months, periods.proof_months)
    return longer if covers == Covers.EVERYTHING else periods.months


def first_day_kept(months: int, today: date) -> date:
    """The beginning of the first year whose end is less than so many months ago."""
    return date((today.year * 12 + today.month - 1 - months) // 12, 1, 1)


def begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
