"""What came of tagging contacts, told from the log: so the page can be opened again, and a second submit ends on it
too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.audit.models import PARTLY, AuditEntry, AuditSubject, Outcome, SubjectKind
from integrations.audit.presentation import LoggedAction, LoggedCall, problem_message
from integrations.audit.reading import ANSWERED_WITHIN, calls_of
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.models import ClientAccount
from integrations.klicktipp import Problem
from integrations.messages import PASSING, Message
from integrations.tags import sentences
from integrations.tags.tagging import WRONG_TAG, Tagging

NOT_SENT: Final = "not_sent"

_REMOVING: Final = {sentences.CONTACT_UNTAGGED.key, sentences.CONTACTS_UNTAGGED.key}
_SENTENCES: Final = {sentences.CONTACT_TAGGED.key, sentences.CONTACTS_TAGGED.key} | _REMOVING
_OPERATIONS: Final = ("tag_contact", "untag_contact")
_LEADING: Final = (Outcome.PENDING, Outcome.UNKNOWN)
_CERTAINLY_MISSING: Final = {Outcome.REFUSED, Outcome.FAILED, NOT_SENT, PARTLY}


class Hurdle(StrEnum):
    """What stood in the way of all contacts and can be mended: a tag that KlickTipp refuses, or the access."""

    TAG = "tag"
    ACCESS = "access"


_HURDLES: Final[dict[str, Hurdle]] = {
    **dict.fromkeys(WRONG_TAG, Hurdle.TAG),
    **dict.fromkeys((Problem.ACCESS_DENIED, Problem.USER_DENIED, Problem.WRONG_LOGIN), Hurdle.ACCESS),
}


@dataclass(frozen=True)
class TaggedContact:
    """A contact by its address, or its masked label where only the log is asked. `outcome` is one of the log's,
    `PARTLY` or `NOT_SENT`; `problems` are sentences. `is_final` says that something is in the way for this contact
    that does not pass."""

    address: str
    outcome: str
    problems: list[str]
    is_final: bool

    @property
    def label(self) -> str:
        if self.outcome == NOT_SENT:
            return _("not sent")
        return str(_("partly done") if self.outcome == PARTLY else Outcome(self.outcome).label)


@dataclass(frozen=True)
class TaggingOutcome:
    """`asked` contacts were meant; those in `contacts` that are not done come first. `stopped` says why a part was not
    sent, `hurdle` what has to be mended before the rest can be."""

    action: UUID
    removes: bool
    tags: list[str]
    asked: int
    contacts: list[TaggedContact]
    stopped: Message | None
    hurdle: Hurdle | None
    is_under_way: bool

    @cached_property
    def done(self) -> int:
        return sum(contact.outcome == Outcome.DONE for contact in self.contacts)

    @property
    def level(self) -> str:
        """How the page marks it."""
        if self.is_under_way:
            return "info"
        return "success" if self.done == self.asked else "warning"

    def heading(self, account: ClientAccount) -> str:
        """What the page of the result is called."""
        text = _("Tags removed from contacts of %(client)s") if self.removes else _("Tagged contacts of %(client)s")
        if not self.done and not self.is_under_way:
            text = _("Nothing changed for the contacts of %(client)s")
        return text % {"client": account}

    @cached_property
    def again(self) -> list[str]:
        """Addresses that are certain not to be done, or not wholly, and that another try can help."""
        return [contact.address for contact in self._missing if not contact.is_final]

    @property
    def final(self) -> int:
        """How many contacts no further try helps."""
        return sum(contact.is_final for contact in self._missing)

    @cached_property
    def _missing(self) -> list[TaggedContact]:
        return [contact for contact in self.contacts if contact.outcome in _CERTAINLY_MISSING]

    @cached_property
    def unknown(self) -> list[str]:
        return [contact.address for contact in self.contacts if contact.outcome == Outcome.UNKNOWN]

    @property
    def untold(self) -> int:
        """Contacts that the log alone cannot name, because nothing was sent for them."""
        return max(0, self.asked - len(self.contacts))


def named(tag: Mapping[str, Any]) -> str:
    """A tag of the log by its name; of one that was unknown when it was used there is only the ID."""
    return tag["name"] or _("Tag %(id)s") % {"id": tag["id"]}


def tagging_outcome(account: ClientAccount, action: UUID, tagging: Tagging | None = None) -> TaggingOutcome | None:
    """The outcome of a tagging for the addresses that were `tagging`, else for all that the log knows of it.

    None if there was no such action, if it was about other tags, or if it ended before the first contact.
    """
    entries = [entry for entry in calls_of(account.scope, action) if entry.sentence in _SENTENCES]
    if not entries or (tagging and not _is_about(entries[0], tagging)):
        return None
    logged = LoggedAction(entries)
    calls = [entry for entry in logged.final if entry.operation in _OPERATIONS]
    unsent = next((entry for entry in entries if "unsent" in entry.answer), None)
    if not calls and not unsent and entries[-1].outcome not in (Outcome.PENDING, Outcome.DONE):
        return None
    head = entries[0]
    tags = head.parameters.get("tags", [])
    removes = head.sentence in _REMOVING
    asked = head.parameters.get("contacts", 1)
    each = len(tags) if removes else 1
    is_fresh = entries[-1].started_at > timezone.now() - ANSWERED_WITHIN
    is_complete = len(calls) >= asked * each or unsent is not None
    is_under_way = is_fresh and (not is_complete or any(call.outcome == Outcome.PENDING for call in calls))
    stopped = problem_message(unsent) if unsent else None
    missing = Outcome.PENDING if is_under_way else NOT_SENT
    hurdle = next((_HURDLES[problem] for call in logged.final if (problem := _problem_of(call)) in _HURDLES), None)
    contacts = [
        TaggedContact(
            address,
            _outcome(own, each, missing),
            _problems(own, stopped if len(own) < each else None),
            is_final=any(_is_final(call) for call in own),
        )
        for address, own in _by_contact(account, calls, tagging)
    ]
    return TaggingOutcome(
        action=action,
        removes=removes,
        tags=[named(tag) for tag in tags],
        asked=asked,
        contacts=sorted(contacts, key=lambda contact: contact.outcome == Outcome.DONE),
        stopped=stopped,
        hurdle=hurdle,
        is_under_way=is_under_way,
    )


def _is_about(entry: AuditEntry, tagging: Tagging) -> bool:
    told = [tag.get("id") or tag["name"] for tag in entry.parameters.get("tags", [])]
    meant: list[int | str] = [*tagging.tag_ids, *tagging.new_tags]
    same = len(told) == len(meant) and all(_is_same(*pair) for pair in zip(told, meant, strict=True))
    return same and tagging.removes == (entry.sentence in _REMOVING)


def _is_same(told: int | str, meant: int | str) -> bool:
    """Whether the log has this ID or name; it cuts names where they are many and long."""
    is_cut = isinstance(told, str) and isinstance(meant, str) and told.endswith("…")
    return told == meant or (is_cut and str(meant).startswith(str(told)[:-1]))


def _by_contact(
    account: ClientAccount, calls: list[AuditEntry], tagging: Tagging | None
) -> Iterable[tuple[str, list[AuditEntry]]]:
    """The calls of each tagging address, or of each contact by its label."""
    by_id = {call.id: call for call in calls}
    of_hash: dict[str, list[AuditEntry]] = defaultdict(list)
    labels: dict[str, str] = {}
    for row in AuditSubject.objects.filter(entry_id__in=list(by_id), kind=SubjectKind.EMAIL).order_by("number"):
        of_hash[row.hash].append(by_id[row.entry_id])
        labels[row.hash] = row.label
    if tagging is None:
        return [(labels[hashed], own) for hashed, own in of_hash.items()]
    hashes = {
        address: search_hashes(Subject(SubjectKind.EMAIL, address), account.team_id) for address in tagging.addresses
    }
    return [(address, [call for one in own for call in of_hash.get(one, [])]) for address, own in hashes.items()]


def _outcome(calls: list[AuditEntry], expected: int, missing: str) -> str:
    outcomes = {call.outcome for call in calls} | ({missing} if len(calls) < expected else set())
    for leading in _LEADING:
        if leading in outcomes:
            return leading
    if len(outcomes) == 1:
        return outcomes.pop()
    return PARTLY if Outcome.DONE in outcomes else Outcome.REFUSED


def _problem_of(call: AuditEntry) -> str:
    return str(call.answer.get("problem", ""))


def _is_final(call: AuditEntry) -> bool:
    """Whether a call has ended as it would once more, also when the hurdles are mended."""
    problem = _problem_of(call)
    return problem != "" and problem not in PASSING and problem not in _HURDLES


def _problems(calls: list[AuditEntry], stopped: Message | None) -> list[str]:
    """What went wrong for a contact, each once."""
    told = [_problem(LoggedCall(call)) for call in calls if call.outcome not in (Outcome.DONE, Outcome.PENDING)]
    if stopped:
        told.append(stopped.sentences())
    return list(dict.fromkeys(told))


def _problem(call: LoggedCall) -> str:
    if call.entry.outcome == Outcome.UNKNOWN:
        return _("KlickTipp did not answer, so it may have happened or not.")
    text = call.problem.sentences() if call.problem else ""
    if call.error and _problem_of(call.entry) != Problem.UNKNOWN_CODE:
        text = _("%(text)s (Error code %(code)s)") % {"text": text, "code": call.error}
    removed, tags = call.entry.request.get("tag_id"), call.entry.parameters["tags"]
    meant = [tag for tag in tags if removed and tag.get("id") == removed]
    if meant and len(tags) > 1:
        return _("%(tag)s: %(text)s") % {"tag": named(meant[0]), "text": text}
    return text
