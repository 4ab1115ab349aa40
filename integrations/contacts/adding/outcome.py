"""What came of an add, told from the log: so the page can be opened again, and a second submit ends on it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone

from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.presentation import problem_message
from integrations.audit.reading import ANSWERED_WITHIN, calls_of
from integrations.audit.sentences import in_words
from integrations.clients.lists import all_last_known
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.models import Origin
from integrations.contacts.sentences import ADD_SENTENCES, UPDATE_SENTENCES
from integrations.messages import PASSING, Message, status_in_words
from integrations.phone_numbers import readable_masked
from integrations.tags.search import same_name
from integrations.tags.services import created_tags

_UPDATES = {sentence.key for sentence in UPDATE_SENTENCES.values()}
_SENTENCES = {sentence.key for sentence in ADD_SENTENCES} | _UPDATES


@dataclass(frozen=True)
class AddOutcome:
    """`outcome` is the adding call's; `tagging_outcome` that of setting the further tags, if it came to that, and
    `tags_to_set` are their ids where another try can set them. `is_update` says that the contact was known to
    be one before; status and tags are those of the answer, or of the check that has found it. Of the data fields that
    were sent the names are known, not the values."""

    action: UUID
    is_update: bool
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
    fields: str
    optin_process: str

    @property
    def tagging_again(self) -> str:
        """What the page that tags contacts is asked with to set the tags once more."""
        return urlencode([("contact", self.contact_id), *(("tags", tag_id) for tag_id in self.tags_to_set)])

    @property
    def was_found(self) -> bool:
        """Whether KlickTipp gave no answer, but a check has found the contact since."""
        return self.outcome == Outcome.UNKNOWN and self.origin is not None and self.origin.is_confirmed

    @property
    def may_be_update(self) -> bool:
        """Whether an SMS number alone was sent that the portal did not know: KlickTipp does not tell whether it is a
        contact's."""
        return not self.is_update and "@" not in self.contact

    @property
    def can_be_checked(self) -> bool:
        """Whether the contact may have been added, and has an email address to look it up by."""
        return self.outcome == Outcome.UNKNOWN and not self.was_found and "@" in self.contact


def add_outcome(account: ClientAccount, action: UUID) -> AddOutcome | None:
    """The outcome of an add of this account; None if there was no such action, or one of another kind."""
    origin = Origin.objects.filter(account=account, action=action).first()
    entries = calls_of(account.scope, action)
    calls = [call for call in entries if call.sentence in _SENTENCES]
    if not calls and (entries or not origin):
        return None
    add = _last(calls, "add_or_update_contact")
    tagging = _last(calls, "tag_contact")
    answer = add.answer if add else {}
    if add and add.outcome == Outcome.UNKNOWN and origin and origin.is_confirmed:
        answer = _found_by_check(account, origin)
    decisive = add or (calls[-1] if calls else None)
    parameters = decisive.parameters if decisive else {}
    known = all_last_known(account)
    kinds = [known[kind] for kind in (ReferenceKind.SMARTTAGS, ReferenceKind.TAGS) if kind in known]
    nameless = {item["id"] for listing in kinds for item in listing.items if not item["name"]}
    names = dict(pair for listing in kinds for pair in listing.names().items()) | created_tags(calls)
    tag_ids = list(answer.get("tag_ids", []))
    if tagging and tagging.outcome == Outcome.DONE:
        tag_ids += tagging.request["tag_ids"]
    tags = [names.get(str(tag_id), str(tag_id)) for tag_id in dict.fromkeys(tag_ids) if tag_id not in nameless]
    has = set(map(same_name, tags))
    wanted = [tag["name"] or str(tag["id"]) for tag in parameters.get("tags", [])]
    return AddOutcome(
        action=action,
        is_update=is_update(calls),
        outcome=Outcome(add.outcome) if add else _without_add(origin),
        contact=readable_masked(parameters.get("contact", "")),
        contact_id=answer.get("contact_id", "") or (origin.contact_id if origin else ""),
        status=status_in_words(answer.get("status") or answer.get("sms_status", "")),
        tags=tags,
        missing_tags=[name for name in wanted if same_name(name) not in has],
        tags_to_set=tagging.request["tag_ids"] if tagging and _can_pass(tagging) else [],
        tagging_outcome=Outcome(tagging.outcome) if tagging else None,
        tagging_problem=problem_message(tagging) if tagging else None,
        problem=problem_message(decisive) if decisive else None,
        origin=origin,
        fields=in_words(parameters.get("fields", [])),
        optin_process=in_words(parameters.get("optin_processes", [])),
    )


def _can_pass(tagging: AuditEntry) -> bool:
    return tagging.outcome == Outcome.UNKNOWN or tagging.answer.get("problem") in PASSING


def is_update(calls: list[AuditEntry]) -> bool:
    """Whether this is what the log has of an add whose contact was known to be one before."""
    return any(call.sentence in _UPDATES for call in calls)


def _found_by_check(account: ClientAccount, origin: Origin) -> dict[str, Any]:
    """What the log keeps of the contact that a check has found."""
    read = _last(calls_of(account.scope, origin.last_check), "get_contact") if origin.last_check else None
    return read.answer if read else {}


def _without_add(origin: Origin | None) -> Outcome:
    """The origin is stored before the first call and removed when it is certain that nothing was added: while it is
    there, the add is still to come, unless the process has died."""
    is_under_way = origin is not None and origin.created_at > timezone.now() - ANSWERED_WITHIN
    return Outcome.PENDING if is_under_way else Outcome.FAILED


def _last(calls: list[AuditEntry], operation: str) -> AuditEntry | None:
    return next((call for call in reversed(calls) if call.operation == operation), None)
