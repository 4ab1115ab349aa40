"""A portal in processes of its own, to be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from ktportal.secrets import generate
from tests.crash.databases import Database

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("worker", "worker2", "worker3")
EMAIL, PASSWORD = "demo@klick-tipp.team", "a-password-for-crashes"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Portal:
    """The processes of a portal on this database, and of its sandbox."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.port, sandbox_port = free_port(), free_port()
        self.url, self.sandbox = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{sandbox_port}"
        operator = {"KLICKTIPP_USERNAME": "operator", "KLICKTIPP_DEVELOPER_KEY": "00ff" * 8}
        self.environment = os.environ | generate() | operator | {
            "DJANGO_SETTINGS_MODULE": "ktportal.settings",
            "DATABASE_URL": database.url,
            "PORT": str(self.port),
            "PORTAL_URL": self.url,
            "SANDBOX": "1",
            "SANDBOX_PORT": str(sandbox_port),
            "DEMO_PASSWORD": PASSWORD,
        }  # fmt: skip
        self._folder = folder
        self._commands = {
            "sandbox": ["-m", "integrations.sandbox", "--port", str(sandbox_port), "--state", str(folder / "sandbox")],
            "web": ["-m", "ktportal.web"],
            **{name: ["manage.py", "worker"] for name in WORKERS},
            "clock": ["manage.py", "clock"],
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name: str) -> None:
        with open(self._folder / f"{name}.out", "ab") as output:
            self._running[name] = subprocess.Popen(
                [sys.executable, *self._commands[name]], cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )

    def pid_of(self, name: str) -> int:
        return self._running[name].pid

    def kill(self, name: str) -> int:
        """Kill a process and put another in its place; returns the number that it had."""
        killed = self._running[name]
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        self.start(name)
        return killed.pid

    def ended_by_themselves(self) -> list[str]:
        return [name for name, process in self._running.items() if process.poll() is not None]

    @contextmanager
    def running(self, *names: str) -> Iterator[None]:
        """With these processes beside the sandbox."""
        self.manage("migrate", "--verbosity=0")
        self.start("sandbox")
        try:
            wait_for(lambda: requests.get(f"{self.sandbox}/_sandbox/requests", timeout=5))
            self.manage("seed_demo")
            for name in names:
                self.start(name)
            if "web" in names:
                wait_for(lambda: requests.get(f"{self.url}/health/", timeout=5))
            yield
        finally:
            for process in self._running.values():
                process.kill()
                process.wait()


def wait_for(answers: Callable[[], object], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            answers()
            return
        except requests.RequestException:
            assert time.monotonic() < ends, "Nothing answers."
            time.sleep(0.2)
