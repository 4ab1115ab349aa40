"""What to consider before a contact is added that is there already."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.contacts.dates import Moment, date_of
from integrations.klicktipp import Contact
from integrations.messages import status_in_words

_CAUTIONS: dict[tuple[str, str], str | Promise] = {
    ("status", "unsubscribed"): _(
        "KlickTipp will probably refuse to add the contact again; if it does not, the contact may get emails, so "
        "please be sure of its consent."
    ),
    ("status", "opt-in pending"): _("The contact has not confirmed yet: it may get the confirmation email once more."),
    ("bounce", "hard bounce"): _("Emails no longer reach this address (hard bounce)."),
    ("bounce", "spam bounce"): _("An email to this address was refused as spam (spam bounce)."),
    ("sms_status", "unsubscribed"): _("The contact's SMS number is unsubscribed."),
    ("sms_bounce", "hard bounce"): _("Text messages no longer reach the contact's SMS number (hard bounce)."),
}


@dataclass(frozen=True)
class Standing:
    """How it stands with a contact, in words; `since` is None where KlickTipp does not tell it."""

    status: str
    since: Moment | None
    caution: str


def standing_of(contact: Contact) -> Standing:
    """What a lookup says of a contact besides that it is there."""
    return Standing(
        status_in_words(contact.status), date_of(contact, "date"), " ".join(map(str, cautions_for(contact)))
    )


def cautions_for(contact: Contact) -> list[str | Promise]:
    """Sentences on what may come of adding it, from its statuses and bounces."""
    return [text for (name, value), text in _CAUTIONS.items() if getattr(contact, name).casefold() == value]
