"""What sending the add-contact form would change in the contact that has the address or number already."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.utils.functional import Promise

from integrations.clients.errand import Errand
from integrations.clients.signed import Signed
from integrations.contacts.adding.cautions import cautions_for
from integrations.contacts.adding.differences import Differences, differences
from integrations.contacts.adding.lookup import Lookup
from integrations.contacts.adding.submission import NewContact
from integrations.klicktipp import Contact


@dataclass(frozen=True)
class Preview:
    """What sending would change in a contact; nothing was sent. `differences` is None where the contact has gone since
    the last request: sending adds it anew.

    `seen` is given back by the form: the same as long as neither what is to be sent nor what stands there changes.
    """

    address: str
    lookup: Lookup
    differences: Differences | None = None
    seen: str = ""

    @property
    def cautions(self) -> list[str | Promise]:
        """What to consider before sending."""
        return cautions_for(self.lookup.contact) if self.lookup.contact else []


def preview_of(errand: Errand, new: NewContact, lookup: Lookup) -> Preview:
    """What sending would change in the contact that was looked up."""
    if lookup.contact is None:
        return Preview(new.address, lookup)
    seen = _seal(errand, new, lookup.contact)
    return Preview(new.address, lookup, differences(errand, new, lookup.contact), seen)


def _seal(errand: Errand, new: NewContact, contact: Contact) -> str:
    """Of what is to be sent and of what stands there; nobody can make it for other values, another client or person."""
    stands = {
        "id": contact.id,
        "status": contact.status,
        "sms_number": contact.sms_number,
        "optin_process": contact.optin_process_id,
        "fields": {field_id: contact.fields.get(field_id, "") for field_id in new.fields},
        "tags": sorted(set(contact.tag_ids).intersection(new.tag_ids)),
    }
    return Signed(errand, "previews").seal([asdict(new), stands])
