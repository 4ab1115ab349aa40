"""Whether an address or SMS number belongs to a contact already, looked up before anything is sent for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from integrations.addresses import comparable_email
from integrations.audit.models import SubjectKind
from integrations.audit.reading import contact_id_beside
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject, hash_subject, newest_key_version
from integrations.clients.errand import Errand
from integrations.clients.signed import Signed
from integrations.contacts.sentences import CONTACT_LOOKED_UP
from integrations.klicktipp import Contact, KlickTipp, NotFound
from integrations.suppression.services import refuse_suppressed

NOBODY = ""

_STATUSES = ("status", "bounce", "sms_status", "sms_bounce")
_DATES = ("date", "unsubscription")


@dataclass(frozen=True)
class Lookup:
    """What a lookup came to: the contact's ID, or `NOBODY`. `contact` is there only where it has just been read;
    `summary` is of an earlier lookup too, but has only the statuses and two dates.

    `token` tells whose the address is to the next request of the same person, so that the contact need only be read
    again; "" for nobody's, which counts for no later request: somebody may have added the contact meanwhile.
    """

    contact_id: str
    token: str
    contact: Contact | None = None
    summary: Contact | None = None

    @property
    def is_unsubscribed(self) -> bool:
        return self.summary is not None and self.summary.is_unsubscribed


def look_before_sending(errand: Errand, email: str, action_id: UUID) -> Lookup:
    """Look up an address that has just been typed. Raises what `look_up` raises, and `Suppressed` for an address on the
    client's suppression list."""
    action = _action(CONTACT_LOOKED_UP, errand, Subject(SubjectKind.EMAIL, email), action_id)
    refuse_suppressed(errand.account, action.subjects, action)
    return look_up(errand, email, action_id)


def look_up(
    errand: Errand,
    email: str,
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
    api = errand.connect(_action(sentence, errand, Subject(SubjectKind.EMAIL, email), action_id), seconds=seconds)
    contact = _read(api, expected)
    if contact is None or comparable_email(contact.email) != comparable_email(email):
        contact = _read(api, api.find_contact(email))
    if contact is None:
        return Lookup(NOBODY, "")
    return Lookup(contact.id, _token(errand, email, contact), contact, contact)


def look_up_number(errand: Errand, sms_number: str, action_id: UUID, *, seconds: float | None = None) -> Lookup:
    """Read the contact that the portal's log knows by an SMS number: KlickTipp has no search for one.

    Nobody's where the log knows none, or that contact has another number now. Raises as `look_up` does.
    """
    number = Subject(SubjectKind.SMS, sms_number)
    if not (known := contact_id_beside(errand.account.scope, number)):
        return Lookup(NOBODY, "")
    contact = _read(errand.connect(_action(CONTACT_LOOKED_UP, errand, number, action_id), seconds=seconds), known)
    if contact is None or contact.sms_number != number.normal:
        return Lookup(NOBODY, "")
    return Lookup(contact.id, "", contact, contact)


def looked_up_before(errand: Errand, email: str, token: str) -> Lookup | None:
    """What the token of an earlier lookup of this address tells; None if it is of another address, person or client."""
    if not (token and (signed := _signed(errand).loads(token))):
        return None
    subject_hash, contact_id, statuses, days, written = signed
    if subject_hash != _hash(errand, email):
        return None
    told = dict(zip(_STATUSES, statuses, strict=True)) | {name: datetime.fromisoformat(at) for name, at in days.items()}
    summary = Contact(contact_id, **told, dates_as_written=written)
    return Lookup(contact_id, token, summary=summary)


def _action(sentence: Sentence, errand: Errand, subject: Subject, action_id: UUID) -> Action:
    return Action(sentence, errand.actor, {"contact": subject.label}, subjects=(subject,), id=action_id)


def _read(api: KlickTipp, contact_id: str | None) -> Contact | None:
    if not contact_id:
        return None
    try:
        return api.get_contact(contact_id)
    except NotFound:
        return None


def _token(errand: Errand, email: str, contact: Contact) -> str:
    statuses = [getattr(contact, name) for name in _STATUSES]
    days = {name: day.isoformat() for name in _DATES if (day := getattr(contact, name))}
    written = {name: text for name, text in contact.dates_as_written.items() if name in _DATES}
    told = [_hash(errand, email), contact.id, statuses, days, written]
    return _signed(errand).dumps(told)


def _signed(errand: Errand) -> Signed:
    return Signed(errand, "lookups with dates")


def _hash(errand: Errand, email: str) -> str:
    return hash_subject(Subject(SubjectKind.EMAIL, email), errand.account.team_id, newest_key_version())
