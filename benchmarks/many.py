"""What many calls at once cost: `python -m benchmarks.many`.

Fifty calls of one action, each answered after 50 ms: the time until all are done, the transactions that the log
needed, and the processor time of this process per call, against the same calls one after the other. On SQLite and,
where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1 if a limit is not kept.
"""

import http.server
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from benchmarks.recording import POSTGRES

CALLS = 50
LATENCY = 0.05
ROUNDS = 3
LIMIT_SECONDS = 1.0
LIMIT_RATIO = 1.0


class _Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(LATENCY)
        body = b"[true]"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing: what it answers is no news."""


def serve() -> None:
    """Answer every call with success, after a while; end after two minutes."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        print(server.server_port, flush=True)
        threading.Timer(120, lambda: os._exit(0)).start()
        server.serve_forever()


def measure(url: str) -> None:
    """Print what was measured on the database of the environment, as JSON."""
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(json.dumps(_measured(url)))
    finally:
        from django.db import connection

        from integrations.audit import triggers

        triggers.lift(connection)
        teardown_databases(databases, verbosity=0)


def _measured(url: str) -> dict[str, float]:
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from accounts.models import Team
    from integrations.audit.actors import Actor
    from integrations.audit.models import AuditEntry, Outcome
    from integrations.audit.recorder import Action
    from integrations.clients import gateway
    from integrations.clients.actions import KEY_TESTED
    from integrations.clients.models import ClientAccount, Credential
    from integrations.klicktipp import KlickTipp

    settings.KLICKTIPP_URL = url
    team = Team.objects.create(name="Agency", slug="agency")
    account = ClientAccount.objects.create(team=team, name="Client", slug="client")
    credential = Credential(account=account, stored_at=timezone.now())
    credential.secret = "a-customer-key"
    credential.save()

    def tag(number: int) -> Callable[[KlickTipp], None]:
        return lambda api: api.tag_contact(f"person{number}@klick-tipp.team", [5])

    def together() -> None:
        done = list(
            gateway.at_once(account, Action(KEY_TESTED, Actor("Alex"), {"key": "abcd"}), list(map(tag, range(CALLS))))
        )
        assert {each.error for each in done} == {None}

    def one_after_the_other() -> None:
        api = gateway.connect(account, Action(KEY_TESTED, Actor("Alex"), {"key": "abcd"}))
        for number in range(CALLS):
            tag(number)(api)

    together()
    one_after_the_other()
    took, spent, single = [], [], []
    for _ in range(ROUNDS):
        began, processor = time.perf_counter(), time.process_time()
        together()
        took.append(time.perf_counter() - began)
        spent.append(time.process_time() - processor)
        processor = time.process_time()
        one_after_the_other()
        single.append(time.process_time() - processor)
    with CaptureQueriesContext(connection) as queries:
        together()
    assert not AuditEntry.objects.exclude(outcome=Outcome.DONE).exists()
    return {
        "took": statistics.median(took),
        "spent": statistics.median(spent),
        "single": statistics.median(single),
        "transactions": sum(query["sql"].startswith("BEGIN") for query in queries),
    }


def compare(name: str, database: str, url: str) -> bool:
    """Measure in a process of its own. Returns whether the limits are kept."""
    environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "benchmarks.many", "measure", url]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"{name}: not measured: {run.stderr.strip().splitlines()[-1]}")
        return name == "PostgreSQL"
    found = json.loads(run.stdout)
    ratio = found["spent"] / found["single"]
    holds = found["took"] <= LIMIT_SECONDS and ratio <= LIMIT_RATIO and found["transactions"] < CALLS
    print(
        f"{name}: {CALLS} calls of {LATENCY * 1000:.0f} ms in {found['took']:.2f} s, limit {LIMIT_SECONDS:.2f} s; "
        f"{found['transactions']:.0f} transactions, limit {CALLS - 1}; processor time per call "
        f"{found['spent'] / CALLS * 1000:.2f} ms, one after the other {found['single'] / CALLS * 1000:.2f} ms, "
        f"ratio {ratio:.2f}, limit {LIMIT_RATIO:.2f}: {'holds' if holds else 'FALLS SHORT'}"
    )
    return holds


def main() -> int:
    command = [sys.executable, "-c", "from benchmarks.many import serve; serve()"]
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
