"""How a contact stands in the client's account after a listbuilding call. A listbuilding key reads nothing, and may be
another KlickTipp account's: so the contact is looked up with the customer key."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.clients.explain import EXPLAINED
from integrations.contacts.adding.lookup import NOBODY, look_up
from integrations.klicktipp import Contact
from integrations.listbuilding import sentences
from integrations.listbuilding.models import ListbuildingKey


@dataclass(frozen=True)
class Afterwards:
    """The contact as it was read; None if the client's account has none with this address.

    is_told: False where it could not be looked up; `error` says why, unless the address or the customer key is missing
    """

    contact: Contact | None = None
    is_told: bool = True
    error: Exception | None = None

    @property
    def is_missing(self) -> bool:
        return self.is_told and self.contact is None


def can_look_up(errand: Errand, email: str) -> bool:
    """Whether there is an address to search for, and a customer key to search with."""
    return bool(email) and errand.credential is not None


def look_afterwards(errand: Errand, email: str, *, expected: str = NOBODY, seconds: float | None = None) -> Afterwards:
    """Look the contact up. It raises nothing: what came before has happened all the same. `expected` and `seconds` are
    as in `look_up`."""
    if not can_look_up(errand, email):
        return Afterwards(is_told=False)
    try:
        sentence = sentences.LOOKED_UP_AFTERWARDS
        lookup = look_up(errand, email, uuid4(), expected=expected, seconds=seconds, sentence=sentence)
    except EXPLAINED as error:
        return Afterwards(is_told=False, error=error)
    return Afterwards(lookup.contact)


def record_elsewhere(key: ListbuildingKey, email: str, actor: Actor, *, is_missing: bool) -> None:
    """Put into the log that what the key did has not come to the client's account: the contact is missing there, or as
    it was before."""
    contact = Subject(SubjectKind.EMAIL, email)
    sentence = sentences.CONTACT_MISSING if is_missing else sentences.CONTACT_UNREACHED
    events.record(sentence, actor, key.account.scope, subjects=(contact,), contact=contact.label, key=key.label)
