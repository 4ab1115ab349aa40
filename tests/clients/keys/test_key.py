"""Replacing, testing and removing a client's shared customer key."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.keys import services
from integrations.clients.models import ClientAccount, Connection, Credential
from tests.factories import MembershipFactory, store_key
from tests.pages import main_words
from tests.service import Service


def url(account: ClientAccount, rest: str = "") -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/key/{rest}"


@pytest.fixture
def bound(account: ClientAccount, service: Service) -> ClientAccount:
    account.uid, account.identity_name = str(service.accounts[0]["uid"]), "harbourlane"
    account.save()
    return account


def test_a_key_of_the_same_account_replaces_the_old_one(
    browser: Client, bound: ClientAccount, service: Service
) -> None:
    old = Credential.objects.get()
    assert browser.post(url(bound), {"customer_key": service.customer_keys[0]}).status_code == 302
    assert Credential.objects.get().pk != old.pk
    assert AuditEntry.objects.filter(sentence="clients.key_stored").count() == 1


def test_another_accounts_key_is_refused_by_name_and_the_old_one_stays(
    browser: Client, bound: ClientAccount, service: Service
) -> None:
    page = browser.post(url(bound), {"customer_key": service.customer_keys[1]})
    assert page.status_code == 422
    assert "bound to (harbourlane)" in page.content.decode()
    assert Credential.objects.get().secret == service.customer_keys[0]
    told = AuditEntry.objects.get(sentence="clients.key_refused")
    assert tell(told.sentence, told.parameters) == (
        f"{told.parameters['actor']} could not store the customer key …{service.customer_keys[1][-4:]}: it opens "
        "another KlickTipp account than it should"
    )


def test_a_key_that_klicktipp_refuses_is_an_event_of_its_own(browser: Client, bound: ClientAccount) -> None:
    assert browser.post(url(bound), {"customer_key": "wrong-and-long-enough-a-key"}).status_code == 422
    refused = AuditEntry.objects.get(sentence="clients.key_denied")
    assert (refused.outcome, refused.kind) == ("refused", "event")
    told = main_words(browser.get(f"/t/{bound.team.slug}/log/"))
    assert "tried to store the customer key …-key: KlickTipp does not accept it" in told


def test_the_key_page_never_shows_the_stored_key(browser: Client, bound: ClientAccount, service: Service) -> None:
    page = browser.get(url(bound)).content.decode()
    assert service.customer_keys[0] not in page
    assert service.customer_keys[0][-4:] in page


def test_a_working_connection_is_confirmed(browser: Client, bound: ClientAccount) -> None:
    ClientAccount.objects.update(connection=Connection.REFUSED)
    page = browser.post(url(bound, "test/"), follow=True)
    assert "KlickTipp accepts the customer key." in page.content.decode()
    bound.refresh_from_db()
    assert bound.connection == Connection.CONNECTED


def test_a_revoked_key_is_remembered_as_refused(browser: Client, bound: ClientAccount, service: Service) -> None:
    service.fault(status=403, body='["API access denied."]')
    page = browser.post(url(bound, "test/"))
    assert "KlickTipp refuses the access." in page.content.decode()
    bound.refresh_from_db()
    assert bound.connection == Connection.REFUSED


def test_an_unreachable_service_says_nothing_about_the_key(
    browser: Client, bound: ClientAccount, service: Service
) -> None:
    service.fault(status=500, body="", always=True)
    assert browser.post(url(bound, "test/")).status_code == 422
    bound.refresh_from_db()
    assert bound.connection == Connection.CONNECTED


def test_a_key_that_cannot_be_decrypted_is_told(browser: Client, bound: ClientAccount, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["J-C3bKyhJYTqUQGPs39vGZnTO3VIbNRYwqIXSzv0oCs="]
    page = browser.post(url(bound, "test/"))
    assert "cannot be decrypted" in page.content.decode()


def test_removing_asks_once_says_what_stays_and_forgets_the_key(browser: Client, bound: ClientAccount) -> None:
    assert "At KlickTipp the key stays valid." in browser.get(url(bound, "remove/")).content.decode()
    assert Credential.objects.exists()
    page = browser.post(url(bound, "remove/"), follow=True).content.decode()
    assert "has no shared customer key" in page
    assert not Credential.objects.exists()
    assert AuditEntry.objects.filter(sentence="clients.key_removed").count() == 1
    bound.refresh_from_db()
    assert bound.connection == Connection.NONE


def test_a_removed_client_stays_bound_to_its_account(browser: Client, bound: ClientAccount, service: Service) -> None:
    browser.post(url(bound, "remove/"))
    assert browser.post(url(bound), {"customer_key": service.customer_keys[1]}).status_code == 422
    assert browser.post(url(bound), {"customer_key": service.customer_keys[0]}).status_code == 302


def test_a_test_without_an_answer_says_that_nothing_was_done(
    browser: Client, bound: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    service.fault(close="before", always=True)
    words = browser.post(url(bound, "test/")).content.decode()
    assert "KlickTipp did not answer." in words
    assert "Please try again in a few minutes." in words
    assert "may have happened" not in words


@pytest.mark.parametrize("rest", ["", "api-user/"])
def test_what_somebody_stored_while_the_form_was_open_is_not_replaced_unseen(
    browser: Client, bound: ClientAccount, service: Service, rest: str
) -> None:
    opened = Credential.objects.get().pk
    colleague = MembershipFactory(team=bound.team, user__name="Bo Berg").user
    store_key(bound, service.customer_keys[0])
    Credential.objects.update(stored_by=colleague)
    username, password = service.api_users[0]
    typed = {"customer_key": service.customer_keys[0], "username": username, "password": password}
    page = browser.post(url(bound, rest), typed | {"present": opened})
    words = page.content.decode()
    assert page.status_code == 422
    assert "Bo Berg has stored Customer key …" in words
    assert Credential.objects.get().stored_by == colleague
    again = re.search(r'name="present" value="(\d+)"', words)
    assert again
    assert browser.post(url(bound, rest), typed | {"present": again[1]}).status_code == 302
    assert Credential.objects.get().stored_by != colleague


@pytest.mark.parametrize("rest", ["", "api-user/"])
def test_what_somebody_stores_during_the_test_at_klicktipp_is_not_replaced_either(
    browser: Client, bound: ClientAccount, service: Service, rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Credential.objects.get().pk
    try_for = services.try_for

    def and_meanwhile(*given: Any) -> Any:
        tested = try_for(*given)
        monkeypatch.setattr(services, "try_for", try_for)
        store_key(bound, service.customer_keys[0])
        return tested

    monkeypatch.setattr(services, "try_for", and_meanwhile)
    username, password = service.api_users[0]
    typed = {"customer_key": service.customer_keys[0], "username": username, "password": password}
    page = browser.post(url(bound, rest), typed | {"present": opened})
    assert page.status_code == 422
    assert "meanwhile, so nothing was replaced." in page.content.decode()
    assert "See the log entry" in page.content.decode()
    assert Credential.objects.get().pk != opened
    last = AuditEntry.objects.latest("number")
    assert "something else had been stored meanwhile" in tell(last.sentence, last.parameters)


def test_moments_read_alike_on_the_page_of_the_keys(browser: Client, bound: ClientAccount) -> None:
    ClientAccount.objects.update(checked_at=timezone.now())
    told = main_words(browser.get(f"/t/{bound.team.slug}/clients/{bound.slug}/keys/"))
    moment = r"\d\d/\d\d/\d{4} \d\d:\d\d"
    assert re.search(rf"as of {moment}.* stored (by [^,]+, )?{moment}", told)
