"""What becomes of rows and jobs when calls fail, and when a job may not go on."""

import time
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.clients.services import remove_client
from integrations.jobs import pace, sentences, services, turn
from integrations.jobs.kinds import UNSUBSCRIBE, UNTAG
from integrations.jobs.models import Job, JobRow, Pace, RowState, State
from integrations.klicktipp import Transport
from integrations.suppression.models import Reason, Suppression
from integrations.suppression.services import suppress
from tests.factories import actor
from tests.jobs.helpers import (
    add_contacts,
    address,
    api,
    begin,
    fail_every_tenth,
    subject,
    tagged,
    work_until_idle,
    worker,
)
from tests.jobs.processes import has_ended, wait_until
from tests.service import Service

TAGGING = "/subscriber/tag"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long between attempts."""
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    monkeypatch.setattr(pace, "_PAUSE", 0.05)


def tagging(errand: Errand, service: Service, contacts: int) -> Job:
    tag_id = api(service).create_tag("Fair")
    return begin(errand, add_contacts(service, contacts), [{"id": tag_id, "name": "Fair"}])


def after(calls: int, change: Callable[[], object]) -> Callable[[float], bool]:
    """What a worker is to wait with, so that something changes while it works."""
    asked = 0

    def wait(seconds: float) -> bool:
        nonlocal asked
        asked += 1
        if asked == calls:
            change()
        return False

    return wait


def test_a_service_that_fails_every_tenth_call(errand: Errand, service: Service) -> None:
    contacts = 90
    job = tagging(errand, service, contacts)
    fail_every_tenth(service)
    by = worker()
    wait_until(lambda: turn.take_turn(by, lambda seconds: False) and has_ended(job), 20)

    job.refresh_from_db()
    assert (job.state, job.done) == (State.ENDED, contacts)
    tag_id = job.parameters["tags"][0]["id"]
    assert tagged(service, tag_id) == contacts


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ({"status": 406, "body": '{"error": 31}'}, RowState.REJECTED, "smarttag_not_assignable"),
        ({"status": 404}, RowState.REJECTED, "not_found"),
        ({"status": 500}, RowState.UNCLEAR, "service_error"),
        ({"close": "after"}, RowState.UNCLEAR, "outcome_unknown"),
        ({"status": 401}, RowState.FAILED, "access_denied"),
    ],
)
def test_how_a_row_ends(errand: Errand, service: Service, fault: dict[str, Any], state: str, reason: str) -> None:
    job = tagging(errand, service, 1)
    service.fault(path=TAGGING, always=True, **fault)
    work_until_idle()
    row = JobRow.objects.get(job=job)
    assert (row.state, row.reason) == (state, reason)
    assert AuditEntry.objects.filter(action=job.action).count() == row.attempts <= 9
    job.refresh_from_db()
    assert (job.state, job.left) == (State.ENDED, 0)


@pytest.mark.parametrize(("status", "reason", "resumes"), [(403, "access_denied", False), (500, "service_error", True)])
def test_repeated_trouble_pauses_the_job(
    errand: Errand, service: Service, status: int, reason: str, resumes: bool
) -> None:
    job = tagging(errand, service, 60)
    service.fault(path=TAGGING, always=True, status=status)
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.reason, job.resumes_at is not None) == (State.PAUSED, reason, resumes)
    assert job.left == 60
    assert sum(call["path"] == TAGGING for call in service.received()) < 60
    assert AuditEntry.objects.filter(sentence=sentences.PAUSED_BY_TROUBLE.key).count() == 1

    service.clear_faults()
    assert services.go_on(job, errand.actor)
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.done) == (State.ENDED, 60)


def test_a_job_that_paused_by_itself_goes_on_by_itself(errand: Errand, service: Service) -> None:
    job = tagging(errand, service, 3)
    Job.objects.filter(pk=job.pk).update(state=State.PAUSED, reason="service_error", resumes_at=timezone.now())
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.reason, job.done) == (State.ENDED, "", 3)


def test_a_job_that_may_not_go_on_by_itself_waits_for_somebody(errand: Errand, service: Service) -> None:
    job = tagging(errand, service, 1)
    Job.objects.filter(pk=job.pk).update(state=State.PAUSED, reason="service_error", resumes_at=timezone.now())
    errand.account.credentials.all().delete()
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.reason, job.resumes_at) == (State.PAUSED, "not_connected", None)


def test_a_busy_service_slows_all_workers_down(errand: Errand, service: Service) -> None:
    job = tagging(errand, service, 60)
    service.fault(path=TAGGING, status=429, headers={"Retry-After": "30"})
    first, second = worker(), worker()
    assert turn.take_turn(first, lambda seconds: False)
    for by in (first, second):
        assert not turn.take_turn(by, lambda seconds: False)
    job.refresh_from_db()
    assert 20 < job.left <= 60
    kept = Pace.objects.get()
    assert kept.at_once == 8
    assert kept.until
    assert 25 < (kept.until - timezone.now()).total_seconds() <= 30

    Pace.objects.update(until=timezone.now())
    work_until_idle(second)
    job.refresh_from_db()
    assert (job.state, job.done) == (State.ENDED, 60)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}])
def test_a_service_that_stays_busy_is_asked_more_and_more_seldom(
    errand: Errand, service: Service, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    monkeypatch.setattr(pace, "_PAUSE", 2.0)
    job = tagging(errand, service, 5)
    service.fault(path=TAGGING, always=True, status=429, headers=headers)
    by = worker()
    pauses: list[int] = []
    while len(pauses) < 20 and turn.take_turn(by, lambda seconds: False):
        assert not turn.take_turn(by, lambda seconds: False)
        kept = Pace.objects.get()
        assert kept.until
        pauses.append(ceil((kept.until - timezone.now()).total_seconds()))
        Pace.objects.update(until=timezone.now())
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    job.refresh_from_db()
    assert (job.state, job.reason, job.left) == (State.PAUSED, "throttled", 5)
    assert job.resumes_at

    service.clear_faults()
    Job.objects.update(resumes_at=timezone.now())
    work_until_idle(by)
    job.refresh_from_db()
    assert (job.state, job.done, job.in_a_row) == (State.ENDED, 5, 0)


def test_seats_are_shared_by_the_workers(db: None, settings: Any) -> None:
    settings.JOB_CALLS_AT_ONCE = settings.JOB_CALLS_OF_WORKER = 16
    first, second = worker(), worker()
    taken = [pace.take_seats(by, 1) for by in (first, second, first, second)]
    assert taken == [16, 0, 8, 8]
    pace.leave_seats(second)
    assert pace.take_seats(first, 1) == 16
    assert pace.take_seats(second, 2) == 16


def test_never_more_calls_at_once_than_there_are_seats(
    errand: Errand, service: Service, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_CALLS_AT_ONCE = 3
    job = tagging(errand, service, 40)
    lock, active, most, send = Lock(), 0, 0, Transport.send

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal active, most
        with lock:
            active += 1
            most = max(most, active)
        try:
            time.sleep(0.01)
            return send(*arguments, **options)
        finally:
            with lock:
                active -= 1

    monkeypatch.setattr(Transport, "send", counted)
    work_until_idle()
    assert Job.objects.get(pk=job.pk).done == 40
    assert most == 3


def lose_role(account: ClientAccount, owner: Membership) -> None:
    Membership.objects.filter(pk=owner.pk).update(role=Role.VIEWER)


def lose_key(account: ClientAccount, owner: Membership) -> None:
    account.credentials.all().delete()


def leave_team(account: ClientAccount, owner: Membership) -> None:
    owner.delete()


@pytest.mark.parametrize(
    ("change", "reason"),
    [(lose_role, "no_longer_allowed"), (leave_team, "no_longer_allowed"), (lose_key, "not_connected")],
)
def test_rights_are_looked_at_again_while_it_runs(
    errand: Errand, service: Service, owner: Membership, change: Callable[..., None], reason: str, settings: Any
) -> None:
    settings.JOB_CALLS_OF_WORKER = 2
    job = tagging(errand, service, 40)
    turn.take_turn(worker(), after(10, lambda: change(errand.account, owner)))
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.reason) == (State.PAUSED, reason)
    assert 0 < job.done < 40
    assert not JobRow.objects.exclude(state__in=[RowState.DONE, RowState.WAITING]).exists()


def test_the_client_is_removed_while_it_runs(errand: Errand, service: Service, settings: Any) -> None:
    settings.JOB_CALLS_OF_WORKER = 2
    job = tagging(errand, service, 40)
    turn.take_turn(worker(), after(10, lambda: remove_client(errand.account, actor())))
    work_until_idle()
    job.refresh_from_db()
    assert (job.state, job.left, job.account_label) == (State.STOPPED, 0, "Harbour Lane Coffee")
    assert 0 < job.done < 40
    assert not JobRow.objects.exclude(encrypted_secret="").exists()
    assert job.forgotten_at


def test_pause_and_stop_while_it_runs(errand: Errand, service: Service) -> None:
    job = tagging(errand, service, 90)
    by = worker()
    turn.take_turn(by, after(20, lambda: services.pause(job, errand.actor)))
    assert not turn.take_turn(by, lambda seconds: False)
    job.refresh_from_db()
    paused_at = job.done
    assert job.state == State.PAUSED
    assert 0 < paused_at < 90
    assert not services.pause(job, errand.actor)

    assert services.go_on(job, errand.actor)
    turn.take_turn(by, after(20, lambda: services.stop(job, errand.actor)))
    work_until_idle(by)
    job.refresh_from_db()
    assert (job.state, job.left, job.done + job.stopped) == (State.STOPPED, 0, 90)
    assert paused_at < job.done < 90
    assert job.ended_at
    assert not services.stop(job, errand.actor)
    assert not services.go_on(job, errand.actor)
    told = AuditEntry.objects.filter(sentence__startswith="jobs.").order_by("number")
    assert [entry.sentence.removeprefix("jobs.") for entry in told] == [
        *("started", "paused", "went_on", "stopped", "ended"),
    ]


def test_who_is_suppressed_meanwhile_is_left_out(errand: Errand, service: Service) -> None:
    job = tagging(errand, service, 3)
    suppress(errand, [subject(address(1))], Reason.ENTERED)
    work_until_idle()
    job.refresh_from_db()
    assert (job.done, job.failed) == (2, 1)
    assert JobRow.objects.get(state=RowState.FAILED).reason == "suppressed"


def test_untagging_takes_all_tags_and_unsubscribing_suppresses(errand: Errand, service: Service) -> None:
    addresses = add_contacts(service, 3)
    by_hand = api(service)
    tags = [{"id": by_hand.create_tag(name), "name": name} for name in ("Fair", "Shop")]
    for each in addresses:
        by_hand.tag_contact(each, [tag["id"] for tag in tags])
    untagging = begin(errand, addresses, tags, UNTAG)
    work_until_idle()
    assert [tagged(service, tag["id"]) for tag in tags] == [0, 0]
    assert AuditEntry.objects.filter(action=untagging.action, operation="untag_contact").count() == 6

    ending = begin(errand, [*addresses, "nobody@klick-tipp.team"], (), UNSUBSCRIBE)
    work_until_idle()
    ending.refresh_from_db()
    assert (ending.done, ending.rejected) == (3, 1)
    assert Suppression.objects.filter(reason=Reason.UNSUBSCRIBED).count() == 3
