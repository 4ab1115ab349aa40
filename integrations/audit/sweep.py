from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from integrations.audit import lines
from integrations.audit.models import AuditEntry, Outcome
from integrations.messages import INTERRUPTED

STALE_AFTER = timedelta(minutes=5)
"""Longer than any call may take, waiting included: those of a page have `KLICKTIPP_PAGE_DEADLINE` together. What comes
after a call in its log has no checkpoint before the call is over."""

_AT_ONCE = 500


def sweep_stale_entries() -> int:
    """Mark entries whose process died in mid-call as unknown, and why; returns how many."""
    stale = AuditEntry.objects.filter(outcome=Outcome.PENDING, started_at__lt=timezone.now() - STALE_AFTER)
    count = 0
    while True:
        with transaction.atomic():
            swept = list(stale.select_for_update()[:_AT_ONCE])
            if not swept:
                return count
            _give_up(swept)
        count += len(swept)


def give_up(ids: Collection[UUID]) -> None:
    """Mark those of these entries that are still pending as unknown: nobody will hear of their end any more. In the
    caller's transaction, and before another attempt of the same call begins."""
    pending = AuditEntry.objects.select_for_update().filter(pk__in=ids, outcome=Outcome.PENDING)
    _give_up(list(pending))


def _give_up(pending: Sequence[AuditEntry]) -> None:
    AuditEntry.objects.filter(pk__in=[entry.pk for entry in pending]).update(
        outcome=Outcome.UNKNOWN, answer={"problem": INTERRUPTED}
    )
    actions = defaultdict(list)
    for entry in pending:
        entry.outcome = Outcome.UNKNOWN
        actions[entry.team_id, entry.action].append(entry)
    for entries in actions.values():
        lines.finish(entries)
