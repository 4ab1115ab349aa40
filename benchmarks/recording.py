"""What the log costs: `python -m benchmarks.recording`.

Processor time of this process for recording a call (begin and finish, with an email address, an SMS number and the
contact ID as subjects), on SQLite and, where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1 if a
limit is not kept.
"""

import statistics
import sys
import time

from benchmarks.apart import Found, main

LIMIT_MS = 2.5
CALLS = 300
ROUNDS = 5


def measure(url: str) -> Found:
    """The milliseconds of processor time per call on the database of the environment."""
    return {"spent": statistics.median(_round() for _ in range(ROUNDS))}


def _round() -> float:
    from uuid import uuid4

    from integrations.audit.actors import Actor
    from integrations.audit.models import KeyOwner
    from integrations.audit.recorder import Action, Recorder, Scope
    from integrations.audit.sentences import tell
    from integrations.contacts.sentences import ADD_CONTACT
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


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limit is kept, and in words what was measured."""
    spent = found["spent"]
    return spent <= LIMIT_MS, (
        f"{spent:.2f} ms of processor time for recording a call; limit {LIMIT_MS:.2f} ms, ratio {spent / LIMIT_MS:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main("recording", measure, judge))
