from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject, subjects_in
from integrations.clients.calls import gateway
from integrations.clients.lists import last_known
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts import sentences
from integrations.contacts.adding.origins import Provenance, origin_kept
from integrations.contacts.fields.types import field_names, learn
from integrations.klicktipp import KlickTipp, KlickTippError
from integrations.suppression.services import refuse_suppressed
from integrations.tags.services import forget_missing_tags, ids_of

_SMS_NUMBER = {"id": "sms_number", "name": "", "word": "SMS number"}
"""As a data field of an update in the log."""


@dataclass(frozen=True)
class NewContact:
    """What the add-contact form asks. `new_tags` are names of tags that are to be created first."""

    email: str = ""
    sms_number: str = ""
    optin_process_id: int | None = None
    tag_ids: tuple[int, ...] = ()
    new_tags: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)


def add_contact(
    account: ClientAccount,
    new: NewContact,
    provenance: Provenance,
    actor: Actor,
    action_id: UUID,
    *,
    updates: bool = False,
    seconds: float | None = None,
) -> None:
    """Create the new tags, add or update the contact with its first tag, then tag it with the others.

    What came of it is told by `added.add_outcome`; a tagging call that fails leaves the contact added and raises
    nothing. Raises the library's errors, `Obstructed` (`Suppressed` for whom the client's suppression list has), and
    `AlreadyStarted` where `action_id` has been used before.
    What was created before an error stays. The origin is kept unless it is certain that nothing happened.

    updates: the person knows that it is a contact already; the log tells it so
    seconds: for all calls together; the deadline of a page unless told
    """
    api = ready_to_add(account, new, actor, action_id, updates=updates, seconds=seconds)
    with origin_kept(account, subject_of(new), provenance, actor, action_id) as origin:
        try:
            tag_ids = ids_of(api, account, new.tag_ids, new.new_tags)
            contact = api.add_or_update_contact(
                email=new.email or None,
                sms_number=new.sms_number or None,
                optin_process_id=new.optin_process_id,
                tag_id=tag_ids[0] if tag_ids else None,
                fields=new.fields or None,
            )
        except KlickTippError as error:
            forget_missing_tags(api, account, error)
            raise
        origin.contact_id = contact.id
    if further := tag_ids[1:]:
        try:
            api.tag_contact(new.email, further)
        except KlickTippError as error:
            forget_missing_tags(api, account, error)
    learn(account, contact.fields)


def ready_to_add(
    account: ClientAccount,
    new: NewContact,
    actor: Actor,
    action_id: UUID,
    *,
    updates: bool,
    seconds: float | None = None,
) -> KlickTipp:
    """A client for an add that nothing here stands in the way of. Raises `Obstructed` and `Suppressed`; the log has it
    then as what came of the add."""
    action = _action(account, new, actor, action_id, updates)
    api = gateway.connect(account, action, seconds=seconds)
    refuse_suppressed(account, addresses_of(new), action)
    return api


def subject_of(new: NewContact) -> Subject:
    """Whom the log says the add is about."""
    return addresses_of(new)[0]


def addresses_of(new: NewContact) -> Sequence[Subject]:
    """Its email address and its SMS number, as far as it has them."""
    return subjects_in({"email": new.email, "sms_number": new.sms_number})


def _action(account: ClientAccount, new: NewContact, actor: Actor, action_id: UUID, updates: bool) -> Action:
    """What the log says of the add, with tags, opt-in process and data fields by name as far as they are known."""
    tags = _named(account, ReferenceKind.TAGS, new.tag_ids) + [{"name": name} for name in new.new_tags]
    parameters: dict[str, Any] = {"contact": subject_of(new).label, "tags": tags}
    if new.optin_process_id:
        parameters["optin_processes"] = _named(account, ReferenceKind.OPTIN_PROCESSES, [new.optin_process_id])
    fields = field_names(account, new.fields)
    sentence = sentences.ADD_SENTENCES[min(len(tags), 2)]
    if updates:
        fields += [_SMS_NUMBER] if new.email and new.sms_number else []
        sentence = sentences.UPDATE_SENTENCES[bool(fields), bool(tags)]
    if fields:
        parameters["fields"] = fields
    return Action(sentence, actor, parameters, subjects=(subject_of(new),), id=action_id)


def _named(account: ClientAccount, kind: ReferenceKind, ids: Iterable[int | str]) -> list[dict[str, Any]]:
    names = last_known(account, kind).names()
    return [{"id": wanted, "name": names.get(str(wanted), "")} for wanted in ids]
