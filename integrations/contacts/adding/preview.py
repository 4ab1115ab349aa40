"""Adds a contact, unless the address belongs to one already: then what would change is shown first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise

from integrations.audit.actors import Actor
from integrations.audit.reading import calls_of
from integrations.audit.recorder import AlreadyStarted
from integrations.clients.calls.deadline import Deadline
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.cautions import cautions_for
from integrations.contacts.adding.differences import Differences, differences
from integrations.contacts.adding.lookup import NOBODY, Lookup, look_up, looked_up_before
from integrations.contacts.adding.origins import Provenance
from integrations.contacts.adding.services import NewContact, add_contact, ready_to_add
from integrations.klicktipp import Contact


@dataclass(frozen=True)
class Shown:
    """What the form gives back of earlier requests: the token of a lookup, and the `seen` of a preview."""

    looked: str = ""
    seen: str = ""


class Sent(StrEnum):
    """What was sent. EITHER is for an SMS number alone, of which KlickTipp does not tell whether it is a contact's."""

    ADDED = "added"
    UPDATED = "updated"
    EITHER = "either"


@dataclass(frozen=True)
class Preview:
    """What sending would change in a contact; nothing was sent. `differences` is None where the contact has gone since
    the last request: sending adds it anew.

    `seen` is given back by the form: the same as long as neither what is to be sent nor what stands there changes.
    """

    email: str
    lookup: Lookup
    differences: Differences | None = None
    seen: str = ""

    @property
    def cautions(self) -> list[str | Promise]:
        """What to consider before sending."""
        return cautions_for(self.lookup.contact) if self.lookup.contact else []


def preview_of(account: ClientAccount, new: NewContact, lookup: Lookup, actor: Actor) -> Preview:
    """What sending would change in the contact that was looked up."""
    if lookup.contact is None:
        return Preview(new.email, lookup)
    seen = _seal(account, new, lookup.contact, actor)
    return Preview(new.email, lookup, differences(account, new, lookup.contact), seen)


def add_or_preview(
    account: ClientAccount,
    new: NewContact,
    provenance: Provenance,
    actor: Actor,
    action_id: UUID,
    lookup_id: UUID,
    shown: Shown,
) -> Preview | Sent:
    """Add a contact as `add_contact` does. Where its address belongs to a contact and `shown` is not what would change
    in it now, nothing is sent and that is returned.

    The lookup right before sending is an action of its own in the log, `lookup_id`: who only looks can still send the
    form. An SMS number alone cannot be looked up. Raises what `add_contact` and `look_up` raise.
    """
    deadline = Deadline()
    _refuse_second_submit(account, action_id)
    before = looked_up_before(account, new.email, actor, shown.looked)
    expected = before.contact_id if before else NOBODY
    ready_to_add(account, new, actor, action_id, updates=bool(expected))
    sends = Sent.EITHER
    if new.email:
        half = deadline.seconds_left / 2
        lookup = look_up(account, new.email, actor, lookup_id, expected=expected, seconds=half)
        account.refresh_from_db()  # somebody may have removed the client meanwhile
        preview = preview_of(account, new, lookup, actor)
        is_expected = constant_time_compare(preview.seen, shown.seen) if lookup.contact else not expected
        if not is_expected:
            _refuse_second_submit(account, action_id)
            return preview
        sends = Sent.UPDATED if lookup.contact else Sent.ADDED
    is_update = sends is Sent.UPDATED
    add_contact(account, new, provenance, actor, action_id, updates=is_update, seconds=deadline.seconds_left)
    return sends


def _refuse_second_submit(account: ClientAccount, action_id: UUID) -> None:
    """A second submit would find the contact that the first one has added."""
    if account.origins.filter(action=action_id).exists() or calls_of(account.scope, action_id):
        raise AlreadyStarted(action_id)


def _seal(account: ClientAccount, new: NewContact, contact: Contact, actor: Actor) -> str:
    """Of what is to be sent and of what stands there; nobody can make it for other values, another client or person."""
    stands = {
        "id": contact.id,
        "status": contact.status,
        "sms_number": contact.sms_number,
        "optin_process": contact.optin_process_id,
        "fields": {field_id: contact.fields.get(field_id, "") for field_id in new.fields},
        "tags": sorted(set(contact.tag_ids).intersection(new.tag_ids)),
    }
    sealed = json.dumps([account.pk, actor.user_id, asdict(new), stands], sort_keys=True)
    return salted_hmac("contacts.preview", sealed, algorithm="sha256").hexdigest()
