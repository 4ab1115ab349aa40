"""Runs the portal's periodic jobs, each by one process at a time however many clocks there are."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from integrations.clock.models import CLOCKS_DIFFER, Chore

logger = logging.getLogger(__name__)


def run_due_chores() -> list[str]:
    """Run what is due of `CLOCK_CHORES` and return the names; a chore that fails is logged and due again next time.

    Raises nothing: where even the database is away, the clock goes on and tries again.
    """
    ran = []
    for name, seconds in settings.CLOCK_CHORES:
        try:
            if _claim(name, timedelta(seconds=seconds), timezone.now()):
                ran.append(name)
                import_string(name)()
        except Exception:
            logger.exception("The chore %s failed.", name)
    return ran


def _claim(name: str, every: timedelta, now: datetime) -> bool:
    """Whether the chore is due and nobody else has claimed it: the first to move `next_at` on has. Due is also one that
    waits for a time to which no clock has moved it. `next_at` itself is not read: it may be none that Python knows."""
    is_due = Q(next_at__lte=now) | Q(next_at__gt=now + every + CLOCKS_DIFFER)
    with transaction.atomic():
        Chore.objects.only("name").get_or_create(name=name, defaults={"next_at": now})
        return bool(Chore.objects.filter(is_due, name=name).update(next_at=now + every))
