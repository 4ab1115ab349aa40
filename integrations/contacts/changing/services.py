"""What changes a contact. Each use case reads it first, so that it is changed as it is now and the log knows whom it is
about by ID and all addresses.

All raise the library's errors, `Obstructed`, `ContactGone`, and `AlreadyStarted` for an `action_id` that has been used
before. `shown` is the contact as the form showed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid5

from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.reading import last_label
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.clients.models import ReferenceKind
from integrations.contacts import sentences
from integrations.contacts.errors import ChangedMeanwhile, ContactGone, WithoutAddress
from integrations.contacts.fields.types import field_names
from integrations.contacts.subjects import addresses_of, subjects_of
from integrations.klicktipp import Contact, KlickTippError, NotFound, Problem
from integrations.suppression.models import Reason
from integrations.suppression.services import refuse_suppressed, suppressed_after
from integrations.tags.sentences import CONTACT_TAGGED, CONTACT_UNTAGGED
from integrations.tags.services import forget_missing_tags, ids_of

_GONE = (Problem.CONTACT_NOT_FOUND, Problem.SUBSCRIPTION_NOT_FOUND)


def look_before(errand: Errand, contact_id: str, action_id: UUID) -> Contact:
    """The contact as it is before the action that follows, which has the same ID but for `reading_of`."""
    label = last_label(errand.account.scope, contact_id)
    action = Action(sentences.OPENED_TO_CHANGE, errand.actor, {"contact": label}, id=reading_of(action_id))
    try:
        return errand.connect(action).get_contact(contact_id)
    except NotFound:
        raise ContactGone from None


def reading_of(action_id: UUID) -> UUID:
    """The action under which the log has the look that precedes a change: it changes nothing."""
    return uuid5(action_id, "look")


def change_fields(errand: Errand, shown: Contact, wanted: Mapping[str, str], action_id: UUID) -> None:
    """Write `wanted` into these data fields, as text for the wire by the fields' IDs. Raises `ChangedMeanwhile` where
    one of them is no longer what was shown; what has the wanted value already is not sent."""
    contact = look_before(errand, shown.id, action_id)
    now = {field_id: contact.fields.get(field_id, "") for field_id in wanted}
    if any(now[field_id] not in (shown.fields.get(field_id, ""), new) for field_id, new in wanted.items()):
        raise ChangedMeanwhile(contact)
    to_send = {field_id: new for field_id, new in wanted.items() if now[field_id] != new}
    if not to_send:
        return
    sentence = sentences.FIELD_CHANGED if len(to_send) == 1 else sentences.FIELDS_CHANGED
    names = errand.last_known(ReferenceKind.FIELDS).names()
    action = _action(
        sentence,
        contact,
        errand.actor,
        action_id,
        fields=field_names(names, to_send),
    )
    api = errand.connect(action)
    with _gone_is_told():
        api.update_contact(contact.id, fields=to_send)


def change_address(errand: Errand, shown: Contact, new: Subject, action_id: UUID) -> None:
    """Give a contact another email address or SMS number. Raises `ChangedMeanwhile` where somebody else has done so,
    and `Suppressed` for whom the client's suppression list has."""
    contact = look_before(errand, shown.id, action_id)
    now = address_of(contact, new.kind)
    if Subject(new.kind, now).normal == new.normal and now != address_of(shown, new.kind):
        return
    if now != address_of(shown, new.kind):
        raise ChangedMeanwhile(contact)
    is_email = new.kind is SubjectKind.EMAIL
    looks_alike = Subject(new.kind, now).label == new.label
    sentence = sentences.ADDRESS_SENTENCES[is_email, looks_alike]
    action = _action(sentence, contact, errand.actor, action_id, new=new.label)
    api = errand.connect(action)
    refuse_suppressed(errand.account, [new], action)
    with _gone_is_told():
        api.update_contact(
            contact.id, new_email=new.value if is_email else None, new_sms_number=None if is_email else new.value
        )


