"""Sends the add-contact form, by the API or in another way. Where the address belongs to a contact already, what would
change is shown first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.utils.crypto import constant_time_compare

from integrations.audit.errors import AlreadyStarted
from integrations.audit.events import record_obstacle
from integrations.audit.once import refuse_repeat
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import hash_subject, newest_key_version
from integrations.clients.calls.deadline import Deadline
from integrations.clients.errors import Obstructed
from integrations.clients.explain import EXPLAINED
from integrations.clients.models import ReferenceKind
from integrations.contacts import sentences
from integrations.contacts.adding.lookup import NOBODY, Lookup, look_up, look_up_number, looked_up_before
from integrations.contacts.adding.preview import Preview, preview_of
from integrations.contacts.adding.submission import Submission
from integrations.contacts.errors import NotLookedUp
from integrations.contacts.fields.types import field_names, learn
from integrations.contacts.models import Origin
from integrations.klicktipp import Contact, Happened, KlickTipp, KlickTippError
from integrations.messages import Obstacle, problem_in_words
from integrations.operations import ADDING_OPERATIONS
from integrations.suppression.services import refuse_suppressed
from integrations.tags import smarttags
from integrations.tags.services import forget_missing_tags, ids_of

_SMS_NUMBER = {"id": "sms_number", "name": "", "word": "SMS number"}
"""As a data field of an update in the log."""

Result_co = TypeVar("Result_co", covariant=True)


class Way(Protocol[Result_co]):
    """How a submission gets to KlickTipp.

    looks_up: whether the address or number can and shall be looked up first
    further_calls: how many calls share what the lookup leaves of the page's time
    """

    @property
    def looks_up(self) -> bool: ...

    @property
    def further_calls(self) -> int: ...

    def action(self, *, updates: bool) -> Action:
        """What the log calls it."""

    def check(self, *, updates: bool) -> None:
        """Raise `Obstructed` or `Suppressed` where something here stands in the way; the log has it then as what came
        of the action."""

    def send(self, before: Contact | None, deadline: Deadline) -> Result_co:
        """Send it; `before` is the contact as it was looked up. Raises the library's errors, and what `check` does."""


def submit(form: Submission, way: Way[Result_co], lookup_id: UUID) -> Preview | Result_co:
    """Send a form once. Where its address belongs to a contact and it does not say that the person has seen what
    changes in it now, nothing is sent and that is returned.

    The lookup right before sending is an action of its own in the log, `lookup_id`: who only looks can still send the
    form. Where it fails, the log has the whole as an attempt. An SMS number alone is looked up only where the portal's
    log knows whose it is. Raises `NotLookedUp`, what `way` raises, and `AlreadyStarted` for an action that was used
    before.
    """
    deadline, account = Deadline(), form.errand.account
    _refuse_second_submit(form)
    earlier = looked_up_before(form.errand, form.new.email, form.looked)
    expected = earlier.contact_id if earlier else NOBODY
    way.check(updates=bool(expected))
    if not way.looks_up:
        return way.send(None, deadline)
    try:
        lookup = _look(form, lookup_id, expected, deadline.seconds_left / (1 + way.further_calls))
    except NotLookedUp as given_up:
        _record_given_up(way.action(updates=bool(expected)), account.scope, given_up.error)
        raise
    account.refresh_from_db()  # somebody may have removed the client meanwhile
    if lookup.contact is None and not (form.new.email and (expected or form.seen)):
        return way.send(None, deadline)
    preview = preview_of(form.errand, form.new, lookup)
    if lookup.contact and constant_time_compare(preview.seen, form.seen):
        return way.send(lookup.contact, deadline)
    _refuse_second_submit(form)
    return preview


def _record_given_up(action: Action, scope: Scope, error: Exception) -> None:
    """Let the log tell of an add of which no more than the lookup was tried. A silent service is told once for all."""
    if isinstance(error, Obstructed):
        if error.obstacle is not Obstacle.SERVICE_SILENT:
            record_obstacle(action, scope, error.obstacle)
    elif isinstance(error, KlickTippError):
        record_obstacle(action, scope, problem_in_words(error))


def _refuse_second_submit(form: Submission) -> None:
    """A second submit would find the contact that the first one has added."""
    account = form.errand.account
    if account.origins.filter(action=form.action_id).exists():
        raise AlreadyStarted(form.action_id)
    refuse_repeat(account.scope, form.action_id)


