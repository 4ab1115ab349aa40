"""What stopped while the portal only wanted to read is told as that; a change, as something that was not sent."""

from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry
from integrations.clients.calls.breaker import Caller, breaker_of
from integrations.clients.models import ClientAccount
from tests.clients.calls.test_admission import silent_for
from tests.contacts.changing.helpers import OnPage
from tests.pages import main_words
from tests.service import Service
from tests.tags.helpers import new_form
from tests.turned_clock import TurnedClock

GERMAN, NOWHERE = {"accept-language": "de"}, "http://127.0.0.1:9"


@pytest.fixture
def unreachable(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    settings.KLICKTIPP_URL = NOWHERE


def told(browser: Client, account: ClientAccount, page: str, **options: Any) -> str:
    """The words of a page of the client."""
    return main_words(browser.get(f"/t/{account.team.slug}/clients/{account.slug}/{page}", **options))


def in_log(browser: Client, account: ClientAccount, **columns: Any) -> str:
    """What the page of the latest such entry tells."""
    number = AuditEntry.objects.filter(**columns).latest("number").number
    return main_words(browser.get(f"/t/{account.team.slug}/log/{number}/"))


@pytest.mark.parametrize("page", ["contacts/4711/", "contacts/4711/email/", "contacts/browse/?load=1", "tags/"])
def test_a_page_that_could_not_be_read(browser: Client, account: ClientAccount, unreachable: None, page: str) -> None:
    words = told(browser, account, page)
    assert "KlickTipp cannot be reached" in words
    assert "nothing was sent" not in words
    assert "nothing was sent" not in in_log(browser, account)


def test_a_silent_service_was_not_asked(
    browser: Client, account: ClientAccount, service: Service, clock: TurnedClock
) -> None:
    silent_for(breaker_of(service.url), clock, Caller(account.team_id, (account.team_id, account.pk), 0))
    breaker_of(service.url).may_begin(Caller(account.team_id, (account.team_id, account.pk), 0))
    assert "not answered several times in a row, so it was not asked." in told(browser, account, "contacts/4711/")
    assert "geantwortet, deshalb wurde nicht angefragt." in told(browser, account, "contacts/4711/", headers=GERMAN)
    answer = browser.post(f"/t/{account.team.slug}/clients/{account.slug}/tags/new/", new_form(name="Herbst"))
    assert "not answered several times in a row, so this was not sent." in main_words(answer)


def test_a_change_for_which_the_contact_could_not_be_read_first(
    browser: Client, account: ClientAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dario = OnPage(browser, account)
    form = dario.form("email/", address="dario@klick-tipp.team")
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    settings.KLICKTIPP_URL = NOWHERE
    answer = main_words(dario.send("email/", form))
    assert "KlickTipp cannot be reached. Nothing was changed. Please try again in a few minutes." in answer


def test_the_log_tells_a_change_that_could_not_be_sent(
    browser: Client, account: ClientAccount, unreachable: None
) -> None:
    answer = browser.post(f"/t/{account.team.slug}/clients/{account.slug}/tags/new/", new_form(name="Herbst"))
    assert "KlickTipp cannot be reached; nothing was sent." in main_words(answer)
    assert "nothing was sent" in in_log(browser, account, operation="create_tag")
