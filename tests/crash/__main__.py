"""Thirty bad moments under load: `make test-crash`, or `python -m tests.crash [SEED]`.

The real processes of the portal and the sandbox, on SQLite and then on a PostgreSQL of its own. While people add
contacts, tag them and create tags, processes are killed, the database is locked or restarted and KlickTipp answers
slowly, at random. Then sandbox and log have to agree one to one, every entry has to have ended, and nothing may have
been sent twice. Then the same for a job, see `jobs`. Ends with status 1 if not.
"""

import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from tests.crash import jobs
from tests.crash.databases import Database, Postgres, Sqlite
from tests.crash.portal import EMAIL, PASSWORD, Portal

MOMENTS = 30
PEOPLE = 5
CLIENT = "/t/demo-agentur/clients"


class Person(threading.Thread):
    """Adds contacts and tags them, and sends a form once more when no answer comes, as people and browsers do."""

    def __init__(self, portal: Portal, number: int, stop: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self._portal, self._number, self._stopped = portal, number, stop
        self._random = random.Random(seed + number)
        self.sent = self.repeated = 0
        self._browser = sign_in(portal)
        self._account = self._random.choice(accounts(self._browser, portal.url))
        tags = self._browser.get(f"{portal.url}{self._account}/tags/?load=now", timeout=30).text
        self._tag = re.findall(rf'href="{self._account}/tags/(\d+)/"', tags)[0]

    def run(self) -> None:
        browser, account = self._browser, self._account
        turn = 0
        while not self._stopped.is_set():
            turn += 1
            email = f"person{self._number}.{turn}@klick-tipp.team"
            self._send(
                browser,
                f"{account}/contacts/add/",
                email=email,
                basis="consent",
                source="Fair",
                obtained_on="2026-11-01",
            )
            if turn % 4 == 0:
                self._send(browser, f"{account}/tags/new/", name=f"Tag {self._number}.{turn}")

    def _send(self, browser: requests.Session, path: str, **typed: str) -> None:
        url, form = self._portal.url + path, typed | {"action": str(uuid4())}
        for _ in range(2):
            if self._stopped.is_set():
                return
            self.sent += 1
            try:
                form["csrfmiddlewaretoken"] = browser.cookies.get("csrf", "")
                answer = browser.post(url, form, headers={"Referer": url}, allow_redirects=False, timeout=60)
                if answer.status_code not in (502, 503):
                    return
            except requests.RequestException:
                pass
            self.repeated += 1
            time.sleep(self._random.random())


def sign_in(portal: Portal) -> requests.Session:
    browser = requests.Session()
    page = browser.get(f"{portal.url}/accounts/login/", timeout=30)
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
    data = {"login": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert "/t/" in browser.post(page.url, data, headers={"Referer": page.url}, timeout=30).url
    return browser


def accounts(browser: requests.Session, url: str) -> list[str]:
    page = browser.get(f"{url}/t/demo-agentur/", timeout=30).text
    return sorted(set(re.findall(rf'href="({CLIENT}/[\w-]+)/"', page)) - {f"{CLIENT}/new"})


def spoil(portal: Portal, database: Database, seed: int) -> Counter[str]:
    """Thirty bad moments."""
    chance = random.Random(seed)
    moments: dict[str, Callable[[], None]] = {
        "web killed": lambda: portal.kill("web"),
        "worker killed": lambda: portal.kill("worker"),
        "clock killed": lambda: portal.kill("clock"),
        "slow answers": lambda: slow(portal, chance.randint(500, 4000)),
        "database locked": lambda: database.lock(chance.uniform(0.5, 4)),
        "database restarted": database.restart,
    }
    weights = [10, 4, 2, 6, 5, 3 if database.can_restart else 0]
    happened: Counter[str] = Counter()
    for _ in range(MOMENTS):
        time.sleep(chance.uniform(0.5, 2.5))
        name = chance.choices(list(moments), weights)[0]
        moments[name]()
        happened[name] += 1
    database.lock(25)
    happened["locked for 25 s"] += 1
    return happened


def slow(portal: Portal, delay_ms: int) -> None:
    fault = {"times": 10, "delay_ms": delay_ms}
    with suppress(requests.RequestException):
        requests.post(f"{portal.sandbox}/_sandbox/faults", json=fault, timeout=5)


def judge(portal: Portal) -> tuple[list[str], str]:
    """What is wrong, and what was counted."""
    portal.manage("shell", "--no-imports", "-c", SWEEP)
    rows: list[list[Any]] = [line.split("|") for line in portal.manage("shell", "--no-imports", "-c", ENTRIES).split()]
    outcome_of = {row[0]: row[1] for row in rows}
    received = requests.get(f"{portal.sandbox}/_sandbox/requests", timeout=30).json()["requests"]
    arrived = Counter(str(each["request_id"]) for each in received)
    wrong = [f"{request} arrived, and the log has no entry" for request in arrived if request not in outcome_of]
    wrong += [f"{request} arrived {times} times" for request, times in arrived.items() if times > 1]
    wrong += [f"entry {entry} has not ended" for entry, outcome in outcome_of.items() if outcome == "pending"]
    wrong += [
        f"entry {entry} is {outcome}, and nothing arrived"
        for entry, outcome in outcome_of.items()
        if outcome in ("done", "refused") and entry not in arrived
    ]
    adds = Counter(row[2] for row in rows if row[3] == "add_or_update_contact")
    wrong += [f"action {action} added {times} times" for action, times in adds.items() if times > 1]
    tags = Counter(row[2] for row in rows if row[3] == "create_tag")
    wrong += [f"action {action} made {times} tags" for action, times in tags.items() if times > 1]
    wrong += [f"{name} ended by itself" for name in portal.ended_by_themselves()]
    counted = f"{len(received)} requests, {len(rows)} entries {dict(Counter(outcome_of.values()))}"
    return wrong, counted


SWEEP = """
from datetime import timedelta
from integrations.audit import sweep
sweep.STALE_AFTER = timedelta(0)
sweep.sweep_stale_entries()
"""
ENTRIES = """
from integrations.audit.models import AuditEntry
for row in AuditEntry.objects.exclude(method="").values_list("id", "outcome", "action", "operation"):
    print("|".join(map(str, row)))
"""


def crash(database: Database, folder: Path, seed: int) -> bool:
    portal = Portal(database, folder)
    with portal.running("web", "worker", "clock"):
        stop = threading.Event()
        people = [Person(portal, number, stop, seed) for number in range(PEOPLE)]
        for person in people:
            person.start()
        happened = spoil(portal, database, seed)
        time.sleep(3)
        stop.set()
        for person in people:
            person.join(timeout=90)
        wrong, counted = judge(portal)
    sent, repeated = sum(person.sent for person in people), sum(person.repeated for person in people)
    print(f"{type(database).__name__}, seed {seed}: {dict(happened)}")
    print(f"  {sent} forms, {repeated} of them without an answer; {counted}")
    print("\n".join(f"  {each}" for each in wrong[:20]) or "  sandbox and log agree")
    return not wrong


def main(arguments: list[str]) -> int:
    seed = int(arguments[0]) if arguments else random.randrange(10**6)
    held = []
    for kind in (Sqlite, Postgres):
        with tempfile.TemporaryDirectory() as folder, kind.made(Path(folder)) as database:
            held.append(crash(database, Path(folder), seed))
        with tempfile.TemporaryDirectory() as folder, kind.made(Path(folder)) as database:
            held.append(jobs.crash(database, Path(folder), seed))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
