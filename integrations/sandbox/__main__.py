"""``python -m integrations.sandbox``: runs the stand-in KlickTipp service until SIGTERM or SIGINT.

It needs no settings of the portal and so none of its secrets.
"""

import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from integrations.sandbox.server import HOST, SandboxServer
from integrations.sandbox.statefile import StateError
from integrations.sandbox.switches import HELP, Switches


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status."""
    os.umask(0o077)
    options = _options(arguments)
    try:
        server = SandboxServer(
            port=options.port,
            latency_ms=options.latency_ms,
            accounts=options.accounts,
            state=options.state or None,
            operator_username=os.environ.get("KLICKTIPP_USERNAME") or None,
            developer_key=os.environ.get("KLICKTIPP_DEVELOPER_KEY") or None,
            operator_account_id=os.environ.get("KLICKTIPP_OPERATOR_ID") or None,
            log=_say if options.verbose else None,
            switches=Switches(**{name: getattr(options, name) for name in HELP}),
        )
    except StateError as error:
        return _cannot_start(str(error))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        return _cannot_start(f"{HOST}:{options.port} cannot be used: {reason}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.shutdown())
    _say(f"The KlickTipp sandbox answers at {server.url} (see {server.url}/_sandbox/).")
    server.serve_forever()
    return 0


def _options(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(
        prog="python -m integrations.sandbox",
        description="Runs a stand-in KlickTipp service on this machine.",
        epilog="The operator is who KLICKTIPP_USERNAME, KLICKTIPP_DEVELOPER_KEY and KLICKTIPP_OPERATOR_ID say.",
    )
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one (default: 8001)")
    parser.add_argument("--latency-ms", type=int, default=0, help="delays every API call")
    parser.add_argument("--accounts", type=int, default=3, help="how many accounts there are (default: 3)")
    parser.add_argument("--state", metavar="FILE", help="keeps data and credentials in this file")
    parser.add_argument("--verbose", action="store_true", help="a line for every call")
    for name, help_text in HELP.items():
        parser.add_argument(f"--{name.replace('_', '-')}", action="store_true", help=help_text)
    options = parser.parse_args(arguments)
    if not 0 <= options.port <= 65535:
        parser.error("The port must be from 0 to 65535.")
    if options.latency_ms < 0:
        parser.error("The latency must not be negative.")
    return options


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _cannot_start(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
