"""Finds out what became of an add that KlickTipp did not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.audit.models import SubjectKind
from integrations.audit.reading import calls_of
from integrations.audit.settling import record_finding
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.differences import differences
from integrations.contacts.adding.lookup import Lookup, look_up
from integrations.contacts.adding.outcome import is_update
from integrations.contacts.adding.submission import NewContact
from integrations.contacts.models import Origin
from integrations.contacts.sentences import ADD_CHECKED, ADD_SETTLED, UPDATE_CHECKED, UPDATE_SETTLED
from integrations.klicktipp import Contact


class Verdict(StrEnum):
    """What became of an add, as far as a look can tell: KlickTipp may still be working on what was sent.

    ABSENT: there is no such contact yet
    DONE: the contact has everything that was sent, or has come since, if what was sent is not known any more
    WITHOUT_FURTHER_TAGS: it has, but for the tags that are set by a call of their own
    NOT_DONE: it is there, but is not what was sent yet
    THERE: it is there, and was before; whether it was updated nobody can tell, as what was sent is not known any more
    """

    ABSENT = "absent"
    DONE = "done"
    WITHOUT_FURTHER_TAGS = "without_further_tags"
    NOT_DONE = "not_done"
    THERE = "there"


_FINDINGS: dict[Verdict, str | Promise] = {
    Verdict.ABSENT: _("it was not there yet"),
    Verdict.DONE: _("it was there"),
    Verdict.WITHOUT_FURTHER_TAGS: _("it was there, but without further tags"),
    Verdict.NOT_DONE: _("it was there, but not with what was sent yet"),
    Verdict.THERE: _("it was there; whether with what was sent cannot be told"),
}
"""How the log ends its sentence."""

_AS_SENT = _("it was there with what was sent")


@dataclass(frozen=True)
class Checked:
    """A verdict, and the contact as it was read for it."""

    verdict: Verdict
    lookup: Lookup

    @property
    def contact(self) -> Contact | None:
        return self.lookup.contact


def is_about(origin: Origin, email: str) -> bool:
    """Whether this is the address that was sent."""
    return origin.subject_hash in search_hashes(Subject(SubjectKind.EMAIL, email), origin.account.team_id)


def unsure_of(account: ClientAccount, contact: Subject) -> Origin | None:
    """The origin of the latest add of this address or number that nothing has confirmed."""
    hashes = search_hashes(contact, account.team_id)
    return account.origins.filter(subject_hash__in=hashes, is_confirmed=False).order_by("-created_at").first()


def check_add(errand: Errand, origin: Origin, email: str, new: NewContact | None, action_id: UUID) -> Checked:
    """Look the contact up and compare it with `new`, what was to be sent, or None if nobody knows that any more.

    An origin whose contact is found that way is confirmed. The log has the look as `action_id`, and the finding as an
    event of its own. Raises the library's errors and `Obstructed`.
    """
    updates = is_update(calls_of(errand.account.scope, origin.action))
    at = timezone.now()
    sentence = UPDATE_CHECKED if updates else ADD_CHECKED
    lookup = look_up(errand, email, action_id, sentence=sentence)
    is_new = lookup.contact is not None and _signed_up_since(lookup.contact, origin)
    verdict = _verdict(errand, lookup.contact, new, is_new and not updates)
    _settle(origin, verdict, lookup.contact_id, at, action_id)
    subject = Subject(SubjectKind.EMAIL, email)
    with translation.override(None):
        finding = {"word": str(_AS_SENT if verdict is Verdict.DONE and new else _FINDINGS[verdict])}
    settled = UPDATE_SETTLED if updates else ADD_SETTLED
    record_finding(
        settled, errand.actor, errand.account.scope, origin.action, (subject,), contact=subject.label, finding=finding
    )
    return Checked(verdict, lookup)


def _settle(origin: Origin, verdict: Verdict, contact_id: str, at: datetime, check: UUID) -> None:
    """Keep what the check tells of the origin; what is confirmed already stays so."""
    unsettled = Origin.objects.filter(pk=origin.pk, is_confirmed=False)
    match verdict:
        case Verdict.DONE | Verdict.WITHOUT_FURTHER_TAGS:
            unsettled.update(is_confirmed=True, contact_id=contact_id, checked_at=at, last_check=check)
        case Verdict.ABSENT | Verdict.NOT_DONE | Verdict.THERE:
            unsettled.update(checked_at=at, last_check=check)


def _verdict(errand: Errand, contact: Contact | None, new: NewContact | None, was_added: bool) -> Verdict:
    if contact is None:
        return Verdict.ABSENT
    if new is None:
        return Verdict.DONE if was_added else Verdict.THERE
    found = differences(errand, new, contact)
    if found.values or found.first_tag:
        return Verdict.NOT_DONE
    return Verdict.WITHOUT_FURTHER_TAGS if found.further_tags else Verdict.DONE


def _signed_up_since(contact: Contact, origin: Origin) -> bool:
    """On the same day or later: most of KlickTipp's dates have no time."""
    return contact.date is not None and contact.date.date() >= origin.created_at.astimezone(UTC).date()
