"""How fast the log is searched: `python -m benchmarks.audit`, on SQLite and, where one answers at `BENCH_POSTGRES`, on
PostgreSQL.

A log of `BENCH_ENTRIES` entries (200,000 unless told): 5 teams, 300 client accounts, 18 months, a tenth of it in
actions of 1,000 to 100,000 calls, with subjects. Measured is the time of the server for a page of one team's log. Ends
with status 1 where the 95th percentile of a page is over 100 ms, or first and deep page are not 20 times as fast as the
same with COUNT and OFFSET, which only a log of a million entries or more can show.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from benchmarks.apart import Found, main

ENTRIES = int(os.environ.get("BENCH_ENTRIES", 200_000))
LIMIT_MS = 100.0
LIMIT_TIMES = 20.0
ROUNDS = 15
LARGE = 1_000_000
TEAMS, ACCOUNTS, PEOPLE = 5, 300, 40
CODES = (*[9] * 60, *[402] * 3, 3)
BEGAN = datetime(2025, 5, 1, tzinfo=UTC)
LASTED = timedelta(days=540)


def measure(url: str) -> Found:
    """Milliseconds for each kind of page at the 95th percentile, and how many times as fast as COUNT and OFFSET first
    and deep page are, of a log of `entries`."""
    from django.test import Client

    from tests.factories import MembershipFactory

    owner: Any = MembershipFactory(role="owner")
    _fill(owner)
    _analyze()
    browser = Client()
    browser.force_login(owner.user)
    found = {name: _page(browser, owner, asked) for name, asked in _pages(owner).items()}
    return found | _against_offset(owner) | {"entries": ENTRIES}


def _pages(owner: Any) -> dict[str, dict[str, str]]:
    from integrations.audit.models import AuditEntry, AuditSubject, LogLine

    lines = LogLine.objects.filter(team_id=owner.team_id)
    newest = lines.latest("number").number
    subject = AuditSubject.objects.filter(team_id=owner.team_id).latest("number").hash
    job = lines.latest("entries")
    entry = AuditEntry.objects.filter(team_id=owner.team_id).latest("number")
    return {
        "first page": {},
        "deep page": {"before": str(newest // 2)},
        "one client": {"q": "client:#1"},
        "client, outcome and time": {"q": "client:#7 outcome:refused since:2025-09-01 until:2025-12-31"},
        "a person": {"q": "actor:#1003"},
        "rare code": {"q": "code:3"},
        "frequent code": {"q": "code:9"},
        "key": {"q": "key:k007"},
        "reference": {"q": 'ref:"ticket 77"'},
        "free text": {"q": '"vip 13"'},
        "free text of nothing": {"q": "nowhere"},
        "a contact": {"q": f"kind:any subject:{subject}"},
        "entry of a large action": {"path": f"{job.number}/"},
        "an entry": {"path": f"{entry.number}/"},
    }


def _page(browser: Any, owner: Any, asked: dict[str, str]) -> float:
    asked = dict(asked)
    url = f"/t/{owner.team.slug}/log/{asked.pop('path', '')}"
    return _percentile(lambda: _good(browser.get(url, asked)))


def _good(answer: Any) -> None:
    assert answer.status_code == 200, answer.status_code


def _against_offset(owner: Any) -> Found:
    """The same first and deep page with a count of all, and an offset."""
    from integrations.audit.models import LineKind, LogLine
    from integrations.audit.query.conditions import conditions
    from integrations.audit.query.participants import Participants
    from integrations.audit.query.search import search

    lines = LogLine.objects.filter(team_id=owner.team_id).exclude(kind__in=[LineKind.LOAD, LineKind.LOOK])
    deep = lines.count() // 2
    number = lines.order_by("-number")[deep].number

    def counted(offset: int) -> None:
        lines.count()
        list(lines.order_by("-number")[offset : offset + 50])

    def found(before: int | None) -> None:
        search(owner.team_id, conditions([], Participants(owner)), before)

    return {
        "first page, times": _percentile(lambda: counted(0)) / _percentile(lambda: found(None)),
        "deep page, times": _percentile(lambda: counted(deep)) / _percentile(lambda: found(number)),
    }


def _percentile(do: Callable[[], None]) -> float:
    do()
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        do()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(spent, n=20)[-1]


def _fill(owner: Any) -> None:
    """Write the log past the recorder, with the lines that its entries make."""
    from django.db import connection, transaction

    from integrations.audit import lines, triggers
    from integrations.audit.models import AuditEntry, AuditSubject, EntryCounter

    triggers.lift(connection)
    made = _actions(owner.team_id)
    while some := list(islice(made, 2_000)):
        with transaction.atomic():
            entries = [entry for action in some for entry in action]
            AuditEntry.objects.bulk_create(entries, batch_size=2_000)
            AuditSubject.objects.bulk_create(_subjects(entries), batch_size=2_000)
            lines._insert([lines.Made.of(action) for action in some])
    counters = [EntryCounter(team_id=team, last=ENTRIES) for team in _teams(owner.team_id)]
    accounts = [EntryCounter(team_id=owner.team_id, account_id=id, last=ENTRIES) for id in range(1, ACCOUNTS, TEAMS)]
    EntryCounter.objects.bulk_create([*counters, *accounts])


def _teams(first: int) -> list[int]:
    return [first, *range(first + 1_000, first + 1_000 + TEAMS - 1)]


def _actions(first_team: int) -> Iterator[list[Any]]:
    from integrations.audit.models import AuditEntry, Kind, Outcome

    chance = random.Random(7)
    teams = _teams(first_team)
    numbers, account_numbers = dict.fromkeys(teams, 0), dict.fromkeys(range(1, ACCOUNTS + 1), 0)
    written = in_jobs = 0
    while written < ENTRIES:
        team = chance.choice(teams)
        account = 1 + teams.index(team) + TEAMS * chance.randrange(ACCOUNTS // TEAMS)
        person = 1_000 + chance.randrange(PEOPLE)
        is_job = in_jobs * 10 < written
        calls = chance.choice([1_000, 1_000, 5_000, 20_000, 100_000]) if is_job else chance.choice([1, 1, 2, 4])
        calls = min(calls, ENTRIES - written, max(ENTRIES // 50, 1_000))
        in_jobs += calls if is_job else 0
        began = BEGAN + LASTED * (written / ENTRIES)
        kind = chance.choice([Kind.READ, Kind.READ, Kind.READ, Kind.CHANGE, Kind.EVENT])
        action, reference = UUID(int=chance.getrandbits(128)), f"Ticket {chance.randrange(ENTRIES // 20)}"
        entries = []
        for place in range(calls):
            numbers[team] += 1
            account_numbers[account] += 1
            is_refused = chance.random() < 0.05
            entries.append(
                AuditEntry(
                    id=UUID(int=chance.getrandbits(128)),
                    team_id=team,
                    number=numbers[team],
                    action=action,
                    sentence="contacts.add" if kind == Kind.CHANGE else "clients.tags_loaded",
                    parameters={"contact": "r•••@klick-tipp.team", "tags": [{"id": 1, "name": f"VIP {account}"}]},
                    call=UUID(int=chance.getrandbits(128)),
                    reference=reference if chance.random() < 0.1 and place == 0 else "",
                    actor_id=person,
                    actor_label=f"Person {person} <person{person}@klick-tipp.team>",
                    account_id=account,
                    account_number=account_numbers[account],
                    account_label=f"Client {account}",
                    source="job" if is_job else "page",
                    key_last_four=f"k{account:03}",
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


def _subjects(entries: Iterable[Any]) -> list[Any]:
    from integrations.audit.models import AuditSubject

    return [
        AuditSubject(
            entry_id=entry.id,
            team_id=entry.team_id,
            number=entry.number,
            kind="email",
            label="r•••@klick-tipp.team",
            hash=f"{entry.number % (ENTRIES // 20):064x}",
            key_version=1,
        )
        for entry in entries
    ]


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and in words what was measured."""
    entries = int(found.pop("entries"))
    times = {name: found.pop(name) for name in list(found) if name.endswith(", times")}
    told = [f"{name} {spent:.0f} ms" for name, spent in found.items()]
    told += [f"{name} as fast: {ratio:.0f}" for name, ratio in times.items()]
    holds = max(found.values()) <= LIMIT_MS and (entries < LARGE or min(times.values()) >= LIMIT_TIMES)
    return holds, f"{entries:,} entries; limit {LIMIT_MS:.0f} ms: {'; '.join(told)}"


if __name__ == "__main__":
    sys.exit(main("audit", measure, judge))
