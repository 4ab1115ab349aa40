"""Whose job a worker takes next."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.clients.services import remove_client
from integrations.jobs.forgetting import forget_old
from integrations.jobs.models import Job, JobRow, Pace, State
from integrations.jobs.telling import tell_of_ends
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


def test_a_job_of_a_kind_that_is_not_known_is_left_to_others(
    browser: Client, errand: Errand, of_others: Errand, service: Service
) -> None:
    (unknown,) = begun(errand, service)
    (known,) = begun(of_others, service)
    Job.objects.filter(pk=unknown.pk).update(kind="import")
    work_until_idle()
    assert turns_taken() == [known]
    Job.objects.filter(pk=unknown.pk).update(state=State.PAUSED, reason="service_error")
    page = browser.get(f"/t/{errand.account.team.slug}/clients/{errand.account.slug}/jobs/{unknown.pk}/")
    assert "import: Fair" in page.content.decode()
    assert 'value="stop"' not in page.content.decode()

    a_while_ago = timezone.now() - timedelta(days=31)
    remove_client(errand.account, errand.actor)
    Job.objects.filter(pk=unknown.pk).update(forgotten_at=None, created_at=a_while_ago)
    tell_of_ends()
    assert mail.outbox
    Job.objects.update(ended_at=a_while_ago)
    forget_old()
    assert not JobRow.objects.exclude(encrypted_secret="").exists()


def test_teams_take_turns_then_clients_then_jobs(errand: Errand, of_others: Errand, service: Service) -> None:
    first, second, third = begun(errand, service, 3)
    (of_other_client,) = begun(Errand(client_of(errand.account.team, service), errand.actor), service)
    theirs, theirs_too = begun(of_others, service, 2)
    by = worker()
    while take_turn(by, lambda seconds: False):
        pass
    assert turns_taken() == [first, theirs, of_other_client, theirs_too, second, third]