def address_of(contact: Contact, kind: SubjectKind) -> str:
    """The email address or SMS number of a contact, as KlickTipp writes it."""
    return contact.email if kind is SubjectKind.EMAIL else contact.sms_number


def tag(
    errand: Errand,
    contact_id: str,
    tag_ids: tuple[int, ...],
    new_tags: tuple[str, ...],
    action_id: UUID,
) -> None:
    """Create the new tags, then set all of them for the contact. Raises `WithoutAddress`, and `Suppressed` for whom
    the client's suppression list has."""
    contact = _with_address(look_before(errand, contact_id, action_id))
    names = errand.last_known(ReferenceKind.TAGS).names()
    tags = [{"id": tag_id, "name": names.get(str(tag_id), "")} for tag_id in tag_ids]
    tags += [{"name": name} for name in new_tags]
    action = _action(CONTACT_TAGGED, contact, errand.actor, action_id, tags=tags)
    api = errand.connect(action)
    refuse_suppressed(errand.account, addresses_of(contact), action)
    try:
        api.tag_contact(contact.email, ids_of(api, errand.account, tag_ids, new_tags))
    except KlickTippError as error:
        forget_missing_tags(api, errand.account, error)
        raise


def untag(errand: Errand, contact_id: str, tag_id: int, action_id: UUID) -> None:
    """Take a tag from the contact. Raises `WithoutAddress`."""
    contact = _with_address(look_before(errand, contact_id, action_id))
    named = {"id": tag_id, "name": errand.last_known(ReferenceKind.TAGS).names().get(str(tag_id), "")}
    api = errand.connect(_action(CONTACT_UNTAGGED, contact, errand.actor, action_id, tags=[named]))
    try:
        api.untag_contact(contact.email, tag_id)
    except KlickTippError as error:
        forget_missing_tags(api, errand.account, error)
        raise


def unsubscribe(errand: Errand, shown: Contact, action_id: UUID, *, never_again: bool) -> None:
    """Unsubscribe the contact's email address; with `never_again` its addresses go on the suppression list, also where
    it is not known whether it happened. Raises `WithoutAddress`, and `ChangedMeanwhile` for other addresses."""
    contact = _with_address(_same_addresses(shown, look_before(errand, shown.id, action_id)))
    api = errand.connect(_action(sentences.UNSUBSCRIBED, contact, errand.actor, action_id))
    listed = addresses_of(contact) if never_again else []
    with suppressed_after(errand, listed, Reason.UNSUBSCRIBED):
        api.unsubscribe_contact(contact.email)


def delete(errand: Errand, shown: Contact, action_id: UUID, *, never_again: bool) -> None:
    """Delete the contact; `never_again` as in `unsubscribe`. Raises `ChangedMeanwhile` for other addresses."""
    contact = _same_addresses(shown, look_before(errand, shown.id, action_id))
    api = errand.connect(_action(sentences.DELETED, contact, errand.actor, action_id))
    listed = addresses_of(contact) if never_again else []
    with suppressed_after(errand, listed, Reason.DELETED), _gone_is_told():
        api.delete_contact(contact.id)


@contextmanager
def _gone_is_told() -> Iterator[None]:
    try:
        yield
    except KlickTippError as error:
        if error.problem in _GONE:
            raise ContactGone from error
        raise


def _with_address(contact: Contact) -> Contact:
    if not contact.email:
        raise WithoutAddress
    return contact


def _same_addresses(shown: Contact, contact: Contact) -> Contact:
    if addresses_of(shown) != addresses_of(contact):
        raise ChangedMeanwhile(contact)
    return contact


def _action(sentence: Sentence, contact: Contact, actor: Actor, action_id: UUID, **parameters: Any) -> Action:
    """What the log says of a change: about the contact by its ID and its addresses, called by the first of these."""
    subjects = tuple(subjects_of(contact))
    called = (addresses_of(contact) or subjects)[0]
    return Action(sentence, actor, {"contact": called.label, **parameters}, subjects=subjects, id=action_id)
