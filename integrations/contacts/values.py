"""What stands in a contact's data fields, for people."""

import re
from collections.abc import Mapping

from integrations.contacts.dates import moment_of
from integrations.klicktipp import Contact

FIELD_TYPES = {"fieldBirthday": "date"}
"""The types of data fields by id, as far as they are known; all others are text."""

_SECONDS = re.compile(r"-?[0-9]{1,12}")


def shown_value(types: Mapping[str, str], field_id: str, wire: str) -> str:
    """What people read in a data field, in their format. What its type does not allow is shown as it is."""
    if types.get(field_id) != "date" or not _SECONDS.fullmatch(wire):
        return wire
    moment = moment_of(int(wire))
    return moment.words if moment else wire


def name_of(contact: Contact) -> str:
    """A contact's first and last name; "" if neither is filled in."""
    return " ".join(filter(None, (contact.fields.get("fieldFirstName"), contact.fields.get("fieldLastName"))))
