"""A client's overview: what was done last, and how many contacts there are."""

from django.test import Client

from accounts.models import Membership
from integrations.audit.models import LogLine
from integrations.clients.models import ClientAccount
from tests.factories import ClientAccountFactory
from tests.pages import main_words
from tests.service import Service

HX = {"HX-Request": "true"}


def url(account: ClientAccount, rest: str = "") -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/{rest}"


def test_contacts_are_counted_by_status_and_lead_to_those_counted(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    assert f'hx-get="{url(account, "contacts/counts/")}"' in browser.get(url(account)).content.decode()
    assert service.paths() == []

    told = browser.get(url(account, "contacts/counts/"), headers=HX).content.decode()

    assert len(service.paths()) == 3
    for status in ("pending", "subscribed", "unsubscribed"):
        assert f'href="{url(account, "contacts/browse/")}?status={status}"' in told
    line = LogLine.objects.get(sentence="contacts.counted")
    assert (line.kind, line.entries, line.outcome) == ("read", 3, "done")
    assert browser.get(url(account, "contacts/counts/"), headers=HX).content.decode() == told
    assert len(service.paths()) == 3


def test_what_cannot_be_counted_is_explained(browser: Client, account: ClientAccount, service: Service) -> None:
    service.fault(always=True, status=500)
    told = browser.get(url(account, "contacts/counts/"), headers=HX).content.decode()
    assert "KlickTipp answered in a way that cannot be understood." in told


def test_what_was_done_last_is_told_for_this_client_alone(
    browser: Client, account: ClientAccount, owner: Membership
) -> None:
    other = ClientAccountFactory(team=owner.team, name="Bergwind")
    for number in range(10):
        settings = {"name": f"Name {number}", "colour": account.colour, "country": "GB"}
        browser.post(url(account, "settings/"), settings)
    browser.post(url(other, "settings/"), {"name": "Bergwind 2", "colour": other.colour, "country": "GB"})

    page = browser.get(url(account))

    assert [action.sentence.partition(" renamed ")[2] for action in page.context["actions"]][:2] == [
        "Name 8 to Name 9",
        "Name 7 to Name 8",
    ]
    assert len(page.context["actions"]) == 8
    assert "Bergwind" not in main_words(page)
