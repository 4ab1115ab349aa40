"""Customer keys are tested so and so often by a person and in a team; then they have to wait."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.audit.recorder import Scope
from integrations.clients.errors import TooManyTests
from integrations.clients.keys.throttle import count_test
from integrations.clients.models import ClientAccount
from tests.factories import MembershipFactory, actor
from tests.service import Service

STOPPED = "Too many customer keys or API users were tested in a short time"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The clock stands still in the middle of a period, until it is moved."""
    started = time.time()
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: started)
    return lambda seconds: monkeypatch.setattr("django_ratelimit.core.time.time", lambda: started + seconds)


def try_new(browser: Client, membership: Membership, customer_key: str = "wrong-key") -> Any:
    url = reverse("client_new", kwargs={"team": membership.team.slug})
    return browser.post(url, {"name": "Hafenkaffee", "colour": "teal", "customer_key": customer_key})


def exhaust(browser: Client, membership: Membership, times: int = 10) -> None:
    for _ in range(times):
        assert STOPPED not in try_new(browser, membership).content.decode()


def stops() -> int:
    return AuditEntry.objects.filter(sentence="clients.key_tests_stopped").count()


def test_the_eleventh_test_is_not_made_and_what_was_typed_stays(
    browser: Client, owner: Membership, service: Service
) -> None:
    exhaust(browser, owner)
    page = try_new(browser, owner, service.customer_keys[0])
    words = page.content.decode()
    assert page.status_code == 422
    assert STOPPED in words
    assert "Please wait" in words
    for typed in ("Hafenkaffee", service.customer_keys[0]):
        assert f'value="{typed}"' in words
    assert len(service.received()) == 10


def test_the_log_has_it_once_for_a_period(browser: Client, owner: Membership, service: Service) -> None:
    exhaust(browser, owner)
    for _ in range(3):
        try_new(browser, owner)
    assert stops() == 1


def test_after_the_period_it_goes_on(
    browser: Client, owner: Membership, service: Service, now: Callable[[float], None]
) -> None:
    exhaust(browser, owner)
    now(5 * 60 + 1)
    assert try_new(browser, owner, service.customer_keys[0]).status_code == 302


def test_the_tests_of_a_stored_key_count_too(
    browser: Client, owner: Membership, account: ClientAccount, service: Service
) -> None:
    exhaust(browser, owner, 9)
    test = reverse("client_test", kwargs={"team": owner.team.slug, "account": account.slug})
    assert browser.post(test).status_code == 302
    assert STOPPED in browser.post(test).content.decode()


def test_others_of_the_team_may_go_on_until_the_team_has_tested_too_many(
    client: Client, owner: Membership, service: Service
) -> None:
    for _ in range(3):
        admin = MembershipFactory(team=owner.team, role=Role.ADMIN)
        client.force_login(admin.user)
        exhaust(client, admin)
    client.force_login(owner.user)
    assert STOPPED in try_new(client, owner).content.decode()
    stranger = MembershipFactory()
    client.force_login(stranger.user)
    assert STOPPED not in try_new(client, stranger).content.decode()


def test_commands_are_not_limited() -> None:
    for _ in range(50):
        count_test(actor(), Scope(1))


def test_the_wait_is_told_in_whole_minutes(owner: Membership) -> None:
    for _ in range(10):
        count_test(actor(owner.user), Scope(owner.team.pk))
    with pytest.raises(TooManyTests) as stopped:
        count_test(actor(owner.user), Scope(owner.team.pk))
    assert 1 <= stopped.value.minutes <= 5


def test_the_databases_cache_counts_as_well(owner: Membership, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "ktportal.caches.DatabaseCache", "LOCATION": "portal_limits"}}
    call_command("createcachetable", verbosity=0)
    caches["default"].clear()
    for _ in range(10):
        count_test(actor(owner.user), Scope(owner.team.pk))
    with pytest.raises(TooManyTests):
        count_test(actor(owner.user), Scope(owner.team.pk))
    assert stops() == 1
