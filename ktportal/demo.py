"""The portal on this machine with everything that belongs to it: `make run`.

`python -m ktportal.demo` writes `.env` if there is none, prepares the database and the static files, and starts what
the Procfile lists. Beside that it runs itself with `announce`, which waits for the web process, seeds the demo and
prints the address and the sign-in. With `prepare` it only prepares, for other commands on the same data.
"""

import hashlib
import http.client
import multiprocessing
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import NoReturn

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connections
from honcho.environ import parse_procfile
from honcho.manager import Manager

from ktportal.secrets import generate

BASE_DIR = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
WEB_PATIENCE = 60
ADDED_LATER = ("LOG_SIGNING_KEYS",)
"""Secrets that an older demo's `.env` has not."""
MOST_ENDS, ENDS_SECONDS = 3, 60.0
"""How often in so many seconds a process may end by itself before everything is stopped."""


class CannotStart(Exception):
    """The message is one line for the person at the terminal."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write_env(path: Path) -> bool:
    """Write `.env` with fresh secrets, readable by its owner only. An existing one stays; then the answer is False."""
    values = generate() | {
        "SANDBOX": "1",
        "KLICKTIPP_USERNAME": "demo-operator",
        "KLICKTIPP_DEVELOPER_KEY": secrets.token_hex(16),
        "DEMO_PASSWORD": secrets.token_urlsafe(12),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with open(descriptor, "w") as file:
        file.write("".join(f"{name}={value}\n" for name, value in values.items()))
    return True


def complete_env(path: Path) -> list[str]:
    """Add the secrets to a demo's `.env` that the portal has come to need since it was written; returns their names.
    What is no demo's belongs to its operator."""
    lines = path.read_text().splitlines() if path.exists() else []
    known = {line.partition("=")[0].strip() for line in lines}
    added = [name for name in ADDED_LATER if name not in known] if "SANDBOX=1" in lines else []
    if added:
        values = generate()
        path.write_text("\n".join([*lines, *(f"{name}={values[name]}" for name in added)]) + "\n")
    return added


def check_ports(ports: dict[str, int]) -> None:
    """Raise `CannotStart` unless all ports, by the names of their settings, differ and are free."""
    if len(set(ports.values())) < len(ports):
        raise CannotStart(f"{' and '.join(ports)} must differ.")
    for name, port in ports.items():
        try:
            socket.create_server((HOST, port)).close()
        except OverflowError:
            raise CannotStart(f"{name} must be from 1 to 65535, not {port}.") from None
        except OSError as error:
            raise CannotStart(
                f"Port {port}: {os.strerror(error.errno or 0)}. Choose another one, as in: {name}={port + 10} make run"
            ) from None


def collect_static() -> None:
    """Collect the static files if any of them changed since the last time."""
    stamp = BASE_DIR / "var" / "static.collected"
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = os.stat(storage.path(name))
            found.update(f"{storage.path(name)} {about.st_mtime_ns} {about.st_size}\n".encode())
    state = found.hexdigest()
    if stamp.exists() and stamp.read_text() == state and Path(settings.STATIC_ROOT).is_dir():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def wanted_ports() -> dict[str, int]:
    """The ports to listen on, by the names of their settings. Raises `CannotStart` if any setting is malformed."""
    try:
        ports = {"PORT": settings.PORT}
        if settings.SANDBOX:
            ports["SANDBOX_PORT"] = settings.SANDBOX_PORT
    except ImproperlyConfigured as error:
        raise CannotStart(str(error)) from None
    except ValueError as error:
        raise CannotStart(f"A setting in the environment or .env is malformed: {error}") from None
    return ports


def prepare() -> None:
    """Bring the database and the static files up to date."""
    (BASE_DIR / "var").mkdir(mode=0o700, exist_ok=True)
    (BASE_DIR / "var").chmod(0o700)
    say("Preparing the database and the static files …")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    collect_static()
    connections.close_all()


