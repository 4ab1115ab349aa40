"""Rows that had begun when their worker was killed: repeated where that does no harm, else looked up first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from integrations.audit.models import AuditEntry, Outcome
from integrations.clients.errand import Errand
from integrations.jobs import services
from integrations.jobs.kinds import KINDS, TAG
from integrations.jobs.models import Job, JobRow, RowState, State, Worker
from integrations.jobs.turn import take_turn
from integrations.jobs.worker import leave
from integrations.klicktipp import KlickTipp
from tests.jobs.helpers import add_contacts, address, api, begin, work_until_idle
from tests.service import Service


def _add(api: KlickTipp, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    return api.add_or_update_contact(data["email"]).id


def _added(api: KlickTipp, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> str | None:
    return api.find_contact(data["email"])


ADDING = replace(TAG, key="add", operation="add_or_update_contact", do=_add, looked_up=_added)
"""A kind whose calls must not be repeated."""


def killed_while_all_began() -> UUID:
    """A worker that has begun all rows and was killed before anything came of them."""
    by = uuid4()
    JobRow.objects.update(state=RowState.BEGUN, worker=by, attempts=1)
    leave(by)
    return by


def test_what_may_have_happened_is_looked_up(errand: Errand, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "add", ADDING)
    job = begin(errand, [address(0), address(1)], kind=ADDING)
    contact_id = api(service).add_or_update_contact(address(0)).id
    killed_while_all_began()
    work_until_idle()

    job.refresh_from_db()
    assert (job.state, job.done) == (State.ENDED, 2)
    assert JobRow.objects.get(place=0).contact_id == contact_id
    calls = AuditEntry.objects.filter(action=job.action).order_by("number")
    assert sorted(call.operation for call in calls) == ["add_or_update_contact", "find_contact", "find_contact"]


def test_what_can_be_repeated_is(errand: Errand, service: Service) -> None:
    tag_id = api(service).create_tag("Fair")
    job = begin(errand, add_contacts(service, 2), [{"id": tag_id, "name": "Fair"}])
    killed_while_all_began()
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.done) == (State.ENDED, 2)
    assert {call.attempt for call in AuditEntry.objects.filter(action=job.action)} == {2}


def test_what_may_have_happened_is_unclear_once_the_job_is_stopped(errand: Errand, service: Service) -> None:
    job = begin(errand, [address(0), address(1)])
    JobRow.objects.filter(place=1).update(in_doubt=True)
    services.stop(job, errand.actor)
    job.refresh_from_db()
    assert (job.stopped, job.unclear, job.left) == (1, 1, 0)


def test_who_was_taken_for_dead_begins_nothing(errand: Errand, service: Service) -> None:
    """Its rows are for others then, whatever it has in hand."""
    job = begin(errand, add_contacts(service, 30), [{"id": api(service).create_tag("Fair"), "name": "Fair"}])
    by, asked = uuid4(), 0

    def wait(seconds: float) -> bool:
        nonlocal asked
        asked += 1
        if asked == 5:
            leave(by)
        return False

    Worker.objects.create(id=by, host="here", pid=1)
    take_turn(by, wait)
    assert set(Job.objects.get().rows.values_list("state", flat=True)) <= {RowState.WAITING, RowState.DONE}
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.done) == (State.ENDED, 30)
    assert not AuditEntry.objects.filter(action=job.action, outcome=Outcome.PENDING).exists()
