"""Keeps the lines of the log in step with its entries, in the same transactions; and makes them anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef

from accounts.texts import plain
from integrations.audit.models import AuditEntry, Kind, LineFact, LineKind, LogLine, Outcome
from integrations.operations import LOOKING_OPERATIONS, SIGNING_IN

_COUNTS = tuple(f"{part}_{outcome}" for part in ("reads", "changes") for outcome in Outcome.values)
_KINDS = LineKind.values
"""From the lightest on."""
_AT_ONCE = 500
_ENTRIES = AuditEntry.objects.order_by("team_id", "action", "number").defer("path", "request")
_TOLD = [field for field in LogLine._meta.concrete_fields if not field.primary_key and not field.generated]
_FIELDS = {field.attname: field for field in _TOLD}
_TABLE = LogLine._meta.db_table


def _weight(row: str) -> str:
    places = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(_KINDS))
    return f"CASE {row}.kind {places} END"


_ADD = (
    f"INSERT INTO {_TABLE} ({', '.join(str(field.column) for field in _TOLD)}) "  # noqa: S608 - the model's own names
    f"VALUES ({', '.join(['%s'] * len(_TOLD))}) ON CONFLICT (team_id, action) DO UPDATE SET "
    + "".join(f"{column} = {_TABLE}.{column} + excluded.{column}, " for column in ("entries", *_COUNTS))
    + f"last_at = CASE WHEN {_TABLE}.last_at < excluded.last_at THEN excluded.last_at ELSE {_TABLE}.last_at END, "
    f"account_id = COALESCE({_TABLE}.account_id, excluded.account_id), account_label = "
    f"CASE WHEN {_TABLE}.account_id IS NULL THEN excluded.account_label ELSE {_TABLE}.account_label END, "
    f"kind = CASE WHEN {_weight('excluded')} > {_weight(_TABLE)} THEN excluded.kind ELSE {_TABLE}.kind END "
    "RETURNING number"
)
"""Begins a line with some entries, or adds them to it. One statement, as it goes with every call."""
_ADD_FACTS = (
    f"INSERT INTO {LineFact._meta.db_table} (team_id, about, value, number) "  # noqa: S608 - the model's own name
    "VALUES {} ON CONFLICT DO NOTHING"
)

Fact = tuple[LineFact.About, str]


def late_call(call: UUID) -> UUID:
    """The call under which an answer stands that came when its entry had been given up."""
    return uuid5(call, "late answer")


def _words(entry: AuditEntry) -> str:
    names = dict.fromkeys([entry.actor_label, entry.account_label, entry.reference, *_named(entry.parameters)])
    return " ".join(map(plain, names))


def _named(parameter: Any) -> Iterator[str]:
    """In an order of its own, as PostgreSQL does not keep that of the names in JSON."""
    if isinstance(parameter, Mapping):
        parameter = [parameter[name] for name in sorted(parameter)]
    if isinstance(parameter, list):
        for part in parameter:
            yield from _named(part)
    elif parameter is not None:
        yield str(parameter)


def _count(entry: AuditEntry, outcome: str) -> str:
    """The count that an entry belongs to while it decides; "" where it was signed in, which decides nothing."""
    if entry.operation in SIGNING_IN and outcome == Outcome.DONE:
        return ""
    return f"{'reads' if entry.kind == Kind.READ else 'changes'}_{outcome}"


def _kind(entry: AuditEntry) -> LineKind:
    if entry.kind != Kind.READ:
        return LineKind(entry.kind)
    is_load = entry.operation and entry.operation not in LOOKING_OPERATIONS
    return LineKind.LOAD if is_load else LineKind.LOOK


def _facts_begun(entry: AuditEntry) -> Iterator[Fact]:
    yield LineFact.About.OPERATION, entry.sentence
    if entry.operation:
        yield LineFact.About.OPERATION, entry.operation
    if entry.key_last_four:
        yield LineFact.About.KEY, entry.key_last_four
    if entry.reference:
        yield LineFact.About.REFERENCE, comparable_reference(entry.reference)


def _facts_ended(entry: AuditEntry) -> Iterator[Fact]:
    if entry.status is not None:
        yield LineFact.About.STATUS, str(entry.status)
    if entry.code is not None:
        yield LineFact.About.CODE, str(entry.code)


def comparable_reference(reference: str) -> str:
    """A ticket or order as it is searched: however it was spelled."""
    return reference.casefold()[:200]


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
        kind=max(map(_kind, entries), key=_KINDS.index),
        sentence=head.sentence,
        parameters=head.parameters,
        reference=head.reference,
        words=_words(head),
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
        (number,) = cursor.fetchone()
    told = {fact for entry in entries for fact in (*_facts_begun(entry), *_facts_ended(entry))}
    _add_facts(line.team_id, number, told)


def _add_facts(team_id: int, number: int, told: Collection[Fact]) -> None:
    if not told:
        return
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(told))
    values = [column for about, value in sorted(told) for column in (team_id, about, value, number)]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_FACTS.format(rows), values)


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
            "WHERE team_id = %s AND action = %s RETURNING number",
            [*(counts[column] for column in changed), *told],
        )
        row = cursor.fetchone()
    if row:
        _add_facts(head.team_id, row[0], {fact for entry in entries for fact in _facts_ended(entry)})


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


@dataclass(frozen=True)
class Made:
    """An action's line and facts as its entries make them."""

    line: LogLine
    facts: frozenset[Fact]

    @classmethod
    def of(cls, entries: Sequence[AuditEntry]) -> Made:
        """entries: all of the action, oldest first"""
        decide = {entry.pk for entry in deciding(entries)}
        line = _line(entries, [entry for entry in entries if entry.pk not in decide])
        facts = {fact for entry in entries for fact in (*_facts_begun(entry), *_facts_ended(entry))}
        return cls(line, frozenset(facts))

    @property
    def key(self) -> tuple[int, UUID]:
        return self.line.team_id, self.line.action

    @property
    def rows(self) -> list[LineFact]:
        return [
            LineFact(team_id=self.line.team_id, about=about, value=value, number=self.line.number)
            for about, value in sorted(self.facts)
        ]

    @property
    def told(self) -> tuple[dict[str, Any], frozenset[Fact]]:
        return {field.attname: getattr(self.line, field.attname) for field in _TOLD}, self.facts


