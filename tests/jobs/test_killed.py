"""Workers are killed at random while they do a job: nothing is lost, and nothing is done twice that need not be."""

import random
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from django.db import connection

from integrations.audit import sweep
from integrations.audit.models import AuditEntry, Outcome
from integrations.clients.errand import Errand
from integrations.jobs.models import Job, JobRow, RowState, State
from tests.jobs.helpers import add_contacts, api, begin, fail_every_tenth, tagged
from tests.jobs.processes import has_ended, lock, wait_until, workers
from tests.service import Service

ROWS, KILLS = 300, 5
WORKERS = 3 if connection.vendor == "postgresql" else 2


@pytest.mark.django_db(transaction=True)
def test_every_row_has_one_end(errand: Errand, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = add_contacts(service, ROWS)
    tag_id = api(service).create_tag("Fair")
    service.fault(path="/subscriber/tag", delay_ms=40, always=True)
    job = begin(errand, addresses, [{"id": tag_id, "name": "Fair"}])
    chance = random.Random(1)
    with workers(WORKERS, service.url) as running:
        for _ in range(KILLS):
            running.kill_one(chance)
            assert not has_ended(job)
        wait_until(lambda: has_ended(job))
        assert running.all_run()

    job.refresh_from_db()
    assert (job.state, job.done, job.left) == (State.ENDED, ROWS, 0)
    assert set(JobRow.objects.values_list("state", flat=True)) == {RowState.DONE}
    assert tagged(service, tag_id) == ROWS
    arrived = arrivals(service, job, monkeypatch)
    twice = {place for place in range(ROWS) if arrived[call_of(job, place)] > 1}
    assert twice <= set(running.in_flight)
    assert arrived.total() - ROWS <= len(running.in_flight)


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_and_failing_calls_stop_no_worker(
    errand: Errand, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = add_contacts(service, 120)
    tag_id = api(service).create_tag("Fair")
    fail_every_tenth(service, delay_ms=100)
    job = begin(errand, addresses, [{"id": tag_id, "name": "Fair"}])
    chance = random.Random(2)
    with workers(2, service.url) as running:
        running.kill_one(chance)
        lock(job, 3)
        assert not has_ended(job)
        wait_until(lambda: has_ended(job))
        assert running.all_run()

    job.refresh_from_db()
    assert (job.state, job.left) == (State.ENDED, 0)
    assert job.done + job.unclear == 120
    assert job.done <= tagged(service, tag_id) <= job.done + job.unclear
    arrivals(service, job, monkeypatch)


def call_of(job: Job, place: int) -> UUID:
    return uuid5(job.action, f"{place} tag_contact 1")


def arrivals(service: Service, job: Job, monkeypatch: pytest.MonkeyPatch) -> Counter[UUID]:
    """How often each call of the job has arrived, once it was seen that the log and KlickTipp agree."""
    monkeypatch.setattr(sweep, "STALE_AFTER", timedelta(0))
    sweep.sweep_stale_entries()
    entries = {str(entry.id): entry for entry in AuditEntry.objects.filter(action=job.action)}
    received = [call["request_id"] for call in service.received() if call["path"] == "/subscriber/tag"]
    assert len(received) == len(set(received))
    assert set(received) <= entries.keys()
    never_arrived = [entry for request_id, entry in entries.items() if request_id not in set(received)]
    assert {entry.outcome for entry in never_arrived} <= {Outcome.UNKNOWN, Outcome.FAILED}
    assert Outcome.PENDING not in {entry.outcome for entry in entries.values()}
    return Counter(entries[request_id].call for request_id in received)
