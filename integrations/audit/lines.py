"""Keeps the lines of the log in step with its entries, in the same transactions; and makes them anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef

from integrations.audit.models import AuditEntry, Kind, LogLine, Outcome
from integrations.operations import SIGNING_IN

_COUNTS = tuple(f"{part}_{outcome}" for part in ("reads", "changes") for outcome in Outcome.values)
_WEIGHT = {Kind.READ: 0, Kind.EVENT: 1, Kind.CHANGE: 2}
_AT_ONCE = 500
_ENTRIES = AuditEntry.objects.order_by("team_id", "action", "number").defer("path", "request")
_TOLD = [field for field in LogLine._meta.concrete_fields if not field.primary_key and not field.generated]
_FIELDS = {field.attname: field for field in _TOLD}
_TABLE = LogLine._meta.db_table
_ADD = (
    f"INSERT INTO {_TABLE} ({', '.join(str(field.column) for field in _TOLD)}) "  # noqa: S608 - the model's own names
    f"VALUES ({', '.join(['%s'] * len(_TOLD))}) ON CONFLICT (team_id, action) DO UPDATE SET "
    + "".join(f"{column} = {_TABLE}.{column} + excluded.{column}, " for column in ("entries", *_COUNTS))
    + f"last_at = CASE WHEN {_TABLE}.last_at < excluded.last_at THEN excluded.last_at ELSE {_TABLE}.last_at END, "
    f"account_id = COALESCE({_TABLE}.account_id, excluded.account_id), account_label = "
    f"CASE WHEN {_TABLE}.account_id IS NULL THEN excluded.account_label ELSE {_TABLE}.account_label END, "
    f"kind = CASE WHEN excluded.kind = '{Kind.CHANGE}' OR {_TABLE}.kind = '{Kind.READ}' "
    f"THEN excluded.kind ELSE {_TABLE}.kind END"
)
"""Begins a line with some entries, or adds them to it. One statement, as it goes with every call."""


def late_call(call: UUID) -> UUID:
    """The call under which an answer stands that came when its entry had been given up."""
    return uuid5(call, "late answer")


def _count(entry: AuditEntry, outcome: str) -> str:
    """The count that an entry belongs to while it decides; "" where it was signed in, which decides nothing."""
    if entry.operation in SIGNING_IN and outcome == Outcome.DONE:
        return ""
    return f"{'reads' if entry.kind == Kind.READ else 'changes'}_{outcome}"


def _ended_at(entry: AuditEntry) -> datetime:
    return entry.started_at + (entry.duration or timedelta())


def _line(entries: Sequence[AuditEntry], superseded: Iterable[AuditEntry] = ()) -> LogLine:
    """The line of an action with these entries, oldest first, that take the place of those superseded."""
    head = entries[0]
    of_account = next((entry for entry in entries if entry.account_id), head)
    counts = Counter(_count(entry, entry.outcome) for entry in entries)
    counts.subtract(_count(entry, entry.outcome) for entry in superseded)
    return LogLine(
        team_id=head.team_id,
        action=head.action,
        number=head.number,
        account_id=of_account.account_id,
        account_label=of_account.account_label,
        actor_id=head.actor_id,
        actor_label=head.actor_label,
        source=head.source,
        kind=max((entry.kind for entry in entries), key=lambda kind: _WEIGHT[Kind(kind)]),
        sentence=head.sentence,
        parameters=head.parameters,
        reference=head.reference,
        started_at=head.started_at,
        last_at=max(map(_ended_at, entries)),
        entries=len(entries),
        **{column: counts[column] for column in _COUNTS},
    )


def count(entries: Sequence[AuditEntry]) -> None:
    """Count new entries of an action in its line, which the first of all begins. Call it in their transaction."""
    line = _line(entries, _superseded(entries))
    values = [field.get_db_prep_save(getattr(line, field.attname), connection) for field in _TOLD]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)


def finish(entries: Sequence[AuditEntry]) -> None:
    """Count how entries of an action that were pending have ended. Call it in the transaction that finishes them."""
    counts = Counter(_count(entry, entry.outcome) for entry in entries)
    counts.subtract(_count(entry, Outcome.PENDING) for entry in entries)
    changed = [column for column in _COUNTS if counts[column]]
    moves = "".join(f"{column} = {column} + %s, " for column in changed)
    head, last_at = entries[0], max(map(_ended_at, entries))
    values = [("last_at", last_at), ("last_at", last_at), ("team_id", head.team_id), ("action", head.action)]
    told = [_FIELDS[name].get_db_prep_save(value, connection) for name, value in values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET {moves}last_at = CASE WHEN last_at < %s THEN %s ELSE last_at END "  # noqa: S608 - the model's own names
            "WHERE team_id = %s AND action = %s",
            [*(counts[column] for column in changed), *told],
        )


def _superseded(entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """The stored entries that decided until now, of calls of which there is a further attempt or a late answer."""
    answered_late = [entry.answer["late_answer_to"] for entry in entries if "late_answer_to" in entry.answer]
    calls = {entry.call for entry in entries if entry.attempt > 1}
    if answered_late:
        calls |= set(AuditEntry.objects.filter(pk__in=answered_late).values_list("call", flat=True))
    if not calls:
        return []
    attempts = AuditEntry.objects.filter(call__in=[*calls, *map(late_call, calls)])
    earlier = attempts.exclude(pk__in=[entry.pk for entry in entries]).order_by("number")
    return deciding(earlier)


def deciding(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """Of each call among entries, oldest first, the last attempt, or the answer that came later still."""
    last: dict[UUID, AuditEntry] = {}
    calls: dict[str, UUID] = {}
    for entry in entries:
        call = calls[str(entry.pk)] = calls.get(entry.answer.get("late_answer_to", ""), entry.call)
        last[call] = entry
    return list(last.values())


def _made_of(entries: Sequence[AuditEntry]) -> LogLine:
    """The line of an action with all its entries, oldest first."""
    decide = {entry.pk for entry in deciding(entries)}
    return _line(entries, [entry for entry in entries if entry.pk not in decide])


def out_of_step() -> Iterator[tuple[int, UUID]]:
    """The team and id of each action whose line is not what its entries make."""
    for batch in _all_made():
        stored = LogLine.objects.filter(action__in=[line.action for line in batch])
        found = {(line.team_id, line.action): _told_by(line) for line in stored}
        yield from (key for line in batch if found.get(key := (line.team_id, line.action)) != _told_by(line))
    entries = AuditEntry.objects.filter(team_id=OuterRef("team_id"), action=OuterRef("action"))
    yield from LogLine.objects.filter(~Exists(entries)).values_list("team_id", "action").iterator()


def _all_made() -> Iterator[list[LogLine]]:
    """The lines that the entries make, some at a time."""
    groups = groupby(_ENTRIES.iterator(chunk_size=2000), key=lambda entry: (entry.team_id, entry.action))
    made = (_made_of(list(entries)) for _action, entries in groups)
    while batch := list(islice(made, _AT_ONCE)):
        yield batch


def set_right(team_id: int, action: UUID, *, only_look: bool = False) -> bool:
    """Make an action's line anew, unless one would `only_look`. False where it was as it should be: seen from outside
    it may have been between two steps."""
    with transaction.atomic():
        stored = LogLine.objects.select_for_update().filter(team_id=team_id, action=action).first()
        entries = list(_ENTRIES.filter(team_id=team_id, action=action))
        line = _made_of(entries) if entries else None
        if (stored and _told_by(stored)) == (line and _told_by(line)):
            return False
        if stored and not only_look:
            stored.delete()
        if line and not only_look:
            line.save()
        return True


def make_after_migration(using: str, **_: Any) -> None:
    """Make the lines of a log that is older than they are."""
    tables = connections[using].introspection.table_names()
    if LogLine._meta.db_table in tables and not LogLine.objects.exists():
        for batch in _all_made():
            LogLine.objects.bulk_create(batch, ignore_conflicts=True)


def _told_by(line: LogLine) -> dict[str, Any]:
    return {field.attname: getattr(line, field.attname) for field in _TOLD}