def _stored(lines: Iterable[LogLine]) -> list[Made]:
    """Stored lines of actions with their stored facts."""
    lines = list(lines)
    facts: dict[tuple[int, int], set[Fact]] = {(line.team_id, line.number): set() for line in lines}
    teams, numbers = {team for team, _ in facts}, [number for _, number in facts]
    rows = LineFact.objects.filter(team_id__in=teams, number__in=numbers)
    for team_id, about, value, number in rows.values_list("team_id", "about", "value", "number"):
        if (team_id, number) in facts:
            facts[team_id, number].add((LineFact.About(about), value))
    return [Made(line, frozenset(facts[line.team_id, line.number])) for line in lines]


def out_of_step() -> Iterator[tuple[int, UUID]]:
    """The team and id of each action whose line is not what its entries make."""
    for batch in _all_made():
        stored = _stored(LogLine.objects.filter(action__in=[made.line.action for made in batch]))
        found = {made.key: made.told for made in stored}
        yield from (made.key for made in batch if found.get(made.key) != made.told)
    entries = AuditEntry.objects.filter(team_id=OuterRef("team_id"), action=OuterRef("action"))
    yield from LogLine.objects.filter(~Exists(entries)).values_list("team_id", "action").iterator()


def _all_made() -> Iterator[list[Made]]:
    """What the entries make, some lines at a time."""
    groups = groupby(_ENTRIES.iterator(chunk_size=2000), key=lambda entry: (entry.team_id, entry.action))
    made = (Made.of(list(entries)) for _action, entries in groups)
    while batch := list(islice(made, _AT_ONCE)):
        yield batch


def set_right(team_id: int, action: UUID, *, only_look: bool = False) -> bool:
    """Make an action's line anew, unless one would `only_look`. False where it was as it should be: seen from outside
    it may have been between two steps."""
    with transaction.atomic():
        stored = _stored(LogLine.objects.select_for_update().filter(team_id=team_id, action=action))
        entries = list(_ENTRIES.filter(team_id=team_id, action=action))
        made = [Made.of(entries)] if entries else []
        if [each.told for each in stored] == [each.told for each in made]:
            return False
        if not only_look:
            _put_in_place(stored, made)
        return True


def _put_in_place(stored: Iterable[Made], made: Iterable[Made]) -> None:
    for old in stored:
        LineFact.objects.filter(team_id=old.line.team_id, number=old.line.number).delete()
        old.line.delete()
    _insert(made)


def _insert(made: Iterable[Made]) -> None:
    made = list(made)
    LogLine.objects.bulk_create((each.line for each in made), ignore_conflicts=True)
    LineFact.objects.bulk_create((row for each in made for row in each.rows), ignore_conflicts=True)


def make_after_migration(using: str, **_: Any) -> None:
    """Make the lines of a log that is older than they are."""
    tables = connections[using].introspection.table_names()
    if LineFact._meta.db_table in tables and not LogLine.objects.exists():
        for batch in _all_made():
            _insert(batch)
