"""What the service received and what the log says agree one to one, with faults and many calls at once."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.models import ClientAccount
from integrations.clients.sentences import TAGS_LOADED
from integrations.klicktipp import KlickTippError
from tests.factories import actor
from tests.service import Service

FAULTS = [
    {"status": 503, "headers": {"Retry-After": "0"}},
    {"status": 500, "body": "<html>"},
    {"status": 406, "body": '{"error": 9}'},
    {"close": "before"},
    {"close": "after"},
    {"cut": 3},
    {"delay_ms": 30},
]


@pytest.mark.django_db(transaction=True)
def test_request_log_and_audit_log_agree(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    chance = random.Random(20261122)
    for _ in range(40):
        service.fault(**chance.choice(FAULTS))

    def work(number: int) -> None:
        api = gateway.connect(account, Action(TAGS_LOADED, actor()))
        try:
            if number % 3:
                api.list_tags()
            else:
                api.add_or_update_contact(f"person{number}@klick-tipp.team")
        except KlickTippError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(60)))

    received = {call["request_id"]: call for call in service.received()}
    logged = {str(entry.id): entry for entry in AuditEntry.objects.all()}
    assert received.keys() == logged.keys()
    for request_id, entry in logged.items():
        assert entry.outcome != Outcome.PENDING
        assert received[request_id]["path"] == entry.path
        if received[request_id]["status"] is not None and entry.status is not None:
            assert received[request_id]["status"] == entry.status
    numbers = sorted(entry.number for entry in logged.values())
    assert numbers == list(range(1, len(numbers) + 1))
