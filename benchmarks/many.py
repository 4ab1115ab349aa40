"""What many calls at once cost: `python -m benchmarks.many`.

Fifty calls of one action, each answered after 50 ms: the time until all are done, the transactions that the log
needed, and the processor time of this process per call, against the same calls one after the other. On SQLite and,
where one answers at `BENCH_POSTGRES`, on PostgreSQL. Ends with status 1 if a limit is not kept.
"""

import statistics
import sys
import time
from collections.abc import Callable

from benchmarks.apart import Answering, Found, main

CALLS = 50
LATENCY = 0.05
ROUNDS = 3
LIMIT_SECONDS = 1.0
LIMIT_RATIO = 1.0


class _Answering(Answering):
    latency = LATENCY

    def answer(self, path: str, query: str) -> bytes:
        return b"[true]"


def measure(url: str) -> Found:
    """What was measured on the database of the environment."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from accounts.models import Team
    from integrations.audit.actors import Actor
    from integrations.audit.models import AuditEntry, Outcome
    from integrations.audit.recorder import Action
    from integrations.clients.calls import gateway
    from integrations.clients.models import ClientAccount, Credential
    from integrations.clients.sentences import KEY_TESTED
    from integrations.klicktipp import KlickTipp

    settings.KLICKTIPP_URL = url
    team = Team.objects.create(name="Agency", slug="agency")
    account = ClientAccount.objects.create(team=team, name="Client", slug="client")
    credential = Credential(account=account, stored_at=timezone.now())
    credential.secret = "a-customer-key"
    credential.save()

    def tag(number: int) -> Callable[[KlickTipp], None]:
        return lambda api: api.tag_contact(f"person{number}@klick-tipp.team", [5])

    def together() -> None:
        done = list(
            gateway.at_once(account, Action(KEY_TESTED, Actor("Alex"), {"key": "abcd"}), list(map(tag, range(CALLS))))
        )
        assert {each.error for each in done} == {None}

    def one_after_the_other() -> None:
        api = gateway.connect(account, Action(KEY_TESTED, Actor("Alex"), {"key": "abcd"}))
        for number in range(CALLS):
            tag(number)(api)

    together()
    one_after_the_other()
    took, spent, single = [], [], []
    for _ in range(ROUNDS):
        began, processor = time.perf_counter(), time.process_time()
        together()
        took.append(time.perf_counter() - began)
        spent.append(time.process_time() - processor)
        processor = time.process_time()
        one_after_the_other()
        single.append(time.process_time() - processor)
    with CaptureQueriesContext(connection) as queries:
        together()
    assert not AuditEntry.objects.exclude(outcome=Outcome.DONE).exists()
    return {
        "took": statistics.median(took),
        "spent": statistics.median(spent),
        "single": statistics.median(single),
        "transactions": sum(query["sql"].startswith("BEGIN") for query in queries),
    }


def judge(found: Found) -> tuple[bool, str]:
    """Whether the limits are kept, and in words what was measured."""
    ratio = found["spent"] / found["single"]
    holds = found["took"] <= LIMIT_SECONDS and ratio <= LIMIT_RATIO and found["transactions"] < CALLS
    return holds, (
        f"{CALLS} calls of {LATENCY * 1000:.0f} ms in {found['took']:.2f} s, limit {LIMIT_SECONDS:.2f} s; "
        f"{found['transactions']:.0f} transactions, limit {CALLS - 1}; processor time per call "
        f"{found['spent'] / CALLS * 1000:.2f} ms, one after the other {found['single'] / CALLS * 1000:.2f} ms, "
        f"ratio {ratio:.2f}, limit {LIMIT_RATIO:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main("many", measure, judge, _Answering))
