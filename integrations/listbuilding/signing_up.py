"""Subscribes a contact through listbuilding. As far as the client's account can be looked into, what would change in a
contact that is there already is shown first, and afterwards it is seen whether the contact is there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare

from integrations.audit.actors import Actor
from integrations.audit.reading import calls_of
from integrations.audit.recorder import AlreadyStarted
from integrations.clients.calls.deadline import Deadline
from integrations.clients.explain import EXPLAINED
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.differences import Difference, differences
from integrations.contacts.adding.lookup import NOBODY, look_up
from integrations.contacts.adding.origins import Provenance
from integrations.contacts.adding.preview import Preview, preview_of
from integrations.contacts.adding.services import NewContact
from integrations.contacts.models import Origin
from integrations.klicktipp import Contact
from integrations.listbuilding.afterwards import Afterwards, can_look_up, look_afterwards, record_elsewhere
from integrations.listbuilding.models import ListbuildingKey
from integrations.listbuilding.services import ready_to_sign_up, sign_up


class NotLookedUp(Exception):
    """It could not be looked up whether the contact is there already, so nothing was sent; `error` says why."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class Standing(StrEnum):
    """How the contact stands in the client's account after the sign-up.

    THERE: with everything that was sent
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
class Agreed:
    """What the form gives back of earlier requests: the `seen` of a preview, and the address that the person wants to
    subscribe though it could not be looked up."""

    seen: str = ""
    unlooked: str = ""


@dataclass(frozen=True)
class SignedUp:
    """What KlickTipp has answered, and how the contact stands since. `url` is the page that KlickTipp sends the contact
    on to, "" if there is none, or it is not known any more."""

    standing: Standing
    afterwards: Afterwards
    differing: list[Difference]
    url: str = ""


def sign_up_or_preview(
    key: ListbuildingKey,
    new: NewContact,
    provenance: Provenance,
    actor: Actor,
    action_id: UUID,
    lookup_id: UUID,
    agreed: Agreed,
) -> SignedUp | Preview:
    """Subscribe a contact as `sign_up` does, then look it up. Where its address belongs to a contact and `agreed` is
    not what would change in it now, nothing is sent and that is returned. The lookup is an action of its own.

    Raises what `sign_up` raises, and `NotLookedUp`.
    """
    deadline = Deadline()
    account, before = key.account, None
    _refuse_second_submit(account, action_id)
    ready_to_sign_up(key, new, actor, action_id)
    if can_look_up(account, new.email, actor) and agreed.unlooked != new.email:
        preview = _preview(account, new, actor, lookup_id)
        before = preview.lookup.contact
        if not constant_time_compare(preview.seen, agreed.seen):
            _refuse_second_submit(account, action_id)
            return preview
    url = sign_up(key, new, provenance, actor, action_id, seconds=deadline.seconds_left)
    expected = before.id if before else NOBODY
    afterwards = look_afterwards(account, new.email, actor, expected=expected, seconds=deadline.seconds_left)
    signed_up = as_it_stands(account, new, afterwards, before=before, url=url)
    _settle_origin(key, new, actor, action_id, signed_up)
    return signed_up


def as_it_stands(
    account: ClientAccount, new: NewContact, afterwards: Afterwards, *, before: Contact | None = None, url: str = ""
) -> SignedUp:
    """What came of a sign-up of `new` that KlickTipp has accepted; `before` is the contact as it was, if known."""
    if not afterwards.is_told:
        return SignedUp(Standing.UNTOLD, afterwards, [], url)
    if afterwards.contact is None:
        return SignedUp(Standing.MISSING, afterwards, [], url)
    is_as_before = afterwards.contact == before
    if differing := differences(account, new, afterwards.contact).values:
        return SignedUp(Standing.UNREACHED if is_as_before else Standing.DIFFERENT, afterwards, differing, url)
    return SignedUp(Standing.SAME if is_as_before else Standing.THERE, afterwards, [], url)


def _preview(account: ClientAccount, new: NewContact, actor: Actor, lookup_id: UUID) -> Preview:
    try:
        lookup = look_up(account, new.email, actor, lookup_id, seconds=settings.KLICKTIPP_PAGE_DEADLINE / 3)
    except EXPLAINED as error:
        raise NotLookedUp(error) from error
    account.refresh_from_db()  # somebody may have removed the client meanwhile
    return preview_of(account, new, lookup, actor)


def _refuse_second_submit(account: ClientAccount, action_id: UUID) -> None:
    """A second submit would find the contact that the first one has subscribed."""
    if account.origins.filter(action=action_id).exists() or calls_of(account.scope, action_id):
        raise AlreadyStarted(action_id)


def _settle_origin(key: ListbuildingKey, new: NewContact, actor: Actor, action_id: UUID, signed_up: SignedUp) -> None:
    """The origin is the client's proof for the contact: it gets its ID, or goes where nothing has come there."""
    origin = Origin.objects.filter(account=key.account, action=action_id)
    if signed_up.standing is Standing.THERE and signed_up.afterwards.contact:
        origin.update(contact_id=signed_up.afterwards.contact.id)
    if signed_up.standing in (Standing.MISSING, Standing.UNREACHED):
        origin.delete()
        record_elsewhere(key, new.email, actor, is_missing=signed_up.standing is Standing.MISSING)
