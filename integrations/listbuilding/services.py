"""What a listbuilding key does to a contact that is there. Both raise the library's errors, `Obstructed` and, for an
`action_id` that has been used before, `AlreadyStarted`."""

from __future__ import annotations

from uuid import UUID

from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.calls.deadline import Deadline
from integrations.clients.errand import Errand
from integrations.listbuilding import sentences
from integrations.listbuilding.afterwards import Afterwards, look_afterwards, record_elsewhere
from integrations.listbuilding.calls import action_of, connect
from integrations.listbuilding.models import ListbuildingKey
from integrations.suppression.models import Reason
from integrations.suppression.services import suppressed_after


def remove_tag(errand: Errand, key: ListbuildingKey, email: str, action_id: UUID) -> Afterwards:
    """Take the key's tag from a contact, then look whether it is one of the client's."""
    deadline = Deadline()
    contact = Subject(SubjectKind.EMAIL, email)
    api, secret = connect(key, action_of(key, sentences.TAG_REMOVED, contact, errand.actor, action_id))
    api.signout(secret, email)
    return _look_afterwards(errand, key, email, deadline)


def unsubscribe(errand: Errand, key: ListbuildingKey, email: str, action_id: UUID, *, never_again: bool) -> Afterwards:
    """Unsubscribe a contact from emails, then look how it stands; with `never_again` the address goes on the
    suppression list, also where it is not known whether it happened."""
    deadline = Deadline()
    contact = Subject(SubjectKind.EMAIL, email)
    api, secret = connect(key, action_of(key, sentences.UNSUBSCRIBED, contact, errand.actor, action_id))
    with suppressed_after(errand, [contact] if never_again else [], Reason.UNSUBSCRIBED):
        api.signoff(secret, email)
    return _look_afterwards(errand, key, email, deadline)


def _look_afterwards(errand: Errand, key: ListbuildingKey, email: str, deadline: Deadline) -> Afterwards:
    """How the contact stands after a call that KlickTipp has accepted, within what the page's deadline leaves. The log
    has it where the client's account has no such contact."""
    afterwards = look_afterwards(errand, email, seconds=deadline.seconds_left)
    if afterwards.is_missing:
        record_elsewhere(key, email, errand.actor, is_missing=True)
    return afterwards
