"""What a form was sent for is done once: whether the log knows its action already, and what the action has done."""

from typing import Any
from uuid import UUID

from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import AuditEntry, Kind, Outcome
from integrations.audit.reading import calls_of, is_about
from integrations.audit.recorder import Scope
from integrations.audit.subjects import Subject


def refuse_repeat(scope: Scope, action: UUID) -> None:
    """Raise `AlreadyStarted` for an action that a client account's log knows."""
    if AuditEntry.objects.filter(team_id=scope.team_id, action=action, account_id=scope.account_id).exists():
        raise AlreadyStarted(action)


def has_done(scope: Scope, action: UUID, operation: str, about: Subject | None = None, **request: Any) -> bool:
    """Whether an action has carried out this operation, with what the log keeps of the request, for this person."""
    return any(
        call.kind == Kind.CHANGE
        and call.operation == operation
        and call.outcome == Outcome.DONE
        and call.request.items() >= request.items()
        and (about is None or is_about(call, about))
        for call in calls_of(scope, action)
    )
