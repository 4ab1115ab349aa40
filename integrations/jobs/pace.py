"""How many calls at once the jobs of a client account may make: over all workers together, and fewer while KlickTipp is
busy."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from integrations.jobs.models import Pace, Worker

_PAUSE: Final = 2.0
"""Seconds without new calls after KlickTipp was busy, at least; twice as many for each time in a row."""
_LONGEST_OF_OURS: Final = 60.0
_LONGEST_PAUSE: Final = 3600.0
_CALM: Final = timedelta(seconds=30)
"""So long after the last pause there may be one call more at once, and again after each turn."""


def take_seats(worker: UUID, account_id: int) -> int:
    """How many calls at once this worker may make for the client account from now on; 0 while others make as many as
    may be, who leave it some with their next turn."""
    with transaction.atomic():
        pace = _locked(account_id)
        most = _calmed(pace)
        others = Worker.objects.filter(account_id=account_id).exclude(pk=worker)
        counted = others.aggregate(number=Count("pk"), taken=Sum("seats", default=0))
        fair = max(1, most // (counted["number"] + 1))
        seats = max(0, min(settings.JOB_CALLS_OF_WORKER, fair, most - counted["taken"]))
        is_known = Worker.objects.filter(pk=worker).update(account_id=account_id, seats=seats)
    return seats if is_known else 0


def has_seats(worker: UUID) -> bool:
    """False for a worker that others have taken for dead since it took its seats."""
    return Worker.objects.filter(pk=worker, seats__gt=0).exists()


def leave_seats(worker: UUID) -> None:
    Worker.objects.filter(pk=worker).update(account_id=None, seats=0)


def slow_down(account_id: int, retry_after: float | None, in_a_row: int) -> bool:
    """KlickTipp was too busy, `in_a_row` times before already: no new calls for so many seconds, and half as many at
    once after that. False where this comes of calls that left before the pause had begun."""
    now = timezone.now()
    with transaction.atomic():
        pace = _locked(account_id)
        is_new = pace.until is None or pace.until < now
        if is_new:
            pace.at_once = max(1, (pace.at_once or settings.JOB_CALLS_AT_ONCE) // 2)
        least = min(_PAUSE * 2**in_a_row, _LONGEST_OF_OURS) if is_new else 0.0
        until = now + timedelta(seconds=min(max(retry_after or 0.0, least), _LONGEST_PAUSE))
        pace.until = max(until, pace.until or until)
        pace.save()
    return is_new


def is_paused(account_id: int) -> bool:
    return paused_accounts().filter(pk=account_id).exists()


def paused_accounts() -> QuerySet[Pace, int]:
    """The IDs of the client accounts for which no call may begin now."""
    return Pace.objects.filter(until__gt=timezone.now()).values_list("pk", flat=True)


def _locked(account_id: int) -> Pace:
    Pace.objects.bulk_create([Pace(account_id=account_id)], ignore_conflicts=True)
    return Pace.objects.select_for_update().get(pk=account_id)


def _calmed(pace: Pace) -> int:
    """How many calls at once there may be now."""
    most = int(settings.JOB_CALLS_AT_ONCE)
    if pace.at_once is None:
        return most
    if pace.until is None or pace.until < timezone.now() - _CALM:
        pace.at_once = pace.at_once + 1 if pace.at_once + 1 < most else None
        pace.save()
    return most if pace.at_once is None else min(most, pace.at_once)