class Processes(Manager):
    """Honcho's manager, which cannot stop a process before it has heard of its start: this one waits for that.

    It says only which process ended by itself, so that nothing is printed inside a signal handler, and also stops
    everything when its terminal is closed. A process that ends by itself is started again, three times a minute at
    most.
    """

    _is_stopping = False
    returncode: int | None

    def __init__(self) -> None:
        super().__init__()
        self._ended: dict[str, deque[float]] = {}

    def terminate(self) -> None:
        self._is_stopping = True
        if super()._all_started():
            super().terminate()

    def _all_started(self) -> bool:
        started = bool(super()._all_started())
        if started and self._is_stopping:
            super().terminate()
        return started

    def _system_print(self, data: str) -> None:
        if ("stopped" in data or "again" in data) and not self._is_stopping:
            super()._system_print(data)

    def _start(self) -> None:
        for name in self._processes:
            self._start_one(name)
        command = [sys.executable, "-m", "ktportal.demo", "announce"]
        self.announcer = subprocess.Popen(command, cwd=BASE_DIR, start_new_session=True)  # noqa: S603 - our own

    def _start_one(self, name: str) -> None:
        started = self._processes[name]
        started["process"] = multiprocessing.Process(name=name, target=started["obj"].run, args=(self.events, True))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        started["process"].start()
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))

    def _any_stopped(self) -> bool:
        """Those that have ended by themselves are started again, unless they did so too often."""
        for name, process in self._processes.items():
            if process.get("returncode") is not None and not self._is_stopping and self._may_start_again(name):
                self._system_print(f"{name} is started again\n")
                del process["returncode"], process["pid"]
                self.returncode = None
                self._start_one(name)
        return bool(super()._any_stopped())

    def _may_start_again(self, name: str) -> bool:
        ended = self._ended.setdefault(name, deque(maxlen=MOST_ENDS + 1))
        ended.append(time.monotonic())
        return len(ended) <= MOST_ENDS or ended[-1] - ended[0] > ENDS_SECONDS

    def run(self) -> int:
        """Run everything until a process ends too often or a signal comes. Returns the exit status."""
        try:
            self.loop()
        except OSError:
            self.returncode = 1  # the terminal has gone: nobody reads what would be printed
        finally:
            self.kill()
            self.announcer.kill()
            self.announcer.wait()
        return int(self.returncode or 0)


def processes() -> Processes:
    """What the Procfile lists; the sandbox only where it is wanted, and with none of the portal's secrets."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }
    of_sandbox = {name: environment[name] for name in ("PATH", "PYTHONUNBUFFERED")} | {
        "SANDBOX_PORT": str(settings.SANDBOX_PORT),
        "KLICKTIPP_USERNAME": settings.KLICKTIPP_USERNAME,
        "KLICKTIPP_DEVELOPER_KEY": settings.KLICKTIPP_DEVELOPER_KEY,
        "KLICKTIPP_OPERATOR_ID": settings.KLICKTIPP_OPERATOR_ID,
    }
    manager = Processes()
    for name, command in parse_procfile((BASE_DIR / "Procfile").read_text()).processes.items():
        if name != "sandbox":
            manager.add_process(name, command, env=environment, cwd=BASE_DIR)
        elif settings.SANDBOX:
            manager.add_process(name, command, env=of_sandbox, cwd=BASE_DIR)
    return manager


def wait_for_web() -> None:
    """Return once the web process answers; raise `CannotStart` if it does not within a minute."""
    until = time.monotonic() + WEB_PATIENCE
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(HOST, settings.PORT, timeout=WEB_PATIENCE)
        try:
            connection.request("GET", "/accounts/login/", headers={"Host": settings.PORTAL_HOST})
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise CannotStart("The web process does not answer.")


def announce() -> None:
    """Wait for the web process, seed the demo, then say where the portal is and how to sign in."""
    django.setup()
    wait_for_web()
    if settings.SANDBOX:
        try:
            call_command("seed_demo")
        except CommandError as error:
            say(str(error))
        say(f"The sandbox shows its accounts and requests at http://{HOST}:{settings.SANDBOX_PORT}/_sandbox/")
    say(f"The portal is ready at {settings.PORTAL_URL} – Ctrl-C stops everything.")


def _exit(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _exit)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ktportal.settings")
    try:
        if arguments == ["announce"]:
            announce()
            return 0
        if write_env(BASE_DIR / ".env"):
            say("Wrote .env with new secrets.")
        elif added := complete_env(BASE_DIR / ".env"):
            say(f"Added to .env: {', '.join(added)}.")
        ports = wanted_ports()
        if arguments == ["prepare"]:
            prepare()
            return 0
        check_ports(ports)
        prepare()
        return processes().run()
    except (CannotStart, CommandError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
