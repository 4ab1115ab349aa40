import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.texts import plain
from integrations.audit.links import Name, about, by_hashes, names_of
from integrations.audit.models import PARTLY, AuditEntry, AuditSubject, Kind, LogLine, Outcome
from integrations.audit.visibility import (
    visible_accounts,
    visible_entries,
    visible_lines,
    visible_links,
    visible_people,
)

_day = {
    "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    "validators": [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
}
NOBODY = "nobody"
_MOST_HASHES = 50
_DISORDER = 10_000
"""By how many numbers the order of times and that of numbers may disagree, as where clocks differ."""
_HASH = re.compile(r"[0-9a-f]{64}")


class LogFilter(django_filters.FilterSet):
    """Client account, outcome, person and time; what only read is left out unless asked for.

    The choices are the present clients and people; one that has left is offered once a link asks for it. What is about
    a contact is asked for in a form of its own, so that no address gets into a URL: `about` holds hashes of its ID and
    addresses, with commas between them.
    """

    client = django_filters.ChoiceFilter(field_name="account_id", label=_("Client"), empty_label=_("All clients"))
    outcome = django_filters.ChoiceFilter(
        choices=[*Outcome.choices, (PARTLY, _("partly done"))],
        label=_("Outcome"),
        empty_label=_("All outcomes"),
    )
    person = django_filters.ChoiceFilter(method="by_person", label=_("Person"), empty_label=_("Everybody"))
    since = django_filters.DateFilter(method="from_day", label=_("From"), **_day)
    until = django_filters.DateFilter(method="to_day", label=_("To"), **_day)
    reads = django_filters.BooleanFilter(
        method="with_reads", label=_("Also what was only read"), widget=forms.CheckboxInput
    )
    about = django_filters.CharFilter(method="about_contact", widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, membership: Membership) -> None:
        lines = visible_lines(membership)
        super().__init__(data, lines)
        self._membership = membership
        self._team_id = membership.team_id
        accounts = _by_label((str(account.pk), str(account)) for account in visible_accounts(membership))
        members = visible_people(membership).select_related("user")
        people = _by_label((str(member.user_id), str(member.user)) for member in members)
        self._offer("client", accounts, lines, "account")
        self._offer("person", [*people, (NOBODY, _("nobody signed in, or a command"))], lines, "actor")

    def _offer(self, name: str, choices: list[tuple[str, Any]], lines: QuerySet[LogLine], column: str) -> None:
        """Offer these choices, and the asked one by the label that it last had in the log."""
        asked = self.data.get(name, "")
        if asked not in dict(choices) and asked.isascii() and asked.isdigit() and len(asked) < 19:
            gone = lines.filter(**{f"{column}_id": int(asked)}).order_by("-number").first()
            if gone:
                choices = [*choices, (asked, getattr(gone, f"{column}_label"))]
        self.filters[name].extra["choices"] = choices

    def filter_queryset(self, queryset: QuerySet[LogLine]) -> QuerySet[LogLine]:
        """What was only read is hidden, unless it was asked for or did not end well: nobody may miss a refusal."""
        lines = super().filter_queryset(queryset)
        return lines.exclude(kind=Kind.READ) if self.hides_reads else lines

    @property
    def hides_reads(self) -> bool:
        """Whether there may be more that fits, but was only read."""
        return not self.form.cleaned_data.get("reads") and self.form.cleaned_data.get("outcome", "") in (
            "",
            Outcome.DONE,
        )

    def by_person(self, lines: QuerySet[LogLine], name: str, person: str) -> QuerySet[LogLine]:
        return lines.filter(actor_id=None) if person == NOBODY else lines.filter(actor_id=int(person))

    def from_day(self, lines: QuerySet[LogLine], name: str, day: date) -> QuerySet[LogLine]:
        first = self._number_since(_midnight(day))
        if first is None:
            return lines.none()
        return lines.filter(started_at__gte=_midnight(day), number__gt=first - _DISORDER)

    def to_day(self, lines: QuerySet[LogLine], name: str, day: date) -> QuerySet[LogLine]:
        end = _midnight(day + timedelta(days=1))
        first = self._number_since(end)
        return lines if first is None else lines.filter(started_at__lt=end, number__lt=first + _DISORDER)

    def _number_since(self, moment: datetime) -> int | None:
        """The number of the team's first line from this time on: it bounds the search, which goes by numbers."""
        since = LogLine.objects.filter(team_id=self._team_id, started_at__gte=moment).order_by("started_at")
        return since.values_list("number", flat=True).first()

    def with_reads(self, lines: QuerySet[LogLine], name: str, wanted: Any) -> QuerySet[LogLine]:
        return lines

    def about_contact(self, lines: QuerySet[LogLine], name: str, hashes: str) -> QuerySet[LogLine]:
        entries = about(AuditEntry.objects.filter(team_id=self._team_id), self._team_id, self._names)
        return lines.filter(action__in=entries.values("action"))

    @cached_property
    def _names(self) -> list[Name]:
        """Under what the contact that was asked for is known: by what was asked, and by all that is one contact's with
        it as far as the member may see."""
        hashes = _hashes(self.data.get("about", ""))
        return [*by_hashes(hashes), *names_of(visible_links(self._membership), hashes)]

    def in_words(self) -> list[tuple[str, str]]:
        """The filters that are asked for, as print has them."""
        told = []
        for field in self.form.visible_fields():
            if value := self.form.cleaned_data.get(field.name):
                choices = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
                shown = date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else choices.get(str(value))
                told.append((str(field.label), shown or gettext("yes")))
        return told

    def contact_labels(self) -> list[str]:
        """The contact that was asked for, as the entries that the member sees label its ID and addresses; empty where
        none was, or none of them is about it."""
        asked = AuditSubject.objects.filter(team_id=self._team_id, hash__in=_hashes(self.data.get("about", "")))
        seen = asked.filter(Exists(visible_entries(self._membership).filter(pk=OuterRef("entry_id"))))
        labels = seen.values_list("label", flat=True).distinct()
        return sorted({*labels, *(name.label for name in self._names if name.label)})


def _by_label(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: (plain(choice[1]), choice[0]))


def kept_filters(asked: QueryDict) -> QueryDict:
    """The filters that a page of the log was asked for, without empty ones and the place that the page begins at."""
    kept = QueryDict(mutable=True)
    for name in LogFilter.base_filters:
        if value := asked.get(name):
            kept[name] = value
    return kept


def _hashes(text: str) -> list[str]:
    return [part for part in text.split(",") if _HASH.fullmatch(part)][:_MOST_HASHES]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
