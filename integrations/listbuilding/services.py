"""The three calls of a listbuilding key. All raise the library's errors, `Obstructed` and, for an `action_id` that
has been used before, `AlreadyStarted`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.models import Outcome, SubjectKind
from integrations.audit.presentation import problem_message
from integrations.audit.reading import calls_of, is_about
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.calls import gateway
from integrations.clients.calls.deadline import Deadline
from integrations.clients.encryption import Undecryptable
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.origins import Provenance, origin_kept
from integrations.contacts.adding.services import NewContact, addresses_of, subject_of
from integrations.contacts.fields.types import field_names
from integrations.contacts.models import Origin
from integrations.klicktipp import KlickTipp
from integrations.listbuilding import sentences
from integrations.listbuilding.afterwards import Afterwards, look_afterwards, record_elsewhere
from integrations.listbuilding.models import ListbuildingKey
from integrations.messages import Message, Obstacle
from integrations.suppression.models import Reason
from integrations.suppression.services import refuse_suppressed, suppressed_after


def sign_up(
    key: ListbuildingKey,
    new: NewContact,
    provenance: Provenance,
    actor: Actor,
    action_id: UUID,
    *,
    seconds: float | None = None,
) -> str:
    """Add or update a contact with the opt-in process and the tag of the key. Gives the URL of the page that KlickTipp
    sends the contact on to, "" if there is none. Of `new` only addresses and data fields are sent.

    Raises `Suppressed` for whom the client's suppression list has. The origin is kept unless it is certain that nothing
    happened.

    seconds: for the call; the deadline of a page unless told
    """
    api, secret = ready_to_sign_up(key, new, actor, action_id, seconds=seconds)
    with origin_kept(key.account, subject_of(new), provenance, actor, action_id):
        return api.signin(secret, new.email or None, new.sms_number or None, fields=new.fields or None)


def ready_to_sign_up(
    key: ListbuildingKey, new: NewContact, actor: Actor, action_id: UUID, *, seconds: float | None = None
) -> tuple[KlickTipp, str]:
    """A client for a sign-up that nothing here stands in the way of, and the key's secret. Raises `Obstructed` and
    `Suppressed`; the log has it then as what came of the sign-up."""
    named: dict[str, Any] = {"fields": field_names(key.account, new.fields)} if new.fields else {}
    action = _action(key, sentences.SIGNED_UP, subject_of(new), actor, action_id, **named)
    api, secret = _connect(key, action, seconds=seconds)
    refuse_suppressed(key.account, addresses_of(new), action)
    return api, secret


def remove_tag(key: ListbuildingKey, email: str, actor: Actor, action_id: UUID) -> Afterwards:
    """Take the key's tag from a contact, then look whether it is one of the client's."""
    deadline = Deadline()
    contact = Subject(SubjectKind.EMAIL, email)
    api, secret = _connect(key, _action(key, sentences.TAG_REMOVED, contact, actor, action_id))
    api.signout(secret, email)
    return _look_afterwards(key, email, actor, deadline)


def unsubscribe(key: ListbuildingKey, email: str, actor: Actor, action_id: UUID, *, never_again: bool) -> Afterwards:
    """Unsubscribe a contact from emails, then look how it stands; with `never_again` the address goes on the
    suppression list, also where it is not known whether it happened."""
    deadline = Deadline()
    contact = Subject(SubjectKind.EMAIL, email)
    api, secret = _connect(key, _action(key, sentences.UNSUBSCRIBED, contact, actor, action_id))
    with suppressed_after(key.account, [contact] if never_again else [], Reason.UNSUBSCRIBED, actor):
        api.signoff(secret, email)
    return _look_afterwards(key, email, actor, deadline)


def _look_afterwards(key: ListbuildingKey, email: str, actor: Actor, deadline: Deadline) -> Afterwards:
    """How the contact stands after a call that KlickTipp has accepted, within what the page's deadline leaves. The log
    has it where the client's account has no such contact."""
    afterwards = look_afterwards(key.account, email, actor, seconds=deadline.seconds_left)
    if afterwards.is_missing:
        record_elsewhere(key, email, actor, is_missing=True)
    return afterwards


def _action(
    key: ListbuildingKey, sentence: Sentence, contact: Subject, actor: Actor, action_id: UUID, **named: Any
) -> Action:
    parameters = {"contact": contact.label, "key": key.label, **named}
    return Action(sentence, actor, parameters, subjects=(contact,), id=action_id)


def _connect(key: ListbuildingKey, action: Action, *, seconds: float | None = None) -> tuple[KlickTipp, str]:
    """A client, and the secret that each call has to name."""
    try:
        secret = key.secret
    except Undecryptable:
        raise gateway.not_connected(key.account, action, Obstacle.LISTBUILDING_KEY_UNDECRYPTABLE) from None
    return gateway.connect_listbuilding(secret, key.account, action, seconds=seconds), secret


@dataclass(frozen=True)
class SignUpOutcome:
    """What came of a sign-up, as the log tells it."""

    action: UUID
    outcome: Outcome
    problem: Message | None = None

    @property
    def is_done(self) -> bool:
        return self.outcome == Outcome.DONE


def sign_up_outcome(account: ClientAccount, action_id: UUID, contact: Subject) -> SignUpOutcome | None:
    """What came of the sign-up of this contact; None if this action was none, or about somebody else."""
    origin = Origin.objects.filter(account=account, action=action_id).first()
    calls = [call for call in calls_of(account.scope, action_id) if call.operation == "signin"]
    if not calls:
        is_to_come = origin is not None and origin.subject_hash in search_hashes(contact, account.team_id)
        return SignUpOutcome(action_id, Outcome.PENDING) if is_to_come else None
    last = calls[-1]
    if not is_about(last, contact):
        return None
    return SignUpOutcome(action_id, Outcome(last.outcome), problem_message(last))


def has_done(account: ClientAccount, action_id: UUID, operation: str, email: str) -> bool:
    """Whether this action has carried out this operation for the contact with this address."""
    contact = Subject(SubjectKind.EMAIL, email)
    return any(
        call.operation == operation and call.outcome == Outcome.DONE and is_about(call, contact)
        for call in calls_of(account.scope, action_id)
    )
