"""Workers in processes of their own, to be killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from integrations.jobs.models import Job, JobRow, RowState, Worker

_WORK = """
import os, threading, django
from datetime import timedelta
django.setup()
from django.conf import settings
database = settings.DATABASES["default"]
database["NAME"] = os.environ["NAME_OF_DATABASE"]
options = database["OPTIONS"]
options |= {"timeout": 1} if "timeout" in options else {"options": "-c lock_timeout=1s"}
from integrations.jobs import pace, turn, worker
worker.BEAT_SECONDS, worker.DEAD_AFTER, worker.IDLE_SECONDS = 0.2, timedelta(seconds=1), 0.1
turn.TURN_SECONDS = 1.5
worker.work(threading.Event())
"""


class Workers:
    """So many processes, each of which has another put in its place once it was killed.

    in_flight: the places of the rows that had begun and not ended in those that were killed
    """

    def __init__(self, number: int, url: str) -> None:
        self._environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "NAME_OF_DATABASE": str(connection.settings_dict["NAME"]),
            "KLICKTIPP_URL": url,
            "TEST_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
            "TEST_AUDIT_HASH_KEYS": ",".join(settings.AUDIT_HASH_KEYS),
        }
        self._processes = [self._start() for _ in range(number)]
        self.in_flight: list[int] = []

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", _WORK], env=self._environment, cwd=settings.BASE_DIR)

    def kill_one(self, chance: random.Random) -> None:
        """Kill one that is at work, once there is one."""
        known: dict[int, Worker] = {}
        running: list[int] = []

        def is_there() -> bool:
            known.update({worker.pid: worker for worker in Worker.objects.exclude(seats=0)})
            running[:] = [place for place, process in enumerate(self._processes) if process.pid in known]
            return bool(running)

        wait_until(is_there)
        time.sleep(chance.uniform(0.05, 0.3))
        place = chance.choice(running)
        process = self._processes[place]
        process.send_signal(signal.SIGKILL)
        process.wait()
        begun = JobRow.objects.filter(worker=known[process.pid].pk, state=RowState.BEGUN)
        self.in_flight += begun.values_list("place", flat=True)
        self._processes[place] = self._start()

    def all_run(self) -> bool:
        return all(process.poll() is None for process in self._processes)

    def end(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()


def lock(job: Job, seconds: float) -> None:
    """Let no worker write what becomes of the job for so long: longer than it waits for a lock."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        time.sleep(seconds)


@contextmanager
def workers(number: int, url: str) -> Iterator[Workers]:
    started = Workers(number, url)
    try:
        yield started
    finally:
        started.end()


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "It did not happen in time."
        time.sleep(0.05)


def has_ended(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk).exclude(ended_at=None).exists()
