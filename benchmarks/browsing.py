"""What it costs to look through many contacts: `python -m benchmarks.contacts`.

The first page of 100,000 contacts, asked for like a browser does, with a KlickTipp that answers each call after 50 ms:
the seconds until its last row is there, from the first request on, which includes the list; what the process grows by,
at its peak; and the seconds for the rows alone, against reading the same contacts one after the other. The list is
kept in the database's cache. On SQLite and, where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1
if a limit is not kept.
"""

import json
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.apart import Answering, Found, main

CONTACTS = 100_000
LATENCY = 0.05
ROUNDS = 3
LIMIT_SECONDS = 1.0
LIMIT_MEGABYTES = 50.0
LIMIT_RATIO = 0.5

_LIST = json.dumps({"subscribers": [str(100_000_000 + 17 * n) for n in range(CONTACTS)]}).encode()
_FEW = json.dumps({"subscribers": [str(100_000_000 + 17 * n) for n in range(25)]}).encode()


class _Answering(Answering):
    latency = LATENCY

    def answer(self, path: str, query: str) -> bytes:
        if path == "/subscriber":
            return _FEW if "status=pending&" in query else _LIST
        return _contact(path.rpartition("/")[2])


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


def measure(url: str) -> Found:
    """What was measured on the database of the environment."""
    from django.core.management import call_command
    from django.test.utils import override_settings

    kept_in = {
        name: {"BACKEND": "ktportal.caches.DatabaseCache", "LOCATION": f"portal_{name}"}
        for name in ("default", "lists")
    }
    with override_settings(CACHES=kept_in, KLICKTIPP_URL=url):
        call_command("createcachetable")
        return _measured()


def _measured() -> Found:
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Membership, Team, User
    from accounts.roles import Role
    from integrations.audit.actors import Actor
    from integrations.audit.models import AuditEntry, Outcome
    from integrations.audit.recorder import Action
    from integrations.clients.calls import gateway
    from integrations.clients.models import ClientAccount, Credential
    from integrations.contacts.sentences import CONTACTS_BROWSED

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
        sent = urlencode({"status": status, "bounce": "", "list": handle, "page": "1"})
        middle = time.perf_counter()
        rows: Any = client.post(
            "/t/agency/clients/client/contacts/browse/rows/", sent, content_type="application/x-www-form-urlencoded"
        )
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


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and in words what was measured."""
    ratio = found["rows"] / found["single"]
    holds = found["whole"] <= LIMIT_SECONDS and found["grown"] <= LIMIT_MEGABYTES and ratio <= LIMIT_RATIO
    return holds, (
        f"first page of {CONTACTS:,} contacts in {found['whole']:.2f} s with its list, limit {LIMIT_SECONDS:.2f} s; "
        f"the process grew by {found['grown']:.0f} MB, limit {LIMIT_MEGABYTES:.0f} MB; "
        f"its rows in {found['rows']:.2f} s, one after the other {found['single']:.2f} s, ratio {ratio:.2f}, "
        f"limit {LIMIT_RATIO:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main("contacts", measure, judge, _Answering))
