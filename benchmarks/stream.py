"""Forwarding a log that has fallen behind: `python -m benchmarks.stream`.

Seconds until 10,000 entries with two subjects each have arrived at a TLS server in this process, by HTTPS and by
syslog, on SQLite and, where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1 if the
limit is not kept.
"""

import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.apart import Found, main

LIMIT_SECONDS = 60
ENTRIES = 10_000
_AT_ONCE = 500


def measure(url: str) -> Found:
    """The seconds that each way takes on the database of the environment."""
    from accounts.models import Team
    from integrations.audit.stream.models import Way
    from tests.audit.stream.receiver import Collector, SyslogReceiver, make_certificates, serving

    team = Team.objects.create(name="Agency", slug="agency")
    _fill(team.pk)
    collector, syslog = Collector(), SyslogReceiver()
    with tempfile.TemporaryDirectory() as folder:
        ca, certificate = make_certificates(Path(folder))
        _lead_home(ca)
        with serving(collector.talk, certificate) as port:
            by_https = _send_all(team, Way.HTTPS, port)
        with serving(syslog.talk, certificate) as port:
            by_syslog = _send_all(team, Way.SYSLOG, port)
    assert collector.numbers[:ENTRIES] == list(range(1, ENTRIES + 1))
    assert len(syslog.frames) >= ENTRIES
    return {"https": by_https, "syslog": by_syslog}


def _fill(team_id: int) -> None:
    from uuid import uuid4

    from django.db import transaction
    from django.utils import timezone

    from integrations.audit.actors import Actor
    from integrations.audit.models import Kind, Outcome
    from integrations.audit.recorder import Action, Scope, entry_of, store_all
    from integrations.audit.subjects import Subject, SubjectKind
    from integrations.contacts.sentences import ADD_CONTACT

    for batch in range(ENTRIES // _AT_ONCE):
        action = Action(ADD_CONTACT, Actor("Alex"), {"contact": "p•••@klick-tipp.team"})
        entries = []
        for place in range(_AT_ONCE):
            number = batch * _AT_ONCE + place
            columns: dict[str, Any] = {"call": uuid4(), "started_at": timezone.now(), "outcome": Outcome.DONE}
            called = {"operation": "add_or_update_contact", "method": "POST", "path": "/subscriber", "status": 200}
            kept = {"request": {"tag_id": 5, "fields": ["fieldFirstName"]}, "answer": {"contact_id": str(number)}}
            entry = entry_of(action, Scope(team_id, 1, "Client"), Kind.CHANGE, **columns, **called, **kept)
            about = Subject(SubjectKind.EMAIL, f"person{number}@klick-tipp.team")
            entries.append((entry, [about, Subject(SubjectKind.CONTACT, str(number))]))
        with transaction.atomic():
            store_all(entries)


def _lead_home(ca: Path) -> None:
    """The host is this process, which counts as public here."""
    from integrations.audit.stream import connecting
    from tests.audit.stream.receiver import HOST

    resolve = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *rest, **options: resolve("127.0.0.1" if host == HOST else host, *rest, **options)
    connecting.is_public = lambda address: True
    os.environ["SSL_CERT_FILE"] = str(ca)


def _send_all(team: Any, way: str, port: int) -> float:
    from integrations.audit.actors import COMMAND
    from integrations.audit.stream import sending, services
    from integrations.audit.stream.models import Destination, Way
    from tests.audit.stream.receiver import HOST

    services.remove(team, COMMAND)
    services.set_destination(team, services.Chosen(Way(way), HOST, port, "", "a token"), COMMAND)
    began = time.monotonic()
    while services.waiting(Destination.objects.get(team=team)).count:
        sending.send.enqueue(team.pk)
        assert not Destination.objects.exclude(problem="").exists()
    return time.monotonic() - began


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limit is kept, and in words what was measured."""
    told = f"{found['https']:.1f} s by HTTPS, {found['syslog']:.1f} s by syslog; limit {LIMIT_SECONDS} s"
    return max(found.values()) <= LIMIT_SECONDS, told


if __name__ == "__main__":
    sys.exit(main("stream", measure, judge))