def _look(form: Submission, lookup_id: UUID, expected: str, seconds: float) -> Lookup:
    try:
        if not form.new.email:
            return look_up_number(form.errand, form.new.sms_number, lookup_id, seconds=seconds)
        return look_up(form.errand, form.new.email, lookup_id, expected=expected, seconds=seconds)
    except EXPLAINED as error:
        raise NotLookedUp(error) from error


class Effect(StrEnum):
    """What was sent by the API. EITHER is for an SMS number alone that the portal did not know: KlickTipp does not tell
    whether it is a contact's."""

    ADDED = "added"
    UPDATED = "updated"
    EITHER = "either"


@dataclass(frozen=True)
class Sent:
    """What was sent by the API, and the contact as KlickTipp has it now."""

    effect: Effect
    contact: Contact


@dataclass(frozen=True)
class ByApi:
    """By the API, with a customer key: creates the new tags, adds or updates the contact with its first tag, then tags
    it with the others.

    What came of it is told by `outcome.add_outcome`; a tagging call that fails leaves the contact added and raises
    nothing. What was created before an error stays.
    """

    form: Submission
    further_calls: int = 1
    looks_up: bool = True

    def action(self, *, updates: bool) -> Action:
        return _action(self.form, updates)

    def check(self, *, updates: bool) -> None:
        self._api(updates)

    def send(self, before: Contact | None, deadline: Deadline) -> Sent:
        api, new, account = self._api(bool(before), deadline.seconds_left), self.form.new, self.form.errand.account
        with origin_kept(self.form) as origin:
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
        smarttags.learn(self.form.errand, contact.smart_tags)
        if further := tag_ids[1:]:
            try:
                api.tag_contact(new.email, further)
            except KlickTippError as error:
                forget_missing_tags(api, account, error)
        learn(account, contact.fields)
        added = Effect.ADDED if new.email else Effect.EITHER
        return Sent(Effect.UPDATED if before else added, contact)

    def _api(self, updates: bool, seconds: float | None = None) -> KlickTipp:
        """A client for an add that nothing here stands in the way of."""
        action = self.action(updates=updates)
        api = self.form.errand.connect(action, seconds=seconds)
        refuse_suppressed(self.form.errand.account, self.form.new.subjects, action)
        return api


def _action(form: Submission, updates: bool) -> Action:
    """What the log says of the add, with tags, opt-in process and data fields by name as far as they are known."""
    errand, new = form.errand, form.new
    tags = errand.named(ReferenceKind.TAGS, new.tag_ids) + [{"name": name} for name in new.new_tags]
    parameters: dict[str, Any] = {"contact": new.subjects[0].label, "tags": tags, **form.provenance.kept}
    if new.optin_process_id:
        parameters["optin_processes"] = errand.named(ReferenceKind.OPTIN_PROCESSES, [new.optin_process_id])
    fields = field_names(errand.last_known(ReferenceKind.FIELDS).names(), new.fields) if new.fields else []
    sentence = sentences.ADD_SENTENCES[min(len(tags), 2)]
    if updates:
        fields += [_SMS_NUMBER] if new.email and new.sms_number else []
        sentence = sentences.UPDATE_SENTENCES[bool(fields), bool(tags)]
    if fields:
        parameters["fields"] = fields
    return Action(sentence, errand.actor, parameters, subjects=(new.subjects[0],), id=form.action_id)


@contextmanager
def origin_kept(form: Submission) -> Iterator[Origin]:
    """Stores where the contact comes from, before anything is sent for it, and confirms it in the end, with the
    `contact_id` that it was given inside. An error there takes it back, or leaves it unconfirmed if the contact may
    have been added all the same. A second submit of the same form raises `AlreadyStarted`."""
    account = form.errand.account
    origin = Origin(
        account=account,
        action=form.action_id,
        subject_hash=hash_subject(form.new.subjects[0], account.team_id, newest_key_version()),
        basis=form.provenance.basis,
        source=form.provenance.source,
        obtained_on=form.provenance.obtained_on,
        added_by=form.errand.actor.label,
    )
    try:
        origin.save(force_insert=True)
    except IntegrityError:
        _refuse_second_submit(form)
        raise
    try:
        yield origin
    except Exception as error:
        if not _may_have_added(error):
            origin.delete()
        raise
    Origin.objects.filter(pk=origin.pk).update(is_confirmed=True, contact_id=origin.contact_id)


def _may_have_added(error: Exception) -> bool:
    return isinstance(error, KlickTippError) and error.operation in ADDING_OPERATIONS and error.happened != Happened.NO
