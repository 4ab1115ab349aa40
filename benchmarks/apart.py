"""Measuring in processes of their own: one for each database, one for a stand-in of KlickTipp that takes its time."""

import http.server
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://root@127.0.0.1:5432/test")
DATABASES = {"SQLite": "sqlite:///var/bench.sqlite3", "PostgreSQL": POSTGRES}

Found = dict[str, float]


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers each call with JSON after `latency` seconds, for so many seconds that it `lasts`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    latency = 0.05
    sent = b""
    """The body of the call that is answered."""
    lasts = 120

    def answer(self, path: str, query: str) -> bytes:
        """The body for a call."""
        raise NotImplementedError

    def _answer(self) -> None:
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(self.latency)
        path, _, query = self.path.partition("?")
        body = self.answer(path, query)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):  # who asked has gone
            self.wfile.write(body)

    do_GET = do_POST = _answer

    def log_message(self, *arguments: object) -> None:
        """Nothing: what it answers is no news."""


def serve(answering: type[Answering]) -> None:
    """Print the port and answer there, for as long as it lasts."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), answering) as server:
        print(server.server_port, flush=True)
        threading.Timer(answering.lasts, lambda: os._exit(0)).start()
        server.serve_forever()


@contextmanager
def database() -> Iterator[None]:
    """A fresh database of the kind that the environment names; Django is set up before, and all is gone after."""
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        from django.db import connection

        from integrations.audit import triggers

        triggers.lift(connection)
        teardown_databases(databases, verbosity=0)


def main(
    name: str,
    measure: Callable[[str], Found],
    judge: Callable[[Found], tuple[bool, str]],
    answering: type[Answering] | None = None,
) -> int:
    """Run a benchmark on each database that answers; returns the status to end with.

    name: the benchmark's module
    measure: what it measures, in a process that has a fresh database; gets the address of the stand-in, if any
    judge: whether its limits are kept, and what to print
    """
    match sys.argv[1:]:
        case ["serve"] if answering:
            serve(answering)
            return 0
        case ["measure", url]:
            with database():
                print(json.dumps(measure(url)))
            return 0
    with _served(name) if answering else _nothing() as url:
        kept = [_holds(name, kind, judge, url) for kind in DATABASES]
    return 0 if all(kept) else 1


def _holds(name: str, kind: str, judge: Callable[[Found], tuple[bool, str]], url: str) -> bool:
    environment = os.environ | {"DATABASE_URL": DATABASES[kind], "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", f"benchmarks.{name}", "measure", url]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"{kind}: not measured: {run.stderr.strip().splitlines()[-1]}")
        return kind == "PostgreSQL"
    holds, told = judge(json.loads(run.stdout.splitlines()[-1]))
    print(f"{kind}: {told}: {'holds' if holds else 'FALLS SHORT'}")
    return holds


@contextmanager
def _served(name: str) -> Iterator[str]:
    command = [sys.executable, "-m", f"benchmarks.{name}", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


@contextmanager
def _nothing() -> Iterator[str]:
    yield ""
