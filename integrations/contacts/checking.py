"""Finds out what became of an add that KlickTipp did not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.models import ClientAccount
from integrations.contacts.actions import ADD_CHECKED
from integrations.contacts.differences import differences
from integrations.contacts.lookup import Lookup, look_up
from integrations.contacts.models import Origin
from integrations.contacts.services import NewContact
from integrations.klicktipp import Contact


class Verdict(StrEnum):
    """What became of an add.

    ABSENT: there is no such contact
    DONE: the contact has everything that was sent
    WITHOUT_FURTHER_TAGS: it has, but for the tags that are set by a call of their own
    NOT_DONE: it is there, but is not what was sent
    THERE: it is there, and was before; whether it was updated nobody can tell, as what was sent is not known any more
    """

    ABSENT = "absent"
    DONE = "done"
    WITHOUT_FURTHER_TAGS = "without_further_tags"
    NOT_DONE = "not_done"
    THERE = "there"


@dataclass(frozen=True)
class Checked:
    """A verdict, and the contact as it was read for it. `is_new` says that it signed up since the add was sent."""

    verdict: Verdict
    lookup: Lookup
    is_new: bool

    @property
    def contact(self) -> Contact | None:
        return self.lookup.contact


def is_about(origin: Origin, email: str) -> bool:
    """Whether this is the address that was sent."""
    return origin.subject_hash in search_hashes(Subject(SubjectKind.EMAIL, email), origin.account.team_id)


def check_add(
    account: ClientAccount, origin: Origin, email: str, new: NewContact | None, actor: Actor, action_id: UUID
) -> Checked:
    """Look the contact up and compare it with `new`, what was to be sent, or None if nobody knows that any more.

    An origin whose contact is found that way is completed with its ID. Raises the library's errors and `Obstructed`.
    """
    lookup = look_up(account, email, actor, action_id, sentence=ADD_CHECKED)
    is_new = lookup.contact is not None and _signed_up_since(lookup.contact, origin)
    verdict = _verdict(account, lookup.contact, new, is_new)
    if verdict in (Verdict.DONE, Verdict.WITHOUT_FURTHER_TAGS):
        Origin.objects.filter(pk=origin.pk).update(contact_id=lookup.contact_id)
    return Checked(verdict, lookup, is_new)


def _verdict(account: ClientAccount, contact: Contact | None, new: NewContact | None, is_new: bool) -> Verdict:
    if contact is None:
        return Verdict.ABSENT
    if new is None:
        return Verdict.DONE if is_new else Verdict.THERE
    found = differences(account, new, contact)
    if found.values or found.first_tag:
        return Verdict.NOT_DONE
    return Verdict.WITHOUT_FURTHER_TAGS if found.further_tags else Verdict.DONE


def _signed_up_since(contact: Contact, origin: Origin) -> bool:
    """On the same day or later: most of KlickTipp's dates have no time."""
    return contact.date is not None and contact.date.date() >= origin.created_at.astimezone(UTC).date()
