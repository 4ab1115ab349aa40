from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters
from integrations.contacts.fields.form_fields import FIELD_ID
from integrations.contacts.subjects import ContactEmailField
from integrations.ids import LARGEST_KLICKTIPP_ID


class RedirectForm(forms.Form):
    """An opt-in process and the contact whose page after signing up is wanted."""

    optin_process = forms.IntegerField(
        label=_("Opt-in process"),
        min_value=1,
        max_value=LARGEST_KLICKTIPP_ID,
        error_messages={"invalid": _("Please give the ID of an opt-in process as a number.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    email = ContactEmailField()


class FieldForm(forms.Form):
    """The ID of a data field, with or without its prefix."""

    id = forms.CharField(
        label=_("ID of the data field"),
        max_length=60,
        help_text=_("For example fieldCompanyName or field213729, with or without the word “field” before it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        validators=[no_control_characters],
    )

    def clean_id(self) -> str:
        field_id: str = self.cleaned_data["id"]
        if not FIELD_ID.fullmatch(f"field{field_id.removeprefix('field')}"):
            raise ValidationError(_("An ID of a data field has letters and digits only."))
        return field_id
