"""What a slow service and slow clients do to everybody else: `python -m benchmarks.slow`.

The real web process, with 64 requests for lists of a service that answers after 19 s, sent by 15 people of four teams,
and 64 clients that send a byte of their form a second. Beside that, pages that need no KlickTipp: the 95th percentile
of their time, against the same without that load. On SQLite and, where one answers at `BENCH_POSTGRES`, on
PostgreSQL. Ends with status 1 if a limit is not kept.
"""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.apart import Answering, Found, main

LATENCY = 19.0
WAITING = 64
SLOW_CLIENTS = 64
TEAMS, PEOPLE_PER_TEAM = 4, 4
REQUESTS, AT_ONCE = 240, 4
PAUSE_SECONDS = 5.0
"""Until somebody who was told that too many wait tries again."""
LIMIT_RATIO = 3.0
HOST = "testserver"


class _Answering(Answering):
    latency = LATENCY

    def answer(self, path: str, query: str) -> bytes:
        return b'{"5": "Newsletter"}'


def measure(url: str) -> Found:
    """What was measured on the database of the environment."""
    people = _people()
    with _portal(url) as port, ThreadPoolExecutor(AT_ONCE) as pool:
        quiet = _percentile(port, people[0], pool)
        stop = threading.Event()
        answers: list[int] = []
        waiting = [
            threading.Thread(target=_wait, args=(port, people[1 + n % (len(people) - 1)], stop, answers), daemon=True)
            for n in range(WAITING)
        ]
        for thread in waiting:
            thread.start()
        with _slow_clients(port, stop):
            time.sleep(PAUSE_SECONDS)
            loaded = _percentile(port, people[0], pool)
            stop.set()
    return {"quiet": quiet, "loaded": loaded, "told": len(answers)}


def _people() -> list[tuple[str, str]]:
    """A team's slug and a session's key for each person."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from accounts.models import Membership, Team, User
    from accounts.roles import Role
    from integrations.clients.models import ClientAccount, Credential

    people = []
    for number in range(TEAMS):
        team = Team.objects.create(name=f"Agency {number}", slug=f"agency-{number}")
        account = ClientAccount.objects.create(team=team, name="Client", slug="client")
        credential = Credential(account=account, stored_at=timezone.now())
        credential.secret = "a-customer-key"
        credential.save()
        for person in range(PEOPLE_PER_TEAM):
            user = User.objects.create(email=f"person{person}@agency{number}.example")
            Membership.objects.create(team=team, user=user, role=Role.OWNER)
            session = SessionStore()
            session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
            session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
            session.create()
            people.append((team.slug, str(session.session_key)))
    return people


@contextmanager
def _portal(service: str) -> Iterator[int]:
    """The portal's web process on this database, talking to the service; its port."""
    from django.conf import settings
    from django.db import connection

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    name = connection.settings_dict["NAME"]
    is_file = connection.vendor == "sqlite"
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{name}" if is_file else os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}",
        "PORT": str(port),
        "KLICKTIPP_URL": service,
        "TEST_SECRET_KEY": settings.SECRET_KEY,
        "TEST_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
        "TEST_AUDIT_HASH_KEYS": ",".join(settings.AUDIT_HASH_KEYS),
    }
    command = [sys.executable, "-m", "ktportal.web"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as web:
        try:
            _until_it_answers(port)
            yield port
        finally:
            web.kill()


def _until_it_answers(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            _get(port, "/accounts/login/", "")
            return
        except OSError:
            assert time.monotonic() < until, "The web process does not answer."
            time.sleep(0.1)


def _get(port: int, path: str, session: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": HOST, "Cookie": f"session={session}"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def _percentile(port: int, person: tuple[str, str], pool: ThreadPoolExecutor) -> float:
    """The 95th percentile, in seconds, of pages that need no KlickTipp."""
    team, session = person
    paths = ["/accounts/login/", f"/t/{team}/", f"/t/{team}/log/", "/profile/"]

    def timed(number: int) -> float:
        began = time.perf_counter()
        status, _ = _get(port, paths[number % len(paths)], session)
        assert status in (200, 302), status
        return time.perf_counter() - began

    list(pool.map(timed, range(40)))
    return sorted(pool.map(timed, range(REQUESTS)))[int(REQUESTS * 0.95)]


def _wait(port: int, person: tuple[str, str], stop: threading.Event, answers: list[int]) -> None:
    team, session = person
    while not stop.is_set():
        status, page = _get(port, f"/t/{team}/clients/client/tags/?load=now", session)
        assert status == 200, status
        answers.append(status)
        if "others are waiting for it already" in page:
            stop.wait(PAUSE_SECONDS)


@contextmanager
def _slow_clients(port: int, stop: threading.Event) -> Iterator[None]:
    head = f"POST /accounts/login/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9000\r\n\r\n".encode()
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(SLOW_CLIENTS)]

    def drip() -> None:
        while not stop.wait(1):
            for client in clients:
                client.sendall(b"a")

    for client in clients:
        client.sendall(head)
    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for client in clients:
            client.close()


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and what was measured."""
    ratio = found["loaded"] / found["quiet"]
    told = (
        f"95th percentile {found['quiet'] * 1000:.0f} ms quiet, {found['loaded'] * 1000:.0f} ms with {WAITING} waiting "
        f"and {SLOW_CLIENTS} slow clients, {ratio:.1f} times (limit {LIMIT_RATIO})"
    )
    return ratio < LIMIT_RATIO, told


if __name__ == "__main__":
    sys.exit(main("slow", measure, judge, _Answering))
