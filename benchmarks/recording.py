"""What the log costs: `python -m benchmarks.recording`.

Processor time of this process for recording a call (begin and finish, with an email address, an SMS number and the
contact ID as subjects), on SQLite and, where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1 if a
limit is not kept.
"""

import os
import statistics
import subprocess
import sys
import time

LIMIT_MS = 2.0
CALLS = 300
ROUNDS = 5
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://root@127.0.0.1:5432/test")


def measure() -> None:
    """Print the milliseconds of processor time per call on the database of the environment."""
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(statistics.median(_round() for _ in range(ROUNDS)))
    finally:
        from django.db import connection

        from integrations.audit import triggers

        triggers.lift(connection)
        teardown_databases(databases, verbosity=0)


def _round() -> float:
    from uuid import uuid4

    from integrations.audit.actors import Actor
    from integrations.audit.models import KeyOwner
    from integrations.audit.recorder import Action, Recorder, Scope
    from integrations.audit.sentences import tell
    from integrations.contacts.actions import ADD_CONTACT
    from integrations.klicktipp import OPERATIONS, Attempt, Contact, Ending

    operation = OPERATIONS["add_or_update_contact"]
    spent = 0.0
    for number in range(CALLS):
        email = f"person{number}@klick-tipp.team"
        arguments = {"email": email, "sms_number": f"+49151{number:08}", "tag_id": 5}
        ending = Ending(0.1, 200, None, Contact(id=str(number), email=email, status="Subscribed"))
        attempt = Attempt(uuid4(), uuid4(), 1, operation, operation.method, operation.path, arguments)
        began = time.process_time()
        recorder = Recorder(
            Action(ADD_CONTACT, Actor("Alex"), {"contact": "p•••"}), Scope(1, 1, "Client"), "abcd", KeyOwner.SHARED
        )
        recorder.begin(attempt)
        recorder.finish(attempt, ending)
        spent += time.process_time() - began
    assert tell(ADD_CONTACT.key, {"actor": "Alex", "contact": "p•••", "account": "Client"})
    return spent / CALLS * 1000


def compare(name: str, url: str) -> bool:
    """Measure in a process of its own. Returns whether the limit is kept."""
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "benchmarks.recording", "measure"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"{name}: not measured: {run.stderr.strip().splitlines()[-1]}")
        return name == "PostgreSQL"
    spent = float(run.stdout)
    holds = spent <= LIMIT_MS
    print(
        f"{name}: {spent:.2f} ms of processor time for recording a call; limit {LIMIT_MS:.2f} ms, "
        f"ratio {spent / LIMIT_MS:.2f}: {'holds' if holds else 'FALLS SHORT'}"
    )
    return holds


def main() -> int:
    kept = [compare("SQLite", "sqlite:///var/bench.sqlite3"), compare("PostgreSQL", POSTGRES)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    else:
        sys.exit(main())
