"""What it costs to look through many contacts: `python -m benchmarks.contacts`.

The first page of 100,000 contacts, asked for like a browser does, with a KlickTipp that answers each call after 50 ms:
the seconds until its last row is there, from the first request on, which includes the list; what the process grows by,
at its peak; and the seconds for the rows alone, against reading the same contacts one after the other. The list is
kept in the database's cache. On SQLite and, where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1
if a limit is not kept.
"""

import http.server
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.recording import POSTGRES

CONTACTS = 100_000
LATENCY = 0.05
ROUNDS = 3
LIMIT_SECONDS = 1.0
LIMIT_MEGABYTES = 50.0
LIMIT_RATIO = 0.5

_LIST = json.dumps({"subscribers": [str(100_000_000 + 17 * n) for n in range(CONTACTS)]}).encode()
_FEW = json.dumps({"subscribers": [str(100_000_000 + 17 * n) for n in range(25)]}).encode()


class _Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(LATENCY)
        path, _, query = self.path.partition("?")
        body = _contact(path.rpartition("/")[2])
        if path == "/subscriber":
            body = _FEW if "status=pending&" in query else _LIST
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing: what it answers is no news."""


def _contact(contact_id: str) -> bytes:
    events = {str(n): str(1_700_000_000 + n) for n in range(1, 41)}
    contact = {
        "id": contact_id,
        "email": f"person{contact_id}@klick-tipp.team",
        "status": "Subscribed",
        "bounce": "Not Bounced",
        "date": "25.09.2025",
        **{f"field{n}": "x" * 40 for n in range(1, 41)},
        "emails_sent": events,
        "emails_opened": events,
    }
    return json.dumps(contact).encode()


def serve() -> None:
    """Answer every call after a while; end after two minutes."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        print(server.server_port, flush=True)
        threading.Timer(120, lambda: os._exit(0)).start()
        server.serve_forever()


def measure(url: str) -> None:
    """Print what was measured on the database of the environment, as JSON."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import override_settings, setup_databases, teardown_databases

    kept_in = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}}
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with override_settings(CACHES=kept_in, KLICKTIPP_URL=url, ALLOWED_HOSTS=["testserver"]):
            call_command("createcachetable")
            print(json.dumps(_measured()))
    finally:
        from django.db import connection

        from integrations.audit import triggers

        triggers.lift(connection)
        teardown_databases(databases, verbosity=0)


def _measured() -> dict[str, float]:
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Membership, Team, User
    from accounts.roles import Role
    from integrations.audit.actors import Actor
    from integrations.audit.models import AuditEntry, Outcome
    from integrations.audit.recorder import Action
    from integrations.clients import gateway
    from integrations.clients.models import ClientAccount, Credential
    from integrations.contacts.actions import CONTACTS_BROWSED

    team = Team.objects.create(name="Agency", slug="agency")
    account = ClientAccount.objects.create(team=team, name="Client", slug="client")
    credential = Credential(account=account, stored_at=timezone.now())
    credential.secret = "a-customer-key"
    credential.save()
    user = User.objects.create(email="alex@klick-tipp.team")
    Membership.objects.create(team=team, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)

    def first_page(status: str) -> tuple[float, float, list[str]]:
        """Seconds for all and for the rows, and the IDs."""
        began = time.perf_counter()
        page: Any = client.get("/t/agency/clients/client/contacts/browse/", {"status": status}, follow=True)
        (handle,) = set(re.findall(r'name="list" value="(\w+)"', page.content.decode()))
        sent = {"status": status, "bounce": "", "list": handle, "page": "1"}
        middle = time.perf_counter()
        rows: Any = client.post("/t/agency/clients/client/contacts/browse/rows/", sent)
        there = rows.getvalue().decode()
        ended = time.perf_counter()
        assert ("25 contacts" if status == "pending" else f"{CONTACTS:,} contacts") in page.content.decode()
        assert there.count("@klick-tipp.team</a>") == 25
        return ended - began, ended - middle, re.findall(r'id="contact-(\d+)"', there)

    first_page("pending")
    before = _megabytes("VmRSS")
    _, _, ids = first_page("subscribed")
    grown = _megabytes("VmHWM") - before
    whole, rows, single = [], [], []
    for _ in range(ROUNDS):
        seconds, seconds_of_rows, _ = first_page("subscribed")
        whole.append(seconds)
        rows.append(seconds_of_rows)
        began = time.perf_counter()
        action = Action(CONTACTS_BROWSED, Actor("Alex"), {"which": "all", "page": 1})
        api = gateway.connect(account, action)
        for contact_id in ids:
            api.get_contact(contact_id)
        single.append(time.perf_counter() - began)
    assert not AuditEntry.objects.exclude(outcome=Outcome.DONE).exclude(kind="event").exists()
    return {
        "whole": statistics.median(whole),
        "rows": statistics.median(rows),
        "single": statistics.median(single),
        "grown": grown,
    }


def _megabytes(name: str) -> float:
    """A line of what the kernel tells of this process: its memory now (VmRSS), or at most so far (VmHWM)."""
    (kilobytes,) = re.findall(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(kilobytes) / 1024


def compare(name: str, database: str, url: str) -> bool:
    """Measure in a process of its own. Returns whether the limits are kept."""
    environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "benchmarks.contacts", "measure", url]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"{name}: not measured: {run.stderr.strip().splitlines()[-1]}")
        return name == "PostgreSQL"
    found = json.loads(run.stdout.splitlines()[-1])
    ratio = found["rows"] / found["single"]
    holds = found["whole"] <= LIMIT_SECONDS and found["grown"] <= LIMIT_MEGABYTES and ratio <= LIMIT_RATIO
    print(
        f"{name}: first page of {CONTACTS:,} contacts in {found['whole']:.2f} s with its list, limit "
        f"{LIMIT_SECONDS:.2f} s; the process grew by {found['grown']:.0f} MB, limit {LIMIT_MEGABYTES:.0f} MB; its rows "
        f"in {found['rows']:.2f} s, one after the other {found['single']:.2f} s, ratio {ratio:.2f}, limit "
        f"{LIMIT_RATIO:.2f}: {'holds' if holds else 'FALLS SHORT'}"
    )
    return holds


def main() -> int:
    command = [sys.executable, "-c", "from benchmarks.contacts import serve; serve()"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            kept = [compare("SQLite", "sqlite:///var/bench.sqlite3", url), compare("PostgreSQL", POSTGRES, url)]
        finally:
            server.kill()
    return 0 if all(kept) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(sys.argv[2])
    else:
        sys.exit(main())
