from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.contacts.browsing.services import WORDS, Selection
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES


class BrowseForm(forms.Form):
    """Which contacts to look through: by status, by bounce."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    bounce = forms.ChoiceField(label=_("Bounce"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        for name, known, all_of_them in (
            ("status", STATUSES, _("All statuses")),
            ("bounce", BOUNCE_STATUSES, _("With and without")),
        ):
            choices = [(choice, capfirst(gettext(WORDS[choice]))) for choice in known]
            self.fields[name].choices = [("", all_of_them), *choices]  # type: ignore[attr-defined]

    def selection(self) -> Selection:
        return Selection(self.cleaned_data["status"], self.cleaned_data["bounce"])
