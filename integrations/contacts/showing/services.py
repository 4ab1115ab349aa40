from __future__ import annotations

from uuid import UUID

from integrations.audit.models import SubjectKind
from integrations.audit.reading import contact_id_beside, last_label
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.errand import Errand
from integrations.contacts import sentences
from integrations.contacts.fields.types import learn
from integrations.klicktipp import Contact, NotFound
from integrations.tags import smarttags


def find_contact(errand: Errand, wanted: Subject, action_id: UUID) -> str | None:
    """The ID of a contact by what was typed of it, also its key; None if there is none. Whether an ID exists is not
    asked here.

    KlickTipp searches email addresses only: an SMS number is found if a contact had it when this portal read, added or
    changed one. Raises the library's errors and `Obstructed`.
    """
    match wanted.kind:
        case SubjectKind.CONTACT if not wanted.is_key:
            return wanted.value
        case SubjectKind.SMS:
            if known := contact_id_beside(errand.account.scope, wanted):
                return known
            hashes = search_hashes(wanted, errand.account.team_id)
            origins = errand.account.origins.filter(subject_hash__in=hashes).exclude(contact_id="")
            return origins.order_by("-created_at").values_list("contact_id", flat=True).first()
    api = errand.connect(Action(sentences.CONTACT_SEARCHED, errand.actor, {"contact": wanted.label}, id=action_id))
    if not wanted.is_key:
        return api.find_contact(wanted.value)
    try:
        return api.get_contact(wanted.value).id
    except NotFound:
        return None


def open_contact(errand: Errand, contact_id: str, action_id: UUID) -> Contact:
    """A contact with everything that KlickTipp tells of it. Raises the library's errors and `Obstructed`.

    What its data fields look like is remembered for guesses at their types, and which SmartTags it has.
    """
    label = last_label(errand.account.scope, contact_id)
    action = Action(sentences.CONTACT_OPENED, errand.actor, {"contact": label}, id=action_id)
    contact = errand.connect(action).get_contact(contact_id)
    learn(errand.account, contact.fields)
    smarttags.learn(errand, contact.smart_tags)
    return contact
