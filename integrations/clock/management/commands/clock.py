import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from integrations.clock.chores import run_due_chores

TICK_SECONDS = 15


class Command(BaseCommand):
    help = "Runs the portal's periodic jobs until it is stopped. Any number of clocks may run."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            run_due_chores()
            stop.wait(TICK_SECONDS)
