from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.contacts.fields.form_fields import KLICKTIPP_TYPES, TYPE_NAMES


class FieldTypeForm(forms.Form):
    """The type of a data field; empty while nobody knows it."""

    type = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[("", _("not set (line)")), *((kind, TYPE_NAMES[kind]) for kind in KLICKTIPP_TYPES)],
        error_messages={"invalid_choice": _("Please choose one of the types.")},
    )
