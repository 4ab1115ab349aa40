"""Searches of the log that a team keeps under names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from accounts.roles import Capability
from accounts.validation import no_control_characters
from integrations.audit.models import SavedSearch
from integrations.audit.query.line import LONGEST, parse

MOST = 50


class SaveSearchForm(forms.Form):
    """A name for a search of the log, which takes the place of another one of the team's by this name."""

    name = forms.CharField(label=_("Name"), max_length=60, validators=[no_control_characters])
    line = forms.CharField(max_length=LONGEST, widget=forms.HiddenInput)

    def __init__(self, team: Team, data: Any) -> None:
        super().__init__(data)
        self._team = team

    def clean_line(self) -> str:
        line: str = self.cleaned_data["line"]
        terms, mistakes = parse(line)
        if mistakes or not terms:
            raise ValidationError(_("This search cannot be understood."))
        return line

    def clean(self) -> None:
        if SavedSearch.objects.filter(team=self._team).exclude(name=self.cleaned_data.get("name")).count() >= MOST:
            raise ValidationError(_("The team keeps 50 searches already: please delete one first."))


def save(membership: Membership, name: str, line: str) -> None:
    """Keep a search for the team, in the place of one by this name."""
    SavedSearch.objects.update_or_create(
        team=membership.team, name=name, defaults={"line": line, "by": membership.user}
    )


def saved_searches(team: Team) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(team=team).order_by("name")


def may_delete(membership: Membership, search: SavedSearch) -> bool:
    return search.by_id == membership.user_id or membership.may(Capability.MANAGE_MEMBERS)
