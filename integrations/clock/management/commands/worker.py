import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connections
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

PAUSE_SECONDS = 2
_SAME_OUTAGE_SECONDS = 60
"""Who fails again so soon has found the database still away, and nothing more is said."""

logger = logging.getLogger(__name__)


class Worker(db_worker.Worker):
    """Waits where the library's own gives up: a database may be locked or away for a while. And goes on behind rows
    that are no tasks of the portal's: who may write rows neither ends it nor has anything imported."""

    def run(self) -> None:
        began = -inf
        while self.running:
            try:
                super().run()
                return
            except (OperationalError, InterfaceError) as error:
                if time.monotonic() - began > _SAME_OUTAGE_SECONDS:
                    logger.warning("The database does not answer (%s); the worker waits for it.", type(error).__name__)
                connections.close_all()
                time.sleep(PAUSE_SECONDS)
                began = time.monotonic()
            except Exception as error:
                if not _give_up_unreadable(self.worker_id):
                    logger.error("The worker could not take a task.", exc_info=error)
                    time.sleep(PAUSE_SECONDS)

    def run_task(self, db_task_result: DBTaskResult) -> None:
        row = DBTaskResult.objects.filter(pk=db_task_result.pk)
        if db_task_result.task_path not in settings.WORKER_TASKS:
            _give_up(row, f"{db_task_result.task_path[:200]!r} is none of the portal's")
            return
        try:
            super().run_task(db_task_result)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            _give_up(row, f"{db_task_result.task_path} does not take what its row says", error)


def _give_up_unreadable(worker_id: str) -> bool:
    """Give up those of the waiting rows that no worker can take; whether there are any."""
    found = False
    waiting = DBTaskResult.objects.ready().annotate(key=Cast("pk", TextField()))
    for row in [waiting.filter(key=key) for key in waiting.values_list("key", flat=True)]:
        try:
            for task in row:
                task.worker_ids = [*task.worker_ids, worker_id]
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            _give_up(row, "its row cannot be read", error)
            found = True
    return found


def _give_up(row: QuerySet[DBTaskResult], why: str, error: Exception | None = None) -> None:
    logger.error("A task is given up: %s.", why, exc_info=error)
    row.update(status=TaskResultStatus.FAILED, finished_at=timezone.now(), traceback=why)


@contextmanager
def loops() -> Iterator[None]:
    """Runs what the settings name in `WORKER_LOOPS`, and waits for its end."""
    stop = threading.Event()
    threads = [threading.Thread(target=import_string(name), args=[stop], name=name) for name in settings.WORKER_LOOPS]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class Command(BaseCommand):
    help = "Runs the portal's background work until it is stopped. Any number of workers may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", action="store_true", help="End when nothing is left to do.")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=1,
            batch=options["batch"],
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )
        worker.configure_signals()
        if options["batch"]:
            worker.run()
            return
        with loops():
            worker.run()
