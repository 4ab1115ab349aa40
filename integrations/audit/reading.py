"""Reads the log for other rooms."""

from uuid import UUID

from integrations.audit.models import AuditEntry, AuditSubject
from integrations.audit.recorder import Scope
from integrations.audit.subjects import Subject, search_hashes


def calls_of(scope: Scope, action: UUID) -> list[AuditEntry]:
    """The entries of an action in a client account's log, in their order."""
    entries = AuditEntry.objects.filter(team_id=scope.team_id, action=action, account_id=scope.account_id)
    return list(entries.order_by("number"))


def is_about(scope: Scope, action: UUID, subject: Subject) -> bool:
    """Whether a call of the action named this person."""
    entries = [call.id for call in calls_of(scope, action)]
    hashes = search_hashes(subject, scope.team_id)
    return AuditSubject.objects.filter(entry_id__in=entries, hash__in=hashes).exists()
