"""Taking somebody off the suppression list: an admin, with the address in full and a reason."""

import pytest
from django.test import Client

from accounts.models import Membership
from integrations.audit.models import AuditEntry, AuditSubject
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount
from integrations.suppression.models import Suppression
from tests.contacts.adding.test_add import send
from tests.suppression.conftest import Listed


@pytest.fixture
def entry(listed: Listed) -> Suppression:
    return listed("rainer@klick-tipp.team")


@pytest.fixture
def url(list_url: str, entry: Suppression) -> str:
    return f"{list_url}{entry.pk}/remove/"


def test_the_reason_stands_in_the_log_and_the_person_can_be_added_again(
    browser: Client, owner: Membership, account: ClientAccount, url: str, entry: Suppression
) -> None:
    page = browser.post(url, {"address": "Rainer@klick-tipp.team", "why": "new consent"}, follow=True)
    assert "is off the suppression list." in page.content.decode()
    assert not Suppression.objects.exists()
    logged = AuditEntry.objects.get(sentence="suppression.removed")
    assert tell(logged.sentence, logged.parameters) == (
        f"{owner.user} took R•••@klick-tipp.team off the suppression list of Harbour Lane Coffee: new consent"
    )
    assert AuditSubject.objects.get(entry_id=logged.pk).hash == entry.hash
    assert send(browser, account).status_code == 302


@pytest.mark.parametrize(
    "typed",
    [
        {"address": "rainer@klick-tipp.team", "why": ""},
        {"address": "uta@klick-tipp.team", "why": "new consent"},
        {"address": "", "why": "new consent"},
    ],
)
def test_without_reason_or_with_another_address_it_stays(browser: Client, url: str, typed: dict[str, str]) -> None:
    page = browser.post(url, typed)
    assert page.status_code == 422
    assert Suppression.objects.exists()


def test_a_second_click_finds_nothing_more(browser: Client, url: str) -> None:
    typed = {"address": "rainer@klick-tipp.team", "why": "new consent"}
    browser.post(url, typed)
    assert browser.post(url, typed).status_code == 404
    assert AuditEntry.objects.filter(sentence="suppression.removed").count() == 1
