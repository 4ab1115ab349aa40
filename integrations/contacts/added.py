"""What came of an add, told from the log: so the page can be opened again, and a second submit ends on it too."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.presentation import problem_message
from integrations.audit.reading import calls_of
from integrations.audit.sweep import STALE_AFTER
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.reference import last_known
from integrations.contacts.actions import ADD_CONTACT, ADD_CONTACT_WITH_TAG, ADD_CONTACT_WITH_TAGS
from integrations.contacts.models import Origin
from integrations.messages import Message, status_in_words

SENTENCES = {sentence.key for sentence in (ADD_CONTACT, ADD_CONTACT_WITH_TAG, ADD_CONTACT_WITH_TAGS)}

_NOT_SURELY_DONE = (Outcome.REFUSED, Outcome.FAILED, Outcome.UNKNOWN)


@dataclass(frozen=True)
class AddOutcome:
    """`outcome` is the adding call's; `tagging_outcome` that of setting the further tags, if it came to that, and
    `tags_to_set` are their ids where they are not set, or perhaps not."""

    action: UUID
    outcome: Outcome
    contact: str
    contact_id: str
    status: str
    tags: list[str]
    missing_tags: list[str]
    tags_to_set: list[int]
    tagging_outcome: Outcome | None
    tagging_problem: Message | None
    problem: Message | None
    origin: Origin | None

    @property
    def was_found(self) -> bool:
        """Whether KlickTipp gave no answer, but a check has found the contact since."""
        return self.outcome == Outcome.UNKNOWN and bool(self.contact_id)

    @property
    def can_be_checked(self) -> bool:
        """Whether the contact may have been added, and has an email address to look it up by."""
        return self.outcome == Outcome.UNKNOWN and not self.contact_id and "@" in self.contact


def add_outcome(account: ClientAccount, action: UUID) -> AddOutcome | None:
    """The outcome of an add of this account; None if there was no such action, or one of another kind."""
    origin = Origin.objects.filter(account=account, action=action).first()
    calls = [call for call in calls_of(account.scope, action) if call.sentence in SENTENCES]
    if not calls and not origin:
        return None
    add = _last(calls, "add_or_update_contact")
    tagging = _last(calls, "tag_contact")
    answer = add.answer if add else {}
    decisive = add or (calls[-1] if calls else None)
    parameters = decisive.parameters if decisive else {}
    names = last_known(account, ReferenceKind.TAGS).names() | _created(calls)
    tag_ids = list(answer.get("tag_ids", []))
    if tagging and tagging.outcome == Outcome.DONE:
        tag_ids += tagging.request["tag_ids"]
    tags = [names.get(str(tag_id), str(tag_id)) for tag_id in dict.fromkeys(tag_ids)]
    wanted = [tag["name"] or str(tag["id"]) for tag in parameters.get("tags", [])]
    return AddOutcome(
        action=action,
        outcome=Outcome(add.outcome) if add else _without_add(origin),
        contact=parameters.get("contact", ""),
        contact_id=answer.get("contact_id", "") or (origin.contact_id if origin else ""),
        status=status_in_words(answer.get("status") or answer.get("sms_status", "")),
        tags=tags,
        missing_tags=[name for name in wanted if name.casefold() not in {tag.casefold() for tag in tags}],
        tags_to_set=tagging.request["tag_ids"] if tagging and tagging.outcome in _NOT_SURELY_DONE else [],
        tagging_outcome=Outcome(tagging.outcome) if tagging else None,
        tagging_problem=problem_message(tagging) if tagging else None,
        problem=problem_message(decisive) if decisive else None,
        origin=origin,
    )


def _without_add(origin: Origin | None) -> Outcome:
    """The origin is stored before the first call and removed when it is certain that nothing was added: while it is
    there, the add is still to come, unless the process has died."""
    is_under_way = origin is not None and origin.created_at > timezone.now() - STALE_AFTER
    return Outcome.PENDING if is_under_way else Outcome.FAILED


def tags_created_by(account: ClientAccount, action: UUID) -> list[str]:
    """Names of the tags that an action created, whatever became of its contact."""
    return list(_created(calls_of(account.scope, action)).values())


def _created(calls: list[AuditEntry]) -> dict[str, str]:
    """The created tags' names by their ids as text."""
    return {
        str(call.answer.get("tag_id")): call.request["name"]
        for call in calls
        if call.operation == "create_tag" and call.outcome == Outcome.DONE
    }


def _last(calls: list[AuditEntry], operation: str) -> AuditEntry | None:
    return next((call for call in reversed(calls) if call.operation == operation), None)
