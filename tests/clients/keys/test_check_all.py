"""The connections of all clients, checked with one button, and daily by the clock."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.models import AuditEntry, LogLine, Outcome
from integrations.clients.calls.bulkhead import bulkhead
from integrations.clients.keys.checking import check_daily
from integrations.clients.models import ClientAccount, Connection
from tests.factories import ClientAccountFactory
from tests.pages import html, main_words
from tests.service import Service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def some_at_a_time(settings: Any) -> None:
    settings.CHECKS_AT_ONCE = 8


@pytest.fixture
def clients(owner: Membership, service: Service) -> list[ClientAccount]:
    """Two whose keys KlickTipp takes, one whose key it does not, and one without a key."""
    made = [
        ClientAccountFactory(team=owner.team, name=name, customer_key=key)
        for name, key in zip(("Harbour Lane", "Bergwind"), service.customer_keys, strict=False)
    ]
    revoked = ClientAccountFactory(team=owner.team, name="Waldhonig", customer_key="a-key-that-was-revoked")
    without = ClientAccountFactory(team=owner.team, name="Hofladen", connection=Connection.NONE)
    old = timezone.now() - timedelta(days=3)
    ClientAccount.objects.update(checked_at=old)
    return [*made, revoked, without]


def check(browser: Client, owner: Membership) -> str:
    return main_words(browser.post(f"/t/{owner.team.slug}/clients/check/", follow=True))


def connections() -> dict[str, str]:
    return dict(ClientAccount.objects.values_list("name", "connection"))


def test_one_button_checks_all_that_have_a_key(
    browser: Client, owner: Membership, clients: list[ClientAccount]
) -> None:
    told = check(browser, owner)

    assert "2 of 3 connections work. KlickTipp refuses the access of Waldhonig." in told
    assert connections() == {
        "Harbour Lane": "connected",
        "Bergwind": "connected",
        "Waldhonig": "refused",
        "Hofladen": "none",
    }
    checked = ClientAccount.objects.filter(checked_at__gt=timezone.now() - timedelta(minutes=1))
    assert checked.count() == 3
    assert LogLine.objects.filter(sentence="clients.key_tested").count() == 3
    assert not AuditEntry.objects.filter(outcome=Outcome.PENDING).exists()


def test_twice_in_a_minute_is_once(
    browser: Client, owner: Membership, clients: list[ClientAccount], service: Service
) -> None:
    check(browser, owner)
    called = len(service.paths())
    assert "The connections have just been checked." in check(browser, owner)
    assert len(service.paths()) == called


def test_a_service_that_says_nothing_is_no_refusal(
    browser: Client, owner: Membership, clients: list[ClientAccount], service: Service
) -> None:
    service.fault(always=True, status=500)
    told = check(browser, owner)
    assert "0 of 3 connections work. It could not be found out for" in told
    assert set(connections().values()) == {"connected", "none"}


def test_none_is_begun_when_time_is_up(
    browser: Client, owner: Membership, clients: list[ClientAccount], service: Service, settings: Any
) -> None:
    settings.KLICKTIPP_PAGE_DEADLINE = 0
    assert "0 of 3 connections work. It could not be found out for" in check(browser, owner)
    assert service.paths() == []


def test_where_too_many_wait_nothing_is_asked_and_the_log_says_so(
    browser: Client,
    owner: Membership,
    clients: list[ClientAccount],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulkhead, "_limits", {"all": 0, "team": 0, "person": 0})
    assert "KlickTipp answers slowly and others are waiting for it already" in check(browser, owner)
    assert service.paths() == []
    entry = AuditEntry.objects.get(sentence="clients.connections_checked")
    assert (entry.outcome, entry.answer) == (Outcome.FAILED, {"problem": "too_many_wait"})
    monkeypatch.undo()
    assert "connections work" in check(browser, owner)


def test_the_clock_looks_at_each_once_a_day(clients: list[ClientAccount], service: Service) -> None:
    ClientAccount.objects.filter(name="Bergwind").update(checked_at=timezone.now() - timedelta(hours=1))

    check_daily()

    tested = LogLine.objects.filter(sentence="clients.key_tested").values_list("account_label", flat=True)
    assert sorted(tested) == ["Harbour Lane", "Waldhonig"]
    check_daily()
    assert LogLine.objects.filter(sentence="clients.key_tested").count() == 2


def test_every_call_that_works_counts_as_a_check(
    browser: Client, owner: Membership, clients: list[ClientAccount]
) -> None:
    harbour = clients[0]
    browser.get(f"/t/{owner.team.slug}/clients/{harbour.slug}/tags/?load=now")
    harbour.refresh_from_db()
    assert harbour.checked_at
    assert harbour.checked_at > timezone.now() - timedelta(minutes=1)
    page = browser.get(f"/t/{owner.team.slug}/")
    assert "as of" in main_words(page)


def test_nobody_checks_the_clients_of_others(browser: Client, owner: Membership, service: Service) -> None:
    foreign = ClientAccountFactory(customer_key=service.customer_keys[0])
    cache.clear()
    check(browser, owner)
    assert service.paths() == []
    assert foreign.connection == Connection.CONNECTED


def test_what_tells_that_the_check_runs_is_on_the_page(browser: Client, clients: list[ClientAccount]) -> None:
    page = html(browser.get(f"/t/{clients[0].team.slug}/"))
    assert 'hx-indicator="#checking"' in page
    assert 'id="checking"' in page
