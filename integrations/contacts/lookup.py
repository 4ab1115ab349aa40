"""Whether an email address belongs to a contact already, looked up before anything is sent for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.utils import timezone

from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject, hash_subject, newest_key_version
from integrations.clients import gateway
from integrations.clients.models import ClientAccount
from integrations.contacts.actions import CONTACT_LOOKED_UP
from integrations.klicktipp import Contact, KlickTipp, NotFound
from integrations.suppression.services import refuse_suppressed

NOBODY_STAYS_FOR = timedelta(minutes=10)
"""How long it counts that an address belonged to nobody when it was looked up."""

NOBODY = ""


@dataclass(frozen=True)
class Lookup:
    """What a lookup came to: the contact's ID, or `NOBODY`. `contact` is there only where it has just been read.

    `token` tells it to the next request of the same person, so that the address need not be looked up again.
    """

    contact_id: str
    token: str
    contact: Contact | None = None


def look_before_sending(account: ClientAccount, email: str, actor: Actor, action_id: UUID) -> Lookup:
    """Look up an address that has just been typed. Raises what `look_up` raises, and `Suppressed` for an address on the
    client's suppression list."""
    refuse_suppressed(account, [Subject(SubjectKind.EMAIL, email)], _action(CONTACT_LOOKED_UP, email, actor, action_id))
    return look_up(account, email, actor, action_id)


def look_up(
    account: ClientAccount,
    email: str,
    actor: Actor,
    action_id: UUID,
    *,
    expected: str = NOBODY,
    seconds: float | None = None,
    sentence: Sentence = CONTACT_LOOKED_UP,
) -> Lookup:
    """Look an address up, and read the contact that it belongs to. Raises the library's errors and `Obstructed`.

    expected: whose it probably is; if it is, this is one call, else one for nobody's address and two for another
    seconds: for the calls together; the deadline of a page unless told
    sentence: what the log says of it
    """
    api = gateway.connect(account, _action(sentence, email, actor, action_id), seconds=seconds)
    contact = _read(api, expected)
    if contact is None or contact.email.casefold() != email.casefold():
        contact = _read(api, api.find_contact(email))
    contact_id = contact.id if contact else NOBODY
    return Lookup(contact_id, _token(account, email, actor, contact_id), contact)


def looked_up_before(account: ClientAccount, email: str, actor: Actor, token: str) -> Lookup | None:
    """What the token of an earlier lookup of this address tells; None if it is of another address, person or client,
    or if it was nobody's too long ago."""
    try:
        subject_hash, contact_id, at = signing.loads(token, salt=_salt(account, actor))
    except (signing.BadSignature, ValueError):
        return None
    if subject_hash != _hash(account, email):
        return None
    if contact_id == NOBODY and at < (timezone.now() - NOBODY_STAYS_FOR).timestamp():
        return None
    return Lookup(contact_id, token)


def _action(sentence: Sentence, email: str, actor: Actor, action_id: UUID) -> Action:
    subject = Subject(SubjectKind.EMAIL, email)
    return Action(sentence, actor, {"contact": subject.label}, subjects=(subject,), id=action_id)


def _read(api: KlickTipp, contact_id: str | None) -> Contact | None:
    if not contact_id:
        return None
    try:
        return api.get_contact(contact_id)
    except NotFound:
        return None


def _token(account: ClientAccount, email: str, actor: Actor, contact_id: str) -> str:
    told = [_hash(account, email), contact_id, int(timezone.now().timestamp())]
    return signing.dumps(told, salt=_salt(account, actor))


def _salt(account: ClientAccount, actor: Actor) -> str:
    return f"contacts.lookup {account.pk} {actor.user_id}"


def _hash(account: ClientAccount, email: str) -> str:
    return hash_subject(Subject(SubjectKind.EMAIL, email), account.team_id, newest_key_version())
