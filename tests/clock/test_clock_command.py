"""The clock as the operator runs it: a process of its own, with a database of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
WAIT_SECONDS = 30


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    database = tmp_path / "clock.sqlite3"
    variables = os.environ | {
        "DJANGO_SETTINGS_MODULE": "ktportal.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "PYTHONUNBUFFERED": "1",
    }
    subprocess.run([*MANAGE, "migrate", "--verbosity=0"], env=variables, check=True, timeout=120)
    return variables


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    clocks: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        clock = subprocess.Popen(
            [*MANAGE, "clock"], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        clocks.append(clock)
        return clock

    yield run
    for clock in clocks:
        clock.kill()
        clock.wait()


def chores_that_ran(environment: dict[str, str]) -> int:
    asked = "from integrations.clock.models import Chore; print(Chore.objects.count())"
    printed = subprocess.run(
        [*MANAGE, "shell", "--no-imports", "-c", asked],
        env=environment, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return int(printed.stdout)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_clock_runs_what_is_due_and_ends_when_it_is_told_to(
    environment: dict[str, str], start: Callable[[], subprocess.Popen[str]], number: signal.Signals
) -> None:
    clock = start()
    deadline = time.monotonic() + WAIT_SECONDS
    while chores_that_ran(environment) < len(settings.CLOCK_CHORES):
        assert clock.poll() is None, clock.communicate()
        assert time.monotonic() < deadline

    clock.send_signal(number)
    printed, _ = clock.communicate(timeout=WAIT_SECONDS / 3)

    assert (clock.returncode, printed) == (0, "")
