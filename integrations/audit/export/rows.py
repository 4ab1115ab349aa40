"""The entries that a search finds, some at a time: however many they are, few are held at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from operator import attrgetter
from uuid import UUID

from django.db.models import Max, QuerySet

from integrations.audit.grouping import MOST_CALLS
from integrations.audit.models import AuditEntry, LogLine
from integrations.audit.query.conditions import Conditions
from integrations.audit.query.search import search

_LINES = 100
_ENTRIES = 1_000


def last_number(team_id: int) -> int:
    """The number of the team's newest entry; 0 where there is none."""
    return AuditEntry.objects.filter(team_id=team_id).aggregate(last=Max("number"))["last"] or 0


def batches(team_id: int, asked: Conditions, visible: QuerySet[AuditEntry], through: int) -> Iterator[list[AuditEntry]]:
    """The entries among `visible` that are all that is asked, themselves and by their action: actions newest first, the
    entries of each together and in their order. What came after the number `through` is left out."""
    entries = visible.filter(asked.entries, number__lte=through)
    before: int | None = through + 1
    while before is not None:
        found = search(team_id, asked, before, _LINES)
        yield from _of_lines(found.lines, entries)
        before = found.older


def _of_lines(lines: list[LogLine], entries: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    """The entries of each line. Sorted here: asked for in order, SQLite would read the whole log for each page."""
    by_action: dict[UUID, list[AuditEntry]] = defaultdict(list)
    short = [line.action for line in lines if line.entries <= MOST_CALLS]
    for entry in sorted(entries.filter(action__in=short), key=attrgetter("number")) if short else ():
        by_action[entry.action].append(entry)
    batch: list[AuditEntry] = []
    for line in lines:
        if line.entries > MOST_CALLS:
            if batch:
                yield batch
                batch = []
            yield from pages(entries.filter(action=line.action))
        else:
            batch += by_action[line.action]
    if batch:
        yield batch


def pages(entries: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    """Entries of a team in their order, some at a time."""
    after = 0
    while page := list(entries.filter(number__gt=after).order_by("number")[:_ENTRIES]):
        yield page
        after = page[-1].number
