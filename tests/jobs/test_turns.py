"""Whose job a worker takes next."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.jobs.models import Job, Pace, State
from integrations.jobs.turn import take_turn
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.jobs.helpers import add_contacts, api, begin, work_until_idle, worker
from tests.service import Service


@pytest.fixture
def of_others(service: Service) -> Errand:
    """What somebody of another team does for a client of theirs."""
    member = MembershipFactory()
    return Errand(client_of(member.team, service), actor(member.user))


def client_of(team: object, service: Service) -> ClientAccount:
    account: ClientAccount = ClientAccountFactory(team=team, customer_key=service.customer_keys[0])
    return account


def begun(errand: Errand, service: Service, number: int = 1, contacts: int = 1) -> list[Job]:
    """So many jobs that tag as many contacts."""
    tags = [{"id": api(service).create_tag(f"Fair of {errand.account.slug}"), "name": "Fair"}]
    addresses = add_contacts(service, contacts)
    return [begin(errand, addresses, tags) for _ in range(number)]


def turns_taken() -> list[Job]:
    return list(Job.objects.exclude(turn_at=None).order_by("turn_at"))


def test_many_jobs_of_a_client_that_pauses_keep_nobody_waiting(
    errand: Errand, of_others: Errand, service: Service
) -> None:
    begun(errand, service, 51)
    (job,) = begun(of_others, service)
    Pace.objects.create(account_id=errand.account.pk, until=timezone.now() + timedelta(minutes=1))
    work_until_idle()
    job.refresh_from_db()
    assert job.state == State.ENDED
    assert turns_taken() == [job]


def test_teams_take_turns_then_clients_then_jobs(errand: Errand, of_others: Errand, service: Service) -> None:
    first, second, third = begun(errand, service, 3)
    (of_other_client,) = begun(Errand(client_of(errand.account.team, service), errand.actor), service)
    theirs, theirs_too = begun(of_others, service, 2)
    by = worker()
    while take_turn(by, lambda seconds: False):
        pass
    assert turns_taken() == [first, theirs, of_other_client, theirs_too, second, third]
