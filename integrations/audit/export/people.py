"""Everything that the log has about a contact that is asked for by hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.db.models import F, Q, QuerySet

from accounts.models import Membership
from integrations.audit.actors import Actor
from integrations.audit.events import record_about_known
from integrations.audit.export.sentences import PERSON_REPORTED, PERSON_REPORTED_OF_CLIENT
from integrations.audit.links import about, by_hashes, names_of
from integrations.audit.models import AuditEntry, AuditSubject
from integrations.audit.presentation import LoggedAction, LoggedCall
from integrations.audit.reading import people_among
from integrations.audit.recorder import Scope
from integrations.audit.visibility import visible_entries, visible_links
from integrations.phone_numbers import readable_masked

AT_ONCE: Final = 1_000
Told = tuple[AuditEntry, LoggedAction, LoggedCall]


@dataclass(frozen=True)
class Place:
    """Where a page of a report begins: after this entry of this client account; 0 stands for none."""

    account_id: int
    number: int

    def __str__(self) -> str:
        return f"{self.account_id}-{self.number}"


@dataclass(frozen=True)
class Report:
    """What the reader may see of a contact: by client account, oldest first, `AT_ONCE` entries at most.

    labels: under which these entries know the contact, masked
    after: where the next page begins; None at the end
    """

    labels: list[str]
    of_clients: list[tuple[int | None, str, list[Told]]]
    after: Place | None = None

    @property
    def title(self) -> str:
        return ", ".join(self.labels)


def report_about(
    membership: Membership, hashes: Sequence[str], account_id: int | None = None, after: Place | None = None
) -> Report:
    """account_id: of one client account alone: then nothing is known but what its own log tells"""
    entries, links = _entries(membership, account_id), visible_links(membership)
    if account_id is not None:
        links = links.filter(account_id=account_id)
    names = [*by_hashes(hashes), *names_of(links, hashes)]
    found = about(entries, membership.team_id, names)
    page = list(_after(found, after).order_by(F("account_id").asc(nulls_first=True), "number")[: AT_ONCE + 1])
    shown = page[:AT_ONCE]
    labels = _labels(shown, [*hashes, *(name.hash for name in names)])
    last = Place(shown[-1].account_id or 0, shown[-1].number) if len(page) > AT_ONCE else None
    return Report(labels, [_of_client(list(group)) for _id, group in groupby(shown, lambda e: e.account_id)], last)


def _entries(membership: Membership, account_id: int | None) -> QuerySet[AuditEntry]:
    """Those that a report can be made of."""
    visible = visible_entries(membership)
    return visible if account_id is None else visible.filter(account_id=account_id)


def _after(entries: QuerySet[AuditEntry], place: Place | None) -> QuerySet[AuditEntry]:
    if place is None:
        return entries
    if not place.account_id:
        return entries.filter(Q(account_id=None, number__gt=place.number) | Q(account_id__isnull=False))
    return entries.filter(Q(account_id=place.account_id, number__gt=place.number) | Q(account_id__gt=place.account_id))


def _labels(entries: Sequence[AuditEntry], hashes: Sequence[str]) -> list[str]:
    ids = {entry.pk for entry in entries}
    known = AuditSubject.objects.filter(entry_id__in=ids, hash__in=set(hashes))
    return sorted(map(readable_masked, known.values_list("label", flat=True).distinct()))


def _of_client(entries: list[AuditEntry]) -> tuple[int | None, str, list[Told]]:
    last = entries[-1]
    told = [(entry, LoggedAction([entry]), LoggedCall(entry)) for entry in entries]
    return last.account_id, last.account_label, told


def record_reading(actor: Actor, membership: Membership, scope: Scope, hashes: Sequence[str], report: Report) -> None:
    """Write who reads a report about whom: of those with these hashes whom the entries know that it can be made of."""
    sentence = PERSON_REPORTED if scope.account_id is None else PERSON_REPORTED_OF_CLIENT
    known = people_among(_entries(membership, scope.account_id), scope.team_id, hashes)
    record_about_known(sentence, actor, scope, known, contact=report.title)
