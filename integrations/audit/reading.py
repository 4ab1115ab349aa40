"""Reads the log for other rooms."""

from uuid import UUID

from integrations.audit.models import AuditEntry
from integrations.audit.recorder import Scope


def calls_of(scope: Scope, action: UUID) -> list[AuditEntry]:
    """The entries of an action in a client account's log, in their order."""
    entries = AuditEntry.objects.filter(team_id=scope.team_id, action=action, account_id=scope.account_id)
    return list(entries.order_by("number"))


def account_of(team_id: int, action: UUID) -> int | None:
    """The id of the client account that a known action of the team was about, if any."""
    entries = AuditEntry.objects.filter(team_id=team_id, action=action)
    return entries.values_list("account_id", flat=True).first()
