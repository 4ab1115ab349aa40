"""What it costs to count a segment: `python -m benchmarks.segments`.

A rule over five tags with 200,000 contacts each, two of them with a day, counted as the page does it, with a KlickTipp
that answers each call after 50 ms: the seconds until the number is there, from the request on and from when the last
list had arrived, and what the process grows by, at its peak. On SQLite and, where one answers at `BENCH_POSTGRES`, on
PostgreSQL. Ends with status 1 if a limit is not kept.
"""

import json
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.apart import Answering, Found, main

TAGS = range(1, 6)
CONTACTS = 200_000
APART = 20_000
"""So many contacts of each tag have not the one before."""
ROUNDS = 3
LIMIT_SECONDS = 2.0
LIMIT_MEGABYTES = 300.0

_BEGIN = 1_790_000_000
_RULE: dict[str, Any] = {
    "of": "all",
    "parts": [
        {"tag": 1, "name": "Newsletter"},
        {"tag": 2, "name": "Customer", "since": "2026-10-01"},
        {"of": "any", "parts": [{"tag": 3, "name": "VIP"}, {"tag": 4, "name": "Fair", "before": "2026-10-01"}]},
        {"of": "none", "parts": [{"tag": 5, "name": "Complained"}]},
    ],
}


def _list(tag: int) -> bytes:
    ids = range(100_000_000 + tag * APART, 100_000_000 + tag * APART + CONTACTS)
    return json.dumps({str(who): str(_BEGIN + who % 100 * 86_400) for who in ids}).encode()


class _Answering(Answering):
    lists = {tag: _list(tag) for tag in TAGS}

    def answer(self, path: str, query: str) -> bytes:
        (tag,) = re.findall(rb"tagid\D+(\d+)", self.sent)
        return self.lists[int(tag)]


def measure(url: str) -> Found:
    """What was measured on the database of the environment."""
    from django.test.utils import override_settings

    with override_settings(KLICKTIPP_URL=url):
        return _measured()


def _measured() -> Found:
    from django.test import Client
    from django.utils import timezone

    from accounts.models import Membership, Team, User
    from accounts.roles import Role
    from integrations.clients.models import ClientAccount, Credential
    from integrations.klicktipp.transport import Answer, Transport
    from integrations.segments.models import Segment

    team = Team.objects.create(name="Agency", slug="agency")
    account = ClientAccount.objects.create(team=team, name="Client", slug="client")
    credential = Credential(account=account, stored_at=timezone.now())
    credential.secret = "a-customer-key"
    credential.save()
    user = User.objects.create(email="alex@klick-tipp.team")
    Membership.objects.create(team=team, user=user, role=Role.OWNER)
    segment = Segment.objects.create(account=account, name="Loyal", rule=_RULE)
    client = Client()
    client.force_login(user)
    client.get(f"/t/agency/clients/client/segments/{segment.pk}/")
    url_of_count = f"/t/agency/clients/client/segments/{segment.pk}/count/"
    arrived: list[float] = []

    def send(self: Transport, *given: Any, **further: Any) -> Answer:
        answer = by_the_library(self, *given, **further)
        arrived.append(time.perf_counter())
        return answer

    by_the_library = Transport.send
    whole, after = [], []
    before = _megabytes("VmRSS")
    with patch.object(Transport, "send", send):
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer: Any = client.post(url_of_count, "", content_type="application/x-www-form-urlencoded")
            ended = time.perf_counter()
            assert answer.status_code == 302, answer.status_code
            whole.append(ended - began)
            after.append(ended - max(arrived))
    return {
        "whole": statistics.median(whole),
        "after": statistics.median(after),
        "grown": _megabytes("VmHWM") - before,
        "found": segment.counts.latest("pk").contacts,
    }


def _megabytes(name: str) -> float:
    """A line of what the kernel tells of this process: its memory now (VmRSS), or at most so far (VmHWM)."""
    (kilobytes,) = re.findall(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(kilobytes) / 1024


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and in words what was measured."""
    holds = found["after"] <= LIMIT_SECONDS and found["grown"] <= LIMIT_MEGABYTES and found["found"] > 0
    return holds, (
        f"{found['found']:,.0f} contacts of {len(TAGS)} lists of {CONTACTS:,} in {found['whole']:.2f} s, "
        f"{found['after']:.2f} s after the last list had arrived, limit {LIMIT_SECONDS:.2f} s; "
        f"the process grew by {found['grown']:.0f} MB, limit {LIMIT_MEGABYTES:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main("segments", measure, judge, _Answering))
