"""The part of the worker that does jobs: a thread beside that of the tasks, so that mail never waits for a job."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import connections, transaction
from django.db.models.functions import Now

from integrations.jobs.ending import give_free, save_numbers
from integrations.jobs.models import Job, JobRow, Worker
from integrations.jobs.turn import take_turn

logger = logging.getLogger(__name__)

BEAT_SECONDS: Final = 3.0
DEAD_AFTER = timedelta(seconds=20)
"""A worker whose heart has not beaten for so long is gone, and its rows are for others."""
IDLE_SECONDS: Final = 1.0


class Heart(threading.Thread):
    """Tells others that this worker lives, whatever it is waiting for."""

    def __init__(self, worker: UUID) -> None:
        super().__init__(name="heart", daemon=True)
        self._worker = worker
        self._stop_beating = threading.Event()
        self._last = self._regular_since = time.monotonic()

    def run(self) -> None:
        try:
            while not self._stop_beating.wait(BEAT_SECONDS):
                try:
                    self.beat()
                except Exception as error:
                    logger.warning("A worker could not tell that it lives (%s).", type(error).__name__)
                    connections.close_all()
        finally:
            connections.close_all()

    def beat(self) -> None:
        told = {"host": socket.gethostname()[:200], "pid": os.getpid(), "seen_at": Now()}
        Worker.objects.update_or_create(id=self._worker, defaults=told)
        now = time.monotonic()
        if now - self._last > 3 * BEAT_SECONDS:
            self._regular_since = now
        self._last = now

    def stop(self) -> None:
        self._stop_beating.set()
        self.join()

    @property
    def may_judge(self) -> bool:
        """Whether this heart has beaten as it should for long enough to say that another has not: while the database
        is locked or away nobody's does."""
        return time.monotonic() - self._regular_since > DEAD_AFTER.total_seconds()


def work(stop: threading.Event) -> None:
    """Do what there is to do of all jobs until `stop` is set. Any number of workers may do so."""
    worker = uuid4()
    heart = Heart(worker)
    while not _succeeds(heart.beat):
        if stop.wait(IDLE_SECONDS):
            return
    heart.start()
    try:
        while not stop.is_set():
            if heart.may_judge:
                _succeeds(bury_the_dead)
            if not _succeeds(lambda: take_turn(worker, stop.wait)):
                stop.wait(IDLE_SECONDS)
    finally:
        heart.stop()
        _succeeds(lambda: leave(worker))
        connections.close_all()


def _succeeds(step: Callable[[], object]) -> bool:
    """Whether it has been done and has something to say. What fails is tried again later; nothing ends the worker."""
    try:
        return step() is not False
    except Exception:
        logger.exception("A worker could not go on with the jobs, and tries again.")
        connections.close_all()
        return False


def bury_the_dead() -> None:
    """Let others have the rows of workers whose heart does not beat any more."""
    for worker in Worker.objects.filter(seen_at__lt=Now() - DEAD_AFTER):
        logger.warning("The worker %s has gone; others do what it has left.", worker)
        leave(worker.pk)


def leave(worker: UUID) -> None:
    """Give back all rows that a worker holds, and forget it."""
    for job_id in set(JobRow.objects.filter(worker=worker).values_list("job", flat=True)):
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=job_id)
            give_free(job, job.rows.filter(worker=worker))
            save_numbers(job)
    Worker.objects.filter(pk=worker).delete()
