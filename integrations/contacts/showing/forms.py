from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from integrations.audit.forms import ContactField, as_sent
from integrations.audit.subjects import Subject

NO_SUCH_KEY = _(
    "KlickTipp has no contact with this key. It finds contacts by email address, ID or contact key only and offers no "
    "search by name or anything else."
)


class FindContactForm(forms.Form):
    """One field for what is known of a contact; cleaned it is address, number, ID or key as a subject of the log."""

    wanted = ContactField(
        label=_("Email address, SMS number, contact ID or key"),
        error_messages={
            "required": _("Please type an email address or a contact ID."),
            "unrecognised": _("Please type one of these in full: KlickTipp offers no search by name or anything else."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, country: str) -> None:
        """country: where a number without country code is dialled"""
        super().__init__(data)
        self.fields["wanted"].countries = (country,)  # type: ignore[attr-defined]

    def clean_wanted(self) -> Subject:
        return as_sent(self.cleaned_data["wanted"][0])
