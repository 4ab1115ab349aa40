"""A job of 3,000 contacts, whose workers are killed thirty times at random while the database is locked or restarted.

Then every row has one end, the sandbox has tagged each contact, log and sandbox agree one to one, and no more rows were
sent twice than were in flight when something was killed or restarted.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import requests

from tests.crash.databases import Database, Postgres
from tests.crash.portal import WORKERS, Portal

KILLS, ROWS, AT_ONCE = 30, 3_000, 16
PATIENCE = 600


def crash(database: Database, folder: Path, seed: int) -> bool:
    portal, chance = Portal(database, folder), random.Random(seed)
    names = WORKERS if isinstance(database, Postgres) else WORKERS[:2]
    with portal.running(*names, "clock"):
        tag_id = int(portal.manage("shell", "--no-imports", "-c", BEGIN % {"rows": ROWS}).split()[-1])
        slow = {"path": "/subscriber/tag", "delay_ms": 150, "always": True}
        requests.post(f"{portal.sandbox}/_sandbox/faults", json=slow, timeout=5)
        in_flight, happened = spoil(portal, database, names, chance)
        ends = time.monotonic() + PATIENCE
        while not has_ended(database) and time.monotonic() < ends:
            time.sleep(0.5)
        tagged = int(portal.manage("shell", "--no-imports", "-c", TAGGED % {"tag_id": tag_id}).split()[-1])
        wrong = judge(portal, database, in_flight, tagged)
        wrong += [f"{name} ended by itself" for name in portal.ended_by_themselves()]
    print(f"A job on {type(database).__name__}, seed {seed}: {dict(happened)}, {in_flight} rows in flight then")
    print("\n".join(f"  {each}" for each in wrong[:20]) or "  every row has one end; sandbox and log agree")
    return not wrong


def spoil(portal: Portal, database: Database, names: Sequence[str], chance: random.Random) -> tuple[int, Counter[str]]:
    """Kill workers that are at work; how many rows were in flight at those moments, and what happened."""
    in_flight, happened = 0, Counter[str]()
    while happened["killed"] < KILLS and not has_ended(database):
        time.sleep(chance.uniform(0.1, 1))
        pids = {pid for (pid,) in database.ask("SELECT pid FROM jobs_worker WHERE seats > 0")}
        at_work = [name for name in names if portal.pid_of(name) in pids]
        if not at_work:
            continue
        pid = portal.kill(chance.choice(at_work))
        happened["killed"] += 1
        in_flight += number(database, IN_FLIGHT % {"pid": pid})
        if chance.random() < 0.15:
            database.lock(chance.uniform(0.5, 4))
            happened["locked"] += 1
        if database.can_restart and chance.random() < 0.1:
            database.restart()
            happened["restarted"] += 1
            in_flight += AT_ONCE
    return in_flight, happened


def judge(portal: Portal, database: Database, in_flight: int, tagged: int) -> list[str]:
    """What is wrong."""
    states = dict(database.ask("SELECT state, count(*) FROM jobs_jobrow GROUP BY state"))
    received = requests.get(f"{portal.sandbox}/_sandbox/requests", timeout=30).json()["requests"]
    arrived = Counter(str(call["request_id"]) for call in received if call["path"] == "/subscriber/tag")
    entries = {_plain(row[0]) for row in database.ask(ENTRIES)}
    wrong = [] if states == {"done": ROWS} else [f"the rows have ended as {states}"]
    wrong += [] if tagged == ROWS else [f"{tagged} contacts have the tag"]
    wrong += [f"{request} arrived {times} times" for request, times in arrived.items() if times > 1]
    wrong += [f"{request} arrived, and the log has no entry" for request in arrived if _plain(request) not in entries]
    twice = arrived.total() - ROWS
    wrong += [] if 0 <= twice <= in_flight else [f"{twice} requests too many for {in_flight} rows in flight"]
    numbers = database.ask("SELECT done, rejected, failed, stopped, unclear, total FROM jobs_job")[0]
    wrong += [] if sum(numbers[:5]) == numbers[5] == ROWS else [f"the job has counted {numbers}"]
    return wrong


def _plain(key: object) -> str:
    """A UUID in whichever form."""
    return str(key).replace("-", "")


def number(database: Database, question: str) -> int:
    return int(database.ask(question)[0][0])


def has_ended(database: Database) -> bool:
    return number(database, "SELECT count(*) FROM jobs_job WHERE ended_at IS NOT NULL") > 0


IN_FLIGHT = """
SELECT count(*) FROM jobs_jobrow JOIN jobs_worker ON jobs_worker.id = jobs_jobrow.worker
WHERE state = 'begun' AND pid = %(pid)s
"""
ENTRIES = "SELECT id FROM audit_auditentry WHERE operation = 'tag_contact'"
_API = """
from django.conf import settings
from integrations.clients.models import ClientAccount
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES, DeveloperKeyAuth, KlickTipp
account = ClientAccount.objects.order_by("pk").first()
key = account.credentials.get().secret
auth = DeveloperKeyAuth(settings.KLICKTIPP_USERNAME, settings.KLICKTIPP_DEVELOPER_KEY, key)
api = KlickTipp(auth, base_url=settings.KLICKTIPP_URL)
"""
BEGIN = f"""{_API}
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4
from accounts.models import User
from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.jobs.kinds import TAG
from integrations.jobs.services import begin
addresses = [f"person{{number}}@many.klick-tipp.team" for number in range(%(rows)s)]
with ThreadPoolExecutor(4) as pool:
    list(pool.map(api.add_or_update_contact, addresses))
tag_id = api.create_tag("Crash")
user = User.objects.order_by("pk").first()
rows = [(Subject(SubjectKind.EMAIL, each), {{"email": each}}) for each in addresses]
begin(Errand(account, Actor(str(user), user.pk)), TAG, rows, {{"tags": [{{"id": tag_id, "name": "Crash"}}]}}, uuid4())
print(tag_id)
"""
TAGGED = f"{_API}\nprint(len(api.list_tagged_contacts(%(tag_id)s, STATUSES, BOUNCE_STATUSES)))"
