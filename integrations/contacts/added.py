"""What came of an add, told from the log: so the page can be opened again, and a second submit ends on it too."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.reading import calls_of
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.reference import last_known
from integrations.contacts.models import Origin
from integrations.messages import Message, message, status_in_words


@dataclass(frozen=True)
class AddOutcome:
    """`outcome` is the adding call's; `tagging_problem` says why the further tags could not be set, if so."""

    action: UUID
    outcome: Outcome
    contact: str
    contact_id: str
    status: str
    tags: list[str]
    missing_tags: list[str]
    tagging_problem: Message | None
    problem: Message | None
    origin: Origin | None


def add_outcome(account: ClientAccount, action: UUID) -> AddOutcome | None:
    """The outcome of an add of this account; None if the log knows no such action."""
    calls = calls_of(account.scope, action)
    if not calls:
        return None
    add = _last(calls, "add_or_update_contact")
    tagging = _last(calls, "tag_contact")
    answer = add.answer if add else {}
    names = last_known(account, ReferenceKind.TAGS).names()
    further = tagging.request.get("tag_ids", []) if tagging else []
    set_now = tagging is not None and tagging.outcome == Outcome.DONE
    tag_ids = dict.fromkeys([*answer.get("tag_ids", []), *(further if set_now else [])])
    decisive = add or calls[-1]
    return AddOutcome(
        action=action,
        outcome=Outcome(decisive.outcome),
        contact=decisive.parameters.get("contact", ""),
        contact_id=answer.get("contact_id", ""),
        status=status_in_words(answer.get("status") or answer.get("sms_status", "")),
        tags=[names.get(str(tag_id), str(tag_id)) for tag_id in tag_ids],
        missing_tags=[names.get(str(tag_id), str(tag_id)) for tag_id in further if not set_now],
        tagging_problem=_problem(tagging) if tagging and not set_now else None,
        problem=_problem(decisive),
        origin=Origin.objects.filter(account=account, action=action).first(),
    )


def tags_created_by(account: ClientAccount, action: UUID) -> list[str]:
    """Names of the tags that an action created, whatever became of its contact."""
    return [
        call.request["name"]
        for call in calls_of(account.scope, action)
        if call.operation == "create_tag" and call.outcome == Outcome.DONE
    ]


def _last(calls: list[AuditEntry], operation: str) -> AuditEntry | None:
    return next((call for call in reversed(calls) if call.operation == operation), None)


def _problem(entry: AuditEntry) -> Message | None:
    problem = entry.answer.get("problem")
    return message(problem, entry.code) if problem else None
