"""What covering the log by checkpoints costs: `python -m benchmarks.covering`.

Entries per second of this process's processor time that are read, hashed and put under signed checkpoints, each with an
email address and a contact ID as subjects; and the longest time that the database was held for it, in which entries of
calls would wait. `ENTRIES` in the environment says how many. On SQLite and, where one answers at `BENCH_POSTGRES`, on
PostgreSQL. Ends with status 1 if a limit is not kept.
"""

import os
import sys
import time
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from benchmarks.apart import Found, main

ENTRIES = int(os.environ.get("ENTRIES", "40000"))
LIMIT_PER_SECOND = 3000
LIMIT_HELD_MS = 100
AT_ONCE = 1000
CLIENTS = 4


def measure(url: str) -> Found:
    """Covered entries per second of processor time, and the milliseconds of the longest transaction."""
    from integrations.audit.proof import covering

    _fill()
    longest, keep = 0.0, covering._keep

    def timed(*arguments: Any) -> None:
        nonlocal longest
        began = time.perf_counter()
        keep(*arguments)
        longest = max(longest, time.perf_counter() - began)

    began, covered = time.process_time(), 0
    with patch.object(covering, "_keep", timed):
        while count := covering.cover(seconds=60):
            covered += count
    assert covered == ENTRIES, covered
    return {"per_second": covered / (time.process_time() - began), "held": longest * 1000}


def _fill() -> None:
    """Entries of some client accounts, past the guard, which takes them one by one."""
    from django.db import connection, transaction

    from integrations.audit import triggers
    from integrations.audit.models import AuditEntry, AuditSubject, EntryCounter

    triggers.lift(connection)
    for begin in range(0, ENTRIES, AT_ONCE):
        entries = [_entry(number) for number in range(begin + 1, min(begin + AT_ONCE, ENTRIES) + 1)]
        with transaction.atomic():
            AuditEntry.objects.bulk_create(entries)
            AuditSubject.objects.bulk_create([subject for entry in entries for subject in _subjects(entry)])
    EntryCounter.objects.create(team_id=1, last=ENTRIES)
    for account in range(1, CLIENTS + 1):
        EntryCounter.objects.create(team_id=1, account_id=account, last=len(range(account, ENTRIES + 1, CLIENTS)))
    triggers.install(connection)


def _entry(number: int) -> Any:
    from django.utils import timezone

    from integrations.audit.models import AuditEntry

    return AuditEntry(
        team_id=1,
        number=number,
        account_id=(number - 1) % CLIENTS + 1,
        account_number=(number - 1) // CLIENTS + 1,
        action=uuid4(),
        sentence="contacts.added",
        parameters={"account": "Harbour Lane Coffee", "actor": "Alex", "contact": "p•••@klick-tipp.team"},
        call=uuid4(),
        actor_id=1,
        actor_label="Alex <alex@example.com>",
        account_label="Harbour Lane Coffee",
        source="page",
        ip="192.0.2.7",
        key_last_four="abcd",
        key_owner="shared",
        kind="change",
        operation="add_or_update_contact",
        method="POST",
        path="/subscriber",
        request={"tag_id": 5, "fields": ["fieldFirstName", "fieldLastName"]},
        started_at=timezone.now(),
        outcome="done",
        status=200,
        answer={"contact_id": str(number), "status": "Subscribed"},
    )


def _subjects(entry: Any) -> list[Any]:
    from integrations.audit.models import AuditSubject

    about = {"email": "p•••@klick-tipp.team", "contact": str(entry.number)}
    return [
        AuditSubject(
            entry_id=entry.id,
            team_id=1,
            number=entry.number,
            kind=kind,
            label=label,
            hash=f"{entry.number:064x}",
            key_version=1,
        )
        for kind, label in about.items()
    ]


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and in words what was measured."""
    return found["per_second"] >= LIMIT_PER_SECOND and found["held"] <= LIMIT_HELD_MS, (
        f"{found['per_second']:,.0f} entries covered a second of processor time; limit {LIMIT_PER_SECOND:,}. "
        f"The database was held for {found['held']:.0f} ms at most; limit {LIMIT_HELD_MS} ms"
    )


if __name__ == "__main__":
    sys.exit(main("covering", measure, judge))
