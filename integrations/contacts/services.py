"""The use cases of the contacts room."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject
from integrations.clients import gateway
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.reference import keep, last_known, remember_new_tag
from integrations.contacts import actions
from integrations.contacts.models import Origin
from integrations.contacts.origins import Provenance, origin_kept
from integrations.klicktipp import KlickTipp, KlickTippError, Problem


@dataclass(frozen=True)
class NewContact:
    """What the add-contact form asks. `new_tags` are names of tags that are to be created first."""

    email: str = ""
    sms_number: str = ""
    optin_process_id: int | None = None
    tag_ids: tuple[int, ...] = ()
    new_tags: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)


def add_contact(account: ClientAccount, new: NewContact, provenance: Provenance, actor: Actor, action_id: UUID) -> None:
    """Create the new tags, add or update the contact with its first tag, then tag it with the others.

    What came of it is told by `added.add_outcome`; a tagging call that fails leaves the contact added and raises
    nothing. Raises the library's errors, `Obstructed`, and `AlreadyStarted` where `action_id` has been used before.
    What was created before an error stays. The origin is kept unless it is certain that nothing happened.
    """
    api = gateway.connect(account, _action(account, new, actor, action_id))
    with origin_kept(account, subject_of(new), provenance, actor, action_id) as origin:
        tag_ids = (*new.tag_ids, *(_tag_named(api, account, name) for name in new.new_tags))
        contact = api.add_or_update_contact(
            email=new.email or None,
            sms_number=new.sms_number or None,
            optin_process_id=new.optin_process_id,
            tag_id=tag_ids[0] if tag_ids else None,
            fields=new.fields or None,
        )
    Origin.objects.filter(pk=origin.pk).update(contact_id=contact.id)
    if further := tag_ids[1:]:
        with suppress(KlickTippError):
            api.tag_contact(new.email, further)


def subject_of(new: NewContact) -> Subject:
    """Whom the log says the add is about."""
    return Subject(SubjectKind.EMAIL, new.email) if new.email else Subject(SubjectKind.SMS, new.sms_number)


def _action(account: ClientAccount, new: NewContact, actor: Actor, action_id: UUID) -> Action:
    """What the log says of the add, with tags, opt-in process and data fields by name as far as they are known."""
    tags = _named(account, ReferenceKind.TAGS, new.tag_ids) + [{"name": name} for name in new.new_tags]
    parameters: dict[str, Any] = {"contact": subject_of(new).label, "tags": tags}
    if new.optin_process_id:
        parameters["optin_processes"] = _named(account, ReferenceKind.OPTIN_PROCESSES, [new.optin_process_id])
    if new.fields:
        parameters["fields"] = field_names(account, new.fields)
    sentence = (actions.ADD_CONTACT, actions.ADD_CONTACT_WITH_TAG, actions.ADD_CONTACT_WITH_TAGS)[min(len(tags), 2)]
    return Action(sentence, actor, parameters, subjects=(subject_of(new),), id=action_id)


def field_names(account: ClientAccount, field_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Data fields by ID and name, as far as that is known, for the parameters of an action."""
    return _named(account, ReferenceKind.FIELDS, field_ids)


def _named(account: ClientAccount, kind: ReferenceKind, ids: Iterable[int | str]) -> list[dict[str, Any]]:
    names = last_known(account, kind).names()
    return [{"id": wanted, "name": names.get(str(wanted), "")} for wanted in ids]


def _tag_named(api: KlickTipp, account: ClientAccount, name: str) -> int:
    """The id of the tag of this name, which is created where there is none. Names that differ in case are one."""
    if same := _same_name(last_known(account, ReferenceKind.TAGS).items, name):
        return same
    try:
        tag_id = api.create_tag(name)
    except KlickTippError as error:
        if error.problem != Problem.NAME_TAKEN:
            raise
        if same := _same_name(keep(account, ReferenceKind.TAGS, api.list_tags()), name):
            return same
        raise
    remember_new_tag(account, tag_id, name)
    return tag_id


def _same_name(tags: list[dict[str, Any]], name: str) -> int | None:
    return next((tag["id"] for tag in tags if tag["name"].casefold() == name.casefold()), None)
