from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.audit.forms import ContactField, as_sent
from integrations.audit.subjects import Subject


class FindContactForm(forms.Form):
    """One field for what is known of a contact; cleaned it is the address, number or ID as a subject of the log."""

    wanted = ContactField(
        label=_("Email address or contact ID"),
        error_messages={
            "required": _("Please type an email address or a contact ID."),
            "unrecognised": _(
                "KlickTipp finds contacts by email address or ID only. It offers no search by name or anything else."
            ),
        },
    )

    def clean_wanted(self) -> Subject:
        return as_sent(self.cleaned_data["wanted"])
