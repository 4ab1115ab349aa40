import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connections
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands import db_worker

PAUSE_SECONDS = 2

logger = logging.getLogger(__name__)


class Worker(db_worker.Worker):
    """Waits where the library's own gives up: a database may be locked or away for a while."""

    def run(self) -> None:
        is_away = False
        while self.running:
            try:
                super().run()
                return
            except (OperationalError, InterfaceError) as error:
                if not is_away:
                    logger.warning("The database does not answer (%s); the worker waits for it.", type(error).__name__)
                is_away = True
                connections.close_all()
                time.sleep(PAUSE_SECONDS)


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
        worker.run()
