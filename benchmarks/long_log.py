"""A log of any length, written past the recorder: a block of it by the models, the rest as copies by the database."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max

from integrations.audit import lines, triggers
from integrations.audit.models import AuditEntry, AuditSubject, EntryCounter, Kind, LineFact, LogLine, Outcome

TEAMS, ACCOUNTS, PEOPLE = 5, 300, 40
BLOCK = 500_000
CODES = (*[9] * 60, *[402] * 3, 3)
BEGAN = datetime(2025, 5, 1, tzinfo=UTC)
LASTED = timedelta(days=540)


def fill(first_team: int, size: int, block: int = BLOCK) -> None:
    """Write `size` entries with subjects and lines: 5 teams, 300 clients, 18 months, a tenth of it in actions of
    1,000 to 100,000 calls. What is longer than a block is the block again, with numbers, times, contacts and references
    of its own.

    first_team: the team that is there; the others are numbers alone
    """
    triggers.lift(connection)
    block, copies = min(size, block), max(size // block, 1)
    teams = [first_team, *range(first_team * 1_000, first_team * 1_000 + TEAMS - 1)]
    _write_block(teams, block, LASTED / copies)
    for copy in range(1, copies):
        _copy_block(teams, copy, copy * LASTED / copies)
    EntryCounter.objects.filter(team_id__in=teams).update(last=F("last") * copies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write_block(teams: list[int], size: int, lasts: timedelta) -> None:
    made = _actions(teams, size, lasts)
    while some := list(islice(made, 2_000)):
        with transaction.atomic():
            entries = [entry for action in some for entry in action]
            AuditEntry.objects.bulk_create(entries, batch_size=2_000)
            AuditSubject.objects.bulk_create(_subjects(entries, size), batch_size=2_000)
            lines._insert([lines.Made.of(action) for action in some])
    of_teams = AuditEntry.objects.filter(team_id__in=teams)
    of_team = of_teams.values_list("team_id").annotate(last=Max("number"))
    of_account = of_teams.values_list("team_id", "account_id").annotate(last=Max("account_number"))
    counters = [EntryCounter(team_id=team, last=last) for team, last in of_team]
    counters += [EntryCounter(team_id=team, account_id=account, last=last) for team, account, last in of_account]
    EntryCounter.objects.bulk_create(counters)


def _copy_block(teams: list[int], copy: int, later: timedelta) -> None:
    """Write the block again, as the copy of this number and so much later."""
    changed = _changed_columns(copy, int(later.total_seconds()))
    counter = EntryCounter._meta.db_table
    for model in (AuditEntry, AuditSubject, LogLine, LineFact):
        names = [
            str(field.column)
            for field in model._meta.local_concrete_fields
            if field.column and not field.generated and not field.get_internal_type().endswith("AutoField")
        ]
        told = ", ".join(changed.get(name, f"t.{name}") for name in names)
        joined = f"JOIN {counter} of_team ON of_team.team_id = t.team_id AND of_team.account_id = 0 "
        if "account_number" in names:
            joined += (
                f"LEFT JOIN {counter} of_account "
                "ON of_account.team_id = t.team_id AND of_account.account_id = t.account_id "
            )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) "  # noqa: S608 - the models' own names
                f"SELECT {told} FROM {model._meta.db_table} t {joined}"
                f"WHERE t.team_id IN ({', '.join(map(str, teams))}) AND t.number <= of_team.last"
            )


def _changed_columns(copy: int, seconds: int) -> dict[str, str]:
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        marked = f"substr(t.{{}}, 1, 28) || '{copy:04x}'"
        moved = f"strftime('%Y-%m-%d %H:%M:%f', t.{{}}, '+{seconds} seconds')"
    else:
        marked = f"overlay(t.{{}}::text placing '{copy:04x}' from 33)::uuid"
        moved = f"t.{{}} + interval '{seconds} seconds'"
    return {
        "number": f"t.number + {copy} * of_team.last",
        "account_number": f"t.account_number + {copy} * of_account.last",
        "hash": f"'{copy:04x}' || substr(t.hash, 5)",
        "reference": f"CASE WHEN t.reference = '' THEN '' ELSE t.reference || '-{copy}' END",
        "value": f"CASE WHEN t.about = {LineFact.About.REFERENCE} THEN t.value || '-{copy}' ELSE t.value END",
        **{name: marked.format(name) for name in ("id", "action", "call", "entry_id")},
        **{name: moved.format(name) for name in ("started_at", "last_at")},
    }


def _actions(teams: list[int], size: int, lasts: timedelta) -> Iterator[list[AuditEntry]]:
    """The entries of one action after the other, over so long a time."""
    chance = random.Random(teams[0])
    first_account = teams[0] * 1_000
    numbers = dict.fromkeys(teams, 0)
    account_numbers = dict.fromkeys(range(first_account, first_account + ACCOUNTS), 0)
    written = in_jobs = 0
    while written < size:
        team = chance.choice(teams)
        account = first_account + teams.index(team) + TEAMS * chance.randrange(ACCOUNTS // TEAMS)
        person = 1_000 + chance.randrange(PEOPLE)
        is_job = in_jobs * 10 < written
        calls = chance.choice([1_000, 1_000, 5_000, 20_000, 100_000]) if is_job else chance.choice([1, 1, 2, 4])
        calls = min(calls, size - written, max(size // 5, 1_000))
        in_jobs += calls if is_job else 0
        began = BEGAN + lasts * (written / size)
        kind = chance.choice([Kind.READ, Kind.READ, Kind.READ, Kind.CHANGE, Kind.EVENT])
        action, reference = _uuid(chance), f"Ticket {chance.randrange(size // 20)}"
        entries = []
        for place in range(calls):
            numbers[team] += 1
            account_numbers[account] += 1
            is_refused = chance.random() < 0.05
            entries.append(
                AuditEntry(
                    id=_uuid(chance),
                    team_id=team,
                    number=numbers[team],
                    action=action,
                    sentence="contacts.add" if kind == Kind.CHANGE else "clients.tags_loaded",
                    parameters={"contact": "r•••@klick-tipp.team", "tags": [{"id": 1, "name": f"VIP {account % 100}"}]},
                    call=_uuid(chance),
                    reference=reference if chance.random() < 0.1 and place == 0 else "",
                    actor_id=person,
                    actor_label=f"Person {person} <person{person}@klick-tipp.team>",
                    account_id=account,
                    account_number=account_numbers[account],
                    account_label=f"Client {account}",
                    source="job" if is_job else "page",
                    key_last_four=f"k{account % ACCOUNTS:03}",
                    kind=kind,
                    operation={Kind.CHANGE: "add_or_update_contact", Kind.READ: "list_tags"}.get(kind, ""),
                    method="POST" if kind == Kind.CHANGE else "GET",
                    path="/subscriber",
                    started_at=began + timedelta(milliseconds=place),
                    outcome=Outcome.REFUSED if is_refused else Outcome.DONE,
                    duration=timedelta(milliseconds=120),
                    status=406 if is_refused else 200,
                    code=chance.choice(CODES) if is_refused else None,
                )
            )
        written += calls
        yield entries


def _subjects(entries: Iterable[AuditEntry], size: int) -> list[Any]:
    return [
        AuditSubject(
            entry_id=entry.id,
            team_id=entry.team_id,
            number=entry.number,
            kind="email",
            label="r•••@klick-tipp.team",
            hash=f"{entry.number % (size // 20):064x}",
            key_version=1,
        )
        for entry in entries
    ]


def _uuid(chance: random.Random) -> UUID:
    """One with room for the number of a copy at its end."""
    return UUID(int=chance.getrandbits(112) << 16)
