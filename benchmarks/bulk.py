"""How fast many contacts are tagged in the background: `python -m benchmarks.bulk`.

One worker, 16 calls at once that are answered after 100 ms each, against the ideal and against a bare session of
requests that sends one after the other. On PostgreSQL also three workers against one, 8 calls at once each, answered
after 200 ms. `BENCH_ROWS` makes it smaller. Ends with status 1 if a limit is not kept.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from uuid import uuid4

import requests

from benchmarks.apart import Answering, Found, main

ROWS = int(os.environ.get("BENCH_ROWS", "10000"))
ALONE = min(300, ROWS)
AT_ONCE, LATENCY = 16, 0.1
EACH_AT_ONCE, SHARED_LATENCY = 8, 0.2
WORKERS = 3
LIMIT_IDEAL = 1.2
LIMIT_TIMES = 12
LIMIT_SHARED = 2.5

_WORK = """
import os, threading, django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["NAME_OF_DATABASE"]
from integrations.jobs import worker
worker.work(threading.Event())
"""


class _Answering(Answering):
    lasts = 1200

    def answer(self, path: str, query: str) -> bytes:
        return b"[true]"

    @property
    def latency(self) -> float:  # type: ignore[override]
        return SHARED_LATENCY if self.path.startswith("/slowly") else LATENCY


def measure(url: str) -> Found:
    """What was measured on the database of the environment."""
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Membership, Team, User
    from accounts.roles import Role
    from integrations.audit.actors import Actor
    from integrations.audit.models import SubjectKind
    from integrations.audit.subjects import Subject
    from integrations.clients.errand import Errand
    from integrations.clients.models import ClientAccount, Credential
    from integrations.jobs import services
    from integrations.jobs.kinds import TAG
    from integrations.jobs.models import Job, JobRow, RowState, Worker

    user = User.objects.create(email="alex@klick-tipp.team")
    team = Team.objects.create(name="Agency", slug="agency")
    Membership.objects.create(user=user, team=team, role=Role.OWNER)
    account = ClientAccount.objects.create(team=team, name="Client", slug="client")
    credential = Credential(account=account, stored_at=timezone.now())
    credential.secret = "a-customer-key"
    credential.save()
    errand = Errand(account, Actor(str(user), user.pk, email=user.email))

    def begin(rows: int) -> Job:
        addresses = [f"person{number}@klick-tipp.team" for number in range(rows)]
        people = [(Subject(SubjectKind.EMAIL, each), {"email": each}) for each in addresses]
        return services.begin(errand, TAG, people, {"tags": [{"id": 5, "name": "Fair"}]}, uuid4())

    def start(number: int, url: str, **most: int) -> list[subprocess.Popen[bytes]]:
        environment = os.environ | {
            "NAME_OF_DATABASE": str(connection.settings_dict["NAME"]),
            "KLICKTIPP_URL": url,
            "TEST_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
            "TEST_AUDIT_HASH_KEYS": ",".join(settings.AUDIT_HASH_KEYS),
            **{name: str(value) for name, value in most.items()},
        }
        started = [subprocess.Popen([sys.executable, "-c", _WORK], env=environment) for _ in range(number)]
        while Worker.objects.count() < number:
            time.sleep(0.1)
        return started

    def end(started: Sequence[subprocess.Popen[bytes]]) -> None:
        for process in started:
            process.kill()
            process.wait()
        Worker.objects.all().delete()

    def seconds(job: Job) -> float:
        """Between the first tenth and the end: all workers are at work by then."""
        began: float | None = None
        while True:
            job.refresh_from_db()
            if began is None and job.ended >= job.total // 10:
                began, ended_before = time.monotonic(), job.ended
            if job.ended_at is not None and began is not None:
                assert job.done == job.total
                return (time.monotonic() - began) * job.total / (job.total - ended_before)
            time.sleep(0.1)

    def took(workers: int, rows: int, url: str, **most: int) -> float:
        started = start(workers, url, **most)
        try:
            return seconds(begin(rows))
        finally:
            end(started)

    began = time.monotonic()
    with requests.Session() as session:
        for number in range(ALONE):
            session.post(f"{url}/subscriber/tag", json={"email": f"person{number}@klick-tipp.team", "tagids": [5]})
    found = {"alone": (time.monotonic() - began) / ALONE * ROWS}
    found["took"] = took(1, ROWS, url, JOB_CALLS_AT_ONCE=AT_ONCE, JOB_CALLS_OF_WORKER=AT_ONCE)
    if connection.vendor == "postgresql":
        most = {"JOB_CALLS_AT_ONCE": WORKERS * EACH_AT_ONCE, "JOB_CALLS_OF_WORKER": EACH_AT_ONCE}
        found["one"] = took(1, ROWS // 3, f"{url}/slowly", **most) / (ROWS // 3)
        found["three"] = took(WORKERS, ROWS, f"{url}/slowly", **most) / ROWS
    assert not JobRow.objects.exclude(state=RowState.DONE).exists()
    return found


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and in words what was measured."""
    ideal = ROWS * LATENCY / AT_ONCE
    times = found["alone"] / found["took"]
    holds = found["took"] <= LIMIT_IDEAL * ideal and times >= LIMIT_TIMES
    told = (
        f"{ROWS} contacts, {AT_ONCE} at once, {LATENCY * 1000:.0f} ms each: {found['took']:.1f} s, "
        f"{found['took'] / ideal:.2f} times the ideal, limit {LIMIT_IDEAL}; {times:.1f} times as fast as one after the "
        f"other, limit {LIMIT_TIMES}"
    )
    if "three" not in found:
        return holds, told
    shared = found["one"] / found["three"]
    return holds and shared >= LIMIT_SHARED, (
        f"{told}; {WORKERS} workers with {EACH_AT_ONCE} at once each, {SHARED_LATENCY * 1000:.0f} ms: "
        f"{1 / found['three']:.0f} a second, {shared:.2f} times as many as one, limit {LIMIT_SHARED}"
    )


if __name__ == "__main__":
    sys.exit(main("bulk", measure, judge, _Answering))
