"""How fast the log is searched: `python -m benchmarks.audit`, on SQLite and, where one answers at `BENCH_POSTGRES`, on
PostgreSQL.

A log of `BENCH_ENTRIES` entries (200,000 unless told) as `long_log` makes it. Measured is the time of the server for a
page of one team's log. Ends with status 1 where the 95th percentile is over 100 ms, or first and deep page are
not 20 times as fast as the same with COUNT and OFFSET, which only a log of a million entries or more can show.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.apart import Found, main

ENTRIES = int(os.environ.get("BENCH_ENTRIES", 200_000))
LIMIT_MS = 100.0
LIMIT_TIMES = 20.0
ROUNDS = 15
LARGE = 1_000_000


def measure(url: str) -> Found:
    """Milliseconds for each kind of page at the 95th percentile, and how many times as fast as COUNT and OFFSET first
    and deep page are, of a log of `entries`."""
    from django.db import connection
    from django.test import Client

    from benchmarks.long_log import fill
    from integrations.audit.overview.rollup import roll_up
    from tests.factories import MembershipFactory

    owner: Any = MembershipFactory(role="owner")
    fill(owner.team_id, ENTRIES)
    while roll_up(owner.team_id):
        pass
    if connection.vendor == "postgresql":  # as it does by itself in a log that grew
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    browser = Client()
    browser.force_login(owner.user)
    gc.freeze()  # as the web process does
    found = {name: _page(browser, owner, asked) for name, asked in pages(owner).items()}
    return found | _against_offset(owner) | {"entries": ENTRIES}


def pages(owner: Any) -> dict[str, dict[str, str]]:
    """What is measured: the query of each page of an owner's log, and under `path` where it is not the list."""
    from integrations.audit.models import AuditEntry, AuditSubject, LogLine

    lines = LogLine.objects.filter(team_id=owner.team_id)
    last = lines.exclude(account_id=None).latest("number")
    deep = max(last.number - 1_000_000, last.number // 2)
    entries = AuditEntry.objects.filter(team_id=owner.team_id)
    entry = entries.exclude(account_id=None).latest("number")
    until = entry.started_at.date()
    times = {"since": f"{until - timedelta(days=30)}", "until": f"{until}"}
    job = lines.latest("entries")
    with_reference = lines.exclude(reference="").latest("number")
    subject = AuditSubject.objects.filter(team_id=owner.team_id, number__lte=deep).latest("number").hash
    client = f"client:#{last.account_id}"
    return {
        "first page": {},
        "a page a million entries down": {"before": str(deep)},
        "one client": {"q": client},
        "client, outcome and time": {"q": f"{client} outcome:refused since:{times['since']} until:{times['until']}"},
        "a person": {"q": f"actor:#{last.actor_id}"},
        "rare code": {"q": "code:3"},
        "frequent code": {"q": "code:9"},
        "key": {"q": f"key:{entry.key_last_four}"},
        "reference": {"q": f'ref:"{with_reference.reference}"'},
        "free text": {"q": '"vip 13"'},
        "free text of nothing": {"q": "nowhere"},
        "a contact": {"q": f"kind:any subject:{subject}"},
        "an action of many calls": {"path": f"{job.number + job.entries // 2}/"},
        "a call among many": {"path": f"{job.number + job.entries // 2}/", "q": "code:9"},
        "an entry": {"path": f"{entry.number}/"},
        "overview of 30 days": {"path": "overview/", **times},
    }


def _page(browser: Any, owner: Any, asked: dict[str, str]) -> float:
    url = f"/t/{owner.team.slug}/log/{asked.get('path', '')}"
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
