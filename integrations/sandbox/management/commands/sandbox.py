"""``python manage.py sandbox``: runs the stand-in KlickTipp service until SIGTERM or SIGINT."""

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.sandbox.server import HOST, SandboxServer
from integrations.sandbox.statefile import StateError


class Command(BaseCommand):
    help = "Runs a stand-in KlickTipp service on this machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8001, help="0 takes a free one (default: 8001)")
        parser.add_argument("--latency-ms", type=int, default=0, help="delays every API call")
        parser.add_argument("--accounts", type=int, default=3, help="how many accounts there are (default: 3)")
        parser.add_argument("--state", metavar="FILE", help="keeps data and credentials in this file")
        parser.add_argument("--operator-username", help="default: KLICKTIPP_USERNAME of the environment")
        parser.add_argument("--operator-id", help="account id; default: KLICKTIPP_OPERATOR_ID of the environment")
        parser.add_argument("--developer-key", help="hex; default: KLICKTIPP_DEVELOPER_KEY of the environment")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["port"] <= 65535:
            raise CommandError("The port must be from 0 to 65535.")
        if options["latency_ms"] < 0:
            raise CommandError("The latency must not be negative.")
        try:
            server = SandboxServer(
                port=options["port"],
                latency_ms=options["latency_ms"],
                accounts=options["accounts"],
                state=options["state"] or None,
                operator_username=options["operator_username"] or os.environ.get("KLICKTIPP_USERNAME") or None,
                developer_key=options["developer_key"] or os.environ.get("KLICKTIPP_DEVELOPER_KEY") or None,
                operator_account_id=options["operator_id"] or os.environ.get("KLICKTIPP_OPERATOR_ID") or None,
                log=self._say if options["verbosity"] >= 2 else None,
            )
        except StateError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error
            raise CommandError(f"{HOST}:{options['port']} cannot be used: {reason}") from error
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: server.shutdown())
        self._say(f"The KlickTipp sandbox answers at {server.url} (see {server.url}/_sandbox/).")
        server.serve_forever()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
