from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from integrations.audit.models import AuditEntry, Kind, Outcome
from integrations.audit.visibility import visible_accounts, visible_entries

_day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class LogFilter(django_filters.FilterSet):
    """Client account, outcome, person and time; what only read is left out unless asked for."""

    client = django_filters.ChoiceFilter(field_name="account_id", label=_("Client"), empty_label=_("All clients"))
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, label=_("Outcome"), empty_label=_("All outcomes"))
    person = django_filters.ChoiceFilter(field_name="actor_id", label=_("Person"), empty_label=_("Everybody"))
    since = django_filters.DateFilter(method="from_day", label=_("From"), widget=_day)
    until = django_filters.DateFilter(method="to_day", label=_("To"), widget=_day)
    reads = django_filters.BooleanFilter(
        method="with_reads", label=_("Also what was only read"), widget=forms.CheckboxInput
    )

    def __init__(self, data: QueryDict, membership: Membership) -> None:
        super().__init__(data, visible_entries(membership))
        self.filters["client"].extra["choices"] = _choices(visible_accounts(membership))
        people = membership.team.memberships.select_related("user").order_by("user__name", "user__email")
        self.filters["person"].extra["choices"] = _choices(member.user for member in people)

    def filter_queryset(self, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        entries = super().filter_queryset(queryset)
        return entries if self.form.cleaned_data.get("reads") else entries.exclude(kind=Kind.READ)

    def from_day(self, entries: QuerySet[AuditEntry], name: str, day: Any) -> QuerySet[AuditEntry]:
        return entries.filter(started_at__gte=_midnight(day))

    def to_day(self, entries: QuerySet[AuditEntry], name: str, day: Any) -> QuerySet[AuditEntry]:
        return entries.filter(started_at__lt=_midnight(day + timedelta(days=1)))

    def with_reads(self, entries: QuerySet[AuditEntry], name: str, wanted: Any) -> QuerySet[AuditEntry]:
        return entries


def _choices(things: Iterable[Any]) -> list[tuple[int, str]]:
    return [(thing.pk, str(thing)) for thing in things]


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
