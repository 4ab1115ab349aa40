"""Which days and which client accounts an overview is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

MOST_DAYS = 366
USUAL = "7days"

PRESETS: Mapping[str, tuple[str | Promise, Callable[[date], tuple[date, date]]]] = {
    "today": (_("Today"), lambda today: (today, today)),
    "yesterday": (_("Yesterday"), lambda today: (today - timedelta(days=1), today - timedelta(days=1))),
    USUAL: (_("7 days"), lambda today: (today - timedelta(days=6), today)),
    "30days": (_("30 days"), lambda today: (today - timedelta(days=29), today)),
    "month": (_("This month"), lambda today: (today.replace(day=1), today)),
}
"""Times by name: what they are called, and their first and last day, given today's."""

_RANGE = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, validators=_RANGE)


class OverviewForm(forms.Form):
    """A preset or days of one's own, which count more, and some client accounts; none is all."""

    time = forms.ChoiceField(choices=[(name, label) for name, (label, _days) in PRESETS.items()], required=False)
    since = _day(_("From"))
    until = _day(_("To"))
    client = forms.MultipleChoiceField(label=_("Clients"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, asked: QueryDict, clients: list[tuple[str, str]]) -> None:
        """clients: slugs and names of those that may be chosen

        `preset` is the chosen one, if any, and `clients` the slugs that were asked for, whatever they are.
        """
        asked = asked.copy()
        self.preset, self.clients = "", asked.getlist("client")
        if not (asked.get("since") or asked.get("until")):
            self.preset = asked.setdefault("time", USUAL)
            if self.preset in PRESETS:
                _label, days = PRESETS[self.preset]
                asked["since"], asked["until"] = (day.isoformat() for day in days(localdate()))
        super().__init__(asked)
        self.fields["client"].choices = clients  # type: ignore[attr-defined]
        has_no_days = bool(self.preset) and self.preset not in PRESETS
        for name in ("since", "until"):
            self.fields[name].required = not has_no_days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until:
            if until < since:
                self.add_error("until", _("This day is before the first one."))
            elif until - since >= timedelta(days=MOST_DAYS):
                self.add_error("until", _("Please choose a year at most."))
        return cleaned
