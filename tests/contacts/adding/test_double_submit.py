"""Two submits of one form at the very same time send one contact."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from integrations.audit.errors import AlreadyStarted
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.submission import NewContact
from tests.factories import actor, add_contact
from tests.service import Service


@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_submits_is_sent(account: ClientAccount, service: Service) -> None:
    service.fault(path="/subscriber", delay_ms=100, always=True)
    action, together = uuid4(), Barrier(4)

    def submit(_: int) -> str:
        together.wait()
        try:
            new = NewContact("rainer@klick-tipp.team", new_tags=("Herbst 2026",))
            add_contact(account, new, actor(), action)
        except AlreadyStarted:
            return "started before"
        finally:
            connection.close()
        return "added"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(submit, range(4)))
    assert outcomes == ["added", *["started before"] * 3]
    assert service.paths() == ["POST /tag", "POST /subscriber"]
