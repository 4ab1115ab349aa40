"""Signs of life of the clock and of the worker: from what they have done last.

When the worker has answered last stands beside the chores, as the moment of one that is not due again.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from integrations.clock.models import CLOCKS_DIFFER, Chore

SILENT_AFTER = timedelta(minutes=10)
_KEPT_FOR = timedelta(hours=1)
_LOOKED_BACK = timedelta(days=366)
_KNOWN_FOR = timedelta(seconds=30)
_looked_up: list[Any] = []


@task(priority=20)
def answer() -> None:
    """What the worker does when the clock asks whether it is there."""
    answered = Chore(name=answer.module_path, next_at=timezone.now())
    Chore.objects.bulk_create([answered], update_conflicts=True, unique_fields=["name"], update_fields=["next_at"])


def ask_worker() -> None:
    """For the clock: ask, unless it still has the last question, and forget old answers."""
    asked = DBTaskResult.objects.filter(task_path=answer.module_path, backend_name=answer.backend)
    asked.filter(finished_at__lt=timezone.now() - _KEPT_FOR).delete()
    if not asked.ready().exists():
        answer.enqueue()


def seen() -> dict[str, datetime | None]:
    """When clock and worker were seen last; None for never, or more than a year ago. Moments of the future are none:
    whoever has written them, it was neither."""
    periods = {name: timedelta(seconds=seconds) for name, seconds in settings.CLOCK_CHORES}
    now = timezone.now()
    known = Chore.objects.filter(
        next_at__gt=now - _LOOKED_BACK, next_at__lte=now + max(periods.values(), default=timedelta()) + CLOCKS_DIFFER
    )
    done_at = {name: moment - periods.get(name, timedelta()) for name, moment in known.values_list("name", "next_at")}
    past = {name: min(moment, now) for name, moment in done_at.items() if moment <= now + CLOCKS_DIFFER}
    return {
        "clock": max((moment for name, moment in past.items() if name in periods), default=None),
        "worker": past.get(answer.module_path),
    }


def silent(since: datetime) -> list[str]:
    """Which of them have been silent for ten minutes, in a portal that has been there since then. What was looked up
    in the last half minute is not looked up again: it is the same for everybody."""
    now = timezone.now()
    if not _looked_up or _looked_up[0] < now - _KNOWN_FOR:
        _looked_up[:] = [now, seen()]
    return [name for name, moment in _looked_up[1].items() if (moment or since) < now - SILENT_AFTER]
