from datetime import timedelta

from django.utils import timezone

from integrations.audit.models import AuditEntry, Outcome

STALE_AFTER = timedelta(minutes=10)
"""Longer than any call may take, waiting included."""


def sweep_stale_entries() -> int:
    """Mark entries whose process died in mid-call as unknown; returns how many."""
    stale = AuditEntry.objects.filter(outcome=Outcome.PENDING, started_at__lt=timezone.now() - STALE_AFTER)
    return stale.update(outcome=Outcome.UNKNOWN)
