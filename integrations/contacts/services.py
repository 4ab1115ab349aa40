"""The use cases of the contacts room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action, AlreadyStarted
from integrations.audit.subjects import Subject
from integrations.clients import gateway
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.reference import keep, last_known
from integrations.contacts import actions
from integrations.contacts.models import Origin
from integrations.klicktipp import Contact, Happened, KlickTipp, KlickTippError, Problem


@dataclass(frozen=True)
class NewContact:
    """What the add-contact form asks. `new_tags` are names of tags that are to be created first."""

    email: str = ""
    sms_number: str = ""
    optin_process_id: int | None = None
    tag_ids: tuple[int, ...] = ()
    new_tags: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Provenance:
    """Where a contact comes from: the legal basis, the source in words, and since when."""

    basis: str
    source: str
    obtained_on: date


@dataclass(frozen=True)
class Added:
    """What came of an add: the contact as KlickTipp answered, and why further tags could not be set, if so."""

    contact: Contact
    tagging_error: KlickTippError | None


def add_contact(
    account: ClientAccount, new: NewContact, provenance: Provenance, actor: Actor, action_id: UUID
) -> Added:
    """Create the new tags, add or update the contact with its first tag, then tag it with the others.

    Raises the library's errors, `AlreadyStarted` where `action_id` has been used before, and what `gateway.connect`
    raises. What was created before an error stays. The origin is kept unless it is certain that nothing happened.
    """
    action = _action(account, new, actor, action_id)
    api = gateway.connect(account, action)
    origin = _claim(account, provenance, actor, action_id)
    try:
        tag_ids = (*new.tag_ids, *(_tag_named(api, account, name) for name in new.new_tags))
        contact = api.add_or_update_contact(
            email=new.email or None,
            sms_number=new.sms_number or None,
            optin_process_id=new.optin_process_id,
            tag_id=tag_ids[0] if tag_ids else None,
            fields=new.fields or None,
        )
    except Exception as error:
        if not _may_have_added(error):
            origin.delete()
        raise
    origin.contact_id = contact.id
    origin.save(update_fields=["contact_id"])
    return Added(contact, _tag_with_the_others(api, new.email, tag_ids[1:]))


def subject_of(new: NewContact) -> Subject:
    """Whom the log says the add is about."""
    return Subject(SubjectKind.EMAIL, new.email) if new.email else Subject(SubjectKind.SMS, new.sms_number)


def _claim(account: ClientAccount, provenance: Provenance, actor: Actor, action_id: UUID) -> Origin:
    """Store where the contact comes from before anything is sent; a second submit of the same form ends here."""
    origin, is_new = Origin.objects.get_or_create(
        action=action_id,
        defaults={
            "account": account,
            "basis": provenance.basis,
            "source": provenance.source,
            "obtained_on": provenance.obtained_on,
            "added_by": actor.label,
        },
    )
    if not is_new:
        raise AlreadyStarted(action_id)
    return origin


def _may_have_added(error: Exception) -> bool:
    return (
        isinstance(error, KlickTippError)
        and error.operation == "add_or_update_contact"
        and error.happened != Happened.NO
    )


def _action(account: ClientAccount, new: NewContact, actor: Actor, action_id: UUID) -> Action:
    names = last_known(account, ReferenceKind.TAGS).names()
    tags: list[dict[str, Any]] = [{"id": tag_id, "name": names.get(str(tag_id), "")} for tag_id in new.tag_ids]
    tags += [{"name": name} for name in new.new_tags]
    sentence = (actions.ADD_CONTACT, actions.ADD_CONTACT_WITH_TAG, actions.ADD_CONTACT_WITH_TAGS)[min(len(tags), 2)]
    parameters: dict[str, Any] = {"contact": subject_of(new).label} | ({"tags": tags} if tags else {})
    return Action(sentence, actor, parameters, action_id)


def _tag_named(api: KlickTipp, account: ClientAccount, name: str) -> int:
    """The id of the tag of this name, which is created where there is none. Names that differ in case are one."""
    known = last_known(account, ReferenceKind.TAGS).items
    if same := _same_name(known, name):
        return same
    try:
        tag_id = api.create_tag(name)
    except KlickTippError as error:
        if error.problem != Problem.NAME_TAKEN:
            raise
        if same := _same_name(keep(account, ReferenceKind.TAGS, api.list_tags()), name):
            return same
        raise
    keep(account, ReferenceKind.TAGS, [*known, {"id": tag_id, "name": name}])
    return tag_id


def _same_name(tags: list[dict[str, Any]], name: str) -> int | None:
    return next((tag["id"] for tag in tags if tag["name"].casefold() == name.casefold()), None)


def _tag_with_the_others(api: KlickTipp, email: str, tag_ids: tuple[int, ...]) -> KlickTippError | None:
    if not tag_ids:
        return None
    try:
        api.tag_contact(email, tag_ids)
    except KlickTippError as error:
        return error
    return None
