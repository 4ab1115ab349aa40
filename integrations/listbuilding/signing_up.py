"""Subscribes a contact through listbuilding, and sees afterwards whether it has come to the client's account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from integrations.audit.models import Outcome
from integrations.audit.presentation import problem_message
from integrations.audit.reading import calls_of, is_about
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.calls.deadline import Deadline
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.adding.differences import Difference, differences
from integrations.contacts.adding.lookup import NOBODY
from integrations.contacts.adding.services import origin_kept
from integrations.contacts.adding.submission import NewContact, Submission
from integrations.contacts.fields.types import field_names
from integrations.contacts.models import Origin
from integrations.klicktipp import Contact, KlickTipp
from integrations.listbuilding import sentences
from integrations.listbuilding.afterwards import Afterwards, can_look_up, look_afterwards, record_elsewhere
from integrations.listbuilding.calls import action_of, connect
from integrations.listbuilding.models import ListbuildingKey
from integrations.messages import Message
from integrations.suppression.services import refuse_suppressed


class Arrival(StrEnum):
    """Whether what KlickTipp has accepted has come to the client's account.

    THERE: the contact is there with everything that was sent
    SAME: it was there with all that before, so that nothing shows whether the sign-up has reached it
    UNREACHED: it is there just as before, without what was sent: the key is probably another account's
    DIFFERENT: it is there, but not with everything that was sent
    MISSING: it is not there, though KlickTipp has accepted it: the key is probably another account's
    UNTOLD: it could not be looked up
    """

    THERE = "there"
    SAME = "same"
    UNREACHED = "unreached"
    DIFFERENT = "different"
    MISSING = "missing"
    UNTOLD = "untold"


@dataclass(frozen=True)
class SignedUp:
    """What KlickTipp has answered, and whether it has come to the client's account. `url` is the page that KlickTipp
    sends the contact on to, "" if there is none, or it is not known any more."""

    arrival: Arrival
    afterwards: Afterwards
    differing: list[Difference]
    url: str = ""


@dataclass(frozen=True)
class ByListbuildingKey:
    """By a listbuilding key, whose opt-in process and tag the contact gets. Of the contact only addresses and data
    fields are sent."""

    form: Submission
    key: ListbuildingKey
    further_calls: int = 2

    @property
    def looks_up(self) -> bool:
        new = self.form.new
        return can_look_up(self.form.errand, new.email) and self.form.unlooked != new.email

    def action(self, *, updates: bool) -> Action:
        errand, new = self.form.errand, self.form.new
        names = errand.last_known(ReferenceKind.FIELDS).names()
        named: dict[str, Any] = {"fields": field_names(names, new.fields)} if new.fields else {}
        named |= self.form.provenance.kept
        return action_of(self.key, sentences.SIGNED_UP, new.subjects[0], errand.actor, self.form.action_id, **named)

    def check(self, *, updates: bool) -> None:
        self._api()

    def send(self, before: Contact | None, deadline: Deadline) -> SignedUp:
        form, new = self.form, self.form.new
        api, secret = self._api(deadline.seconds_left)
        with origin_kept(form):
            url = api.signin(secret, new.email or None, new.sms_number or None, fields=new.fields or None)
        expected = before.id if before else NOBODY
        afterwards = look_afterwards(form.errand, new.email, expected=expected, seconds=deadline.seconds_left)
        signed_up = as_it_stands(form.errand, new, afterwards, before=before, url=url)
        self._settle_origin(signed_up)
        return signed_up

    def _api(self, seconds: float | None = None) -> tuple[KlickTipp, str]:
        """A client for a sign-up that nothing here stands in the way of, and the key's secret."""
        action = self.action(updates=False)
        api, secret = connect(self.key, action, seconds=seconds)
        refuse_suppressed(self.form.errand.account, self.form.new.subjects, action)
        return api, secret

    def _settle_origin(self, signed_up: SignedUp) -> None:
        """The origin is the client's proof for the contact: it gets its ID, or goes where nothing has come there."""
        errand = self.form.errand
        origin = Origin.objects.filter(account=errand.account, action=self.form.action_id)
        if signed_up.arrival is Arrival.THERE and signed_up.afterwards.contact:
            origin.update(contact_id=signed_up.afterwards.contact.id)
        if signed_up.arrival in (Arrival.MISSING, Arrival.UNREACHED):
            origin.delete()
            is_missing = signed_up.arrival is Arrival.MISSING
            record_elsewhere(self.key, self.form.new.email, errand.actor, is_missing=is_missing)


def as_it_stands(
    errand: Errand, new: NewContact, afterwards: Afterwards, *, before: Contact | None = None, url: str = ""
) -> SignedUp:
    """What came of a sign-up of `new` that KlickTipp has accepted; `before` is the contact as it was, if known."""
    if not afterwards.is_told:
        return SignedUp(Arrival.UNTOLD, afterwards, [], url)
    if afterwards.contact is None:
        return SignedUp(Arrival.MISSING, afterwards, [], url)
    is_as_before = afterwards.contact == before
    if differing := differences(errand, new, afterwards.contact).values:
        return SignedUp(Arrival.UNREACHED if is_as_before else Arrival.DIFFERENT, afterwards, differing, url)
    return SignedUp(Arrival.SAME if is_as_before else Arrival.THERE, afterwards, [], url)


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
