"""Reads the log for other rooms."""

from uuid import UUID

from integrations.audit.models import AuditEntry
from integrations.audit.recorder import Scope


def calls_of(scope: Scope, action: UUID) -> list[AuditEntry]:
    """The entries of an action in a client account's log, in their order."""
    entries = AuditEntry.objects.filter(team_id=scope.team_id, action=action, account_id=scope.account_id)
    return list(entries.order_by("number"))
