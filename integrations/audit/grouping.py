"""Groups entries of the log into actions, as lists and pages want them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from django.db.models import QuerySet

from integrations.audit.models import AuditEntry, AuditSubject, LogLine, SubjectKind
from integrations.audit.presentation import LoggedAction

PAGE_SIZE = 50
MOST_CALLS = 10
"""The most entries of an action that a list of actions has room for."""

CALLS_AT_ONCE = 100
"""Of an action, on the page of one of its entries."""


def newest_lines(lines: QuerySet[LogLine], size: int) -> tuple[list[LogLine], bool]:
    """The newest of these lines, and whether there are more."""
    page = list(lines.order_by("-number")[: size + 1])
    return page[:size], len(page) > size


def in_short(lines: Sequence[LogLine], visible: QuerySet[AuditEntry]) -> list[LoggedAction]:
    """The actions of these lines, each with the first of its visible entries at most: those of a list are many. One
    query, of parts that each find an action by its index."""
    many = [line for line in lines if line.entries > MOST_CALLS]
    short = visible.filter(action__in=[line.action for line in lines if line.entries <= MOST_CALLS])
    first = [visible.filter(action=line.action, number__lt=line.number + MOST_CALLS) for line in many]
    wanted = short.union(*first, all=True) if first else short
    actions = _grouped([line.action for line in lines], wanted) if lines else []
    cut = {line.action: line for line in many}
    for action in actions:
        action.line = cut.get(action.head.action)
    return actions


def with_entries(actions: Iterable[UUID], entries: QuerySet[AuditEntry]) -> list[LoggedAction]:
    """These actions, in the same order, with those of their entries that are among `entries`."""
    actions = list(actions)
    return _grouped(actions, entries.filter(action__in=actions)) if actions else []


@dataclass(frozen=True)
class Window:
    """The entries of an action around one of them, with the numbers of those that lead to the ones before and after."""

    action: LoggedAction
    earlier: int | None = None
    later: int | None = None


def around(entry: AuditEntry, visible: QuerySet[AuditEntry], size: int = CALLS_AT_ONCE) -> Window:
    """The action of an entry with `size` of its entries at most, this one in the middle."""
    of_action, half = visible.filter(action=entry.action), size // 2
    before = list(of_action.filter(number__lt=entry.number).order_by("-number")[: size + half])
    after = list(of_action.filter(number__gte=entry.number).order_by("number")[: size + half])
    action = LoggedAction([*reversed(before[:half]), *after[:half]])
    if len(before) <= half and len(after) <= half:
        return Window(action)
    action.line = LogLine.objects.filter(team_id=entry.team_id, action=entry.action).first()
    earlier = before[min(size, len(before)) - 1].number if len(before) > half else None
    later = after[min(size, len(after) - 1)].number if len(after) > half else None
    return Window(action, earlier, later)


def near(entry: AuditEntry, visible: QuerySet[AuditEntry], count: int = 3) -> tuple[list[LoggedAction], ...]:
    """Of the contacts that an entry is about a few earlier and a few later entries of other actions in the same client
    account, each in their order."""
    hashes = list(AuditSubject.objects.filter(entry_id=entry.pk).values_list("hash", flat=True))
    if not hashes or entry.account_id is None:
        return [], []
    same = AuditSubject.objects.filter(team_id=entry.team_id, hash__in=hashes)
    others = visible.filter(account_id=entry.account_id).exclude(action=entry.action)
    earlier = others.filter(pk__in=same.filter(number__lt=entry.number).values("entry_id")).order_by("-number")
    later = others.filter(pk__in=same.filter(number__gt=entry.number).values("entry_id")).order_by("number")
    return [LoggedAction([each]) for each in earlier[:count]][::-1], [LoggedAction([each]) for each in later[:count]]


def _grouped(actions: Iterable[UUID], entries: QuerySet[AuditEntry]) -> list[LoggedAction]:
    """Sorted here: asked for in order, SQLite without statistics would read the whole log by its numbers."""
    grouped: dict[UUID, list[AuditEntry]] = {action: [] for action in actions}
    for entry in sorted(entries, key=attrgetter("number")):
        grouped[entry.action].append(entry)
    return [LoggedAction(entries) for entries in grouped.values() if entries]


def tell_people(actions: Iterable[LoggedAction]) -> None:
    """Let the calls of actions that have several say whom each was about: by the address or number, else by the ID. One
    query."""
    calls = {call.entry.id: call for action in actions if len(action.calls) > 1 for call in action.calls}
    for row in AuditSubject.objects.filter(entry_id__in=list(calls)).order_by("-pk") if calls else ():
        call = calls[row.entry_id]
        if call.person is None or row.kind != SubjectKind.CONTACT:
            call.person = row


def subjects(action: LoggedAction) -> list[AuditSubject]:
    """The people an action is about, each once."""
    rows = AuditSubject.objects.filter(entry_id__in=[entry.id for entry in action.entries]).order_by("pk")
    return list({(row.kind, row.hash): row for row in rows}.values())
