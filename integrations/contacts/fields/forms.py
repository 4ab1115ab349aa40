from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from integrations.contacts.fields.form_fields import KLICKTIPP_TYPES, TYPE_NAMES
from integrations.contacts.fields.types import DataField
from integrations.klicktipp import FieldType


class FieldTypesForm(forms.Form):
    """The types that people have set for data fields, each under the field's ID; empty where nobody has. With each goes
    what was set when the page came, so that only what a person has changed here is a change."""

    def __init__(self, fields: Iterable[DataField], data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="type-%s")
        for field in fields:
            if field.is_global:
                continue
            unset = _("as in KlickTipp: %(type)s") % {"type": field.told_name} if field.told else _("not set (line)")
            self.fields[field.id] = forms.ChoiceField(
                label=_("Type of %(field)s") % {"field": field.name},
                required=False,
                initial=field.chosen or "",
                show_hidden_initial=True,
                choices=[("", unset), *((kind, TYPE_NAMES[kind]) for kind in KLICKTIPP_TYPES)],
                error_messages={"invalid_choice": _("Please choose one of the types.")},
            )

    def changes(self) -> dict[str, FieldType | None]:
        """The types that were changed, by the IDs of the data fields. The form is valid."""
        chosen = {field_id: self.cleaned_data[field_id] for field_id in self.changed_data}
        return {field_id: FieldType(kind) if kind else None for field_id, kind in chosen.items()}
