"""Searches of the log that a team keeps under names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Capability
from accounts.validation import no_control_characters
from integrations.audit.models import SavedSearch
from integrations.audit.query.contacts import known_contacts
from integrations.audit.query.line import LONGEST, names_a_contact, parse

MOST = 50


class SaveSearchForm(forms.Form):
    """A name for a search of the log, which takes the place of another one by this name that the member may delete."""

    name = forms.CharField(label=_("Name"), max_length=60, validators=[no_control_characters])
    line = forms.CharField(max_length=LONGEST, widget=forms.HiddenInput)

    def __init__(self, membership: Membership, data: Any) -> None:
        super().__init__(data)
        self._membership = membership

    def clean_line(self) -> str:
        line: str = self.cleaned_data["line"]
        terms, mistakes = parse(line)
        if mistakes or not terms:
            raise ValidationError(_("This search cannot be understood."))
        if any(map(names_a_contact, terms)) or known_contacts(terms, self._membership):
            raise ValidationError(
                _("A contact's address, number or ID cannot be saved: search for it, then save that.")
            )
        return line

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        known = SavedSearch.objects.filter(team=self._membership.team, name=name).first()
        if known and not may_delete(self._membership, known):
            raise ValidationError(_("Another search of the team has this name. Please choose another one."))
        return name

    def clean(self) -> None:
        others = SavedSearch.objects.filter(team=self._membership.team).exclude(name=self.cleaned_data.get("name"))
        if others.count() >= MOST:
            raise ValidationError(_("The team keeps 50 searches already: please delete one first."))


def save(membership: Membership, name: str, line: str) -> None:
    """Keep a search for the team, in the place of one by this name."""
    SavedSearch.objects.update_or_create(
        team=membership.team, name=name, defaults={"line": line, "by": membership.user}
    )


def saved_searches(membership: Membership) -> QuerySet[SavedSearch]:
    """Those of the team; who is limited sees their own alone, as others may name clients out of their sight."""
    searches = SavedSearch.objects.filter(team=membership.team).order_by("name")
    return searches.filter(by=membership.user) if membership.is_limited else searches


def may_delete(membership: Membership, search: SavedSearch) -> bool:
    return search.by_id == membership.user_id or membership.may(Capability.MANAGE_MEMBERS)
