"""Reads the log for other rooms."""

from uuid import UUID

from integrations.audit.models import AuditEntry, AuditSubject
from integrations.audit.recorder import Scope
from integrations.audit.subjects import Subject, search_hashes


def calls_of(scope: Scope, action: UUID) -> list[AuditEntry]:
    """The entries of an action in a client account's log, in their order."""
    entries = AuditEntry.objects.filter(team_id=scope.team_id, action=action, account_id=scope.account_id)
    return list(entries.order_by("number"))


def is_about(entry: AuditEntry, subject: Subject) -> bool:
    """Whether an entry is about this person."""
    hashes = search_hashes(subject, entry.team_id)
    return AuditSubject.objects.filter(entry_id=entry.id, hash__in=hashes).exists()
