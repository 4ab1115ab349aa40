from __future__ import annotations

from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.reading import known_label
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.calls import gateway
from integrations.clients.models import ClientAccount
from integrations.contacts import sentences
from integrations.contacts.fields.types import learn
from integrations.klicktipp import Contact


def find_contact(account: ClientAccount, wanted: Subject, actor: Actor, action_id: UUID) -> str | None:
    """The ID of a contact by what was typed of it; None if there is none. Whether an ID exists is not asked here.

    KlickTipp searches email addresses only: an SMS number is found if the contact was added with it in this portal.
    Raises the library's errors and `Obstructed`.
    """
    match wanted.kind:
        case SubjectKind.CONTACT:
            return wanted.value
        case SubjectKind.SMS:
            hashes = search_hashes(wanted, account.team_id)
            origins = account.origins.filter(subject_hash__in=hashes).exclude(contact_id="")
            return origins.order_by("-created_at").values_list("contact_id", flat=True).first()
    action = Action(sentences.CONTACT_SEARCHED, actor, {"contact": wanted.label}, id=action_id)
    return gateway.connect(account, action).find_contact(wanted.value)


def open_contact(account: ClientAccount, contact_id: str, actor: Actor, action_id: UUID) -> Contact:
    """A contact with everything that KlickTipp tells of it. Raises the library's errors and `Obstructed`.

    What its data fields look like is remembered for guesses at their types.
    """
    label = known_label(account.scope, Subject(SubjectKind.CONTACT, contact_id))
    action = Action(sentences.CONTACT_OPENED, actor, {"contact": label}, id=action_id)
    contact = gateway.connect(account, action).get_contact(contact_id)
    learn(account, contact.fields)
    return contact
