from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.texts import plain
from integrations.contacts.browsing.services import WORDS, Selection
from integrations.ids import LARGEST_KLICKTIPP_ID
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES

_MOST_TAGS = 1000


class BrowseForm(forms.Form):
    """Which contacts to look through: by status, by bounce, by tag."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    bounce = forms.ChoiceField(label=_("Bounce"), required=False)
    tag = forms.IntegerField(label=_("Tag"), min_value=1, max_value=LARGEST_KLICKTIPP_ID, required=False)

    def __init__(self, data: QueryDict, tags: Iterable[Mapping[str, Any]] = ()) -> None:
        """tags: those that are offered, as the last known list has them; of more than a list can show, or none, the ID
        is typed"""
        super().__init__(data)
        named = [(str(tag["id"]), tag["name"] or str(tag["id"])) for tag in tags]
        names = dict(sorted(named, key=lambda tag: plain(tag[1])))
        if names and len(names) <= _MOST_TAGS:
            asked = data.get("tag", "")
            offered = names if asked in names or not asked.isdigit() else names | {asked: asked}
            self.fields["tag"].widget = forms.Select(choices=[("", _("With and without")), *offered.items()])
        for name, known, all_of_them in (
            ("status", STATUSES, _("All statuses")),
            ("bounce", BOUNCE_STATUSES, _("With and without")),
        ):
            choices = [(choice, capfirst(gettext(WORDS[choice]))) for choice in known]
            self.fields[name].choices = [("", all_of_them), *choices]  # type: ignore[attr-defined]

    def in_words(self) -> list[tuple[Any, Any]]:
        """What is asked for, as print has it."""
        return [(self.fields[name].label, self._chosen(name)) for name in self.fields if self.data.get(name)]

    @property
    def tag_name(self) -> str:
        """The tag that is asked for, by its name if it is known; "" for none."""
        return self._chosen("tag") if not self["tag"].errors else ""

    def _chosen(self, name: str) -> str:
        value = self.data.get(name, "")
        choices: Mapping[str, Any] = dict(getattr(self.fields[name].widget, "choices", ()))
        return str(choices.get(value, value)) if value else ""

    def selection(self) -> Selection:
        return Selection(self.cleaned_data["status"], self.cleaned_data["bounce"], self.cleaned_data["tag"])
