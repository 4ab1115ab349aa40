"""How many contacts have a tag, counted on request."""

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from integrations.audit.models import AuditEntry, Kind
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount
from tests.factories import MembershipFactory
from tests.pages import html
from tests.service import Service


@pytest.fixture
def page_url(url: Any, tag_ids: dict[str, int]) -> str:
    return str(url(f"{tag_ids['Newsletter']}/count/"))


def test_a_page_tells_the_number_and_the_log_a_read(browser: Client, page_url: str, owner: Any) -> None:
    page = browser.get(page_url)
    entry = AuditEntry.objects.get(operation="list_tagged_contacts")
    assert f"{entry.answer['count']} contacts" in html(page)
    assert "Contacts with the tag “Newsletter”" in html(page)
    assert entry.kind == Kind.READ
    assert len(entry.request["status"]) == 3
    assert len(entry.request["bounce_status"]) == 4
    told = tell(entry.sentence, entry.parameters)
    assert told == f"{owner.user} counted the contacts with the tag Newsletter of Harbour Lane Coffee"


def test_htmx_gets_the_number_alone(browser: Client, page_url: str) -> None:
    page = browser.get(page_url, headers={"HX-Request": "true"})
    assert "<html" not in html(page)
    assert "contacts" in html(page)


@pytest.mark.parametrize("body", ["[]", "{}"])
def test_no_contact_is_a_number_too(browser: Client, page_url: str, service: Service, body: str) -> None:
    service.fault(path="/subscriber/tagged", status=200, body=body)
    assert "0 contacts" in html(browser.get(page_url))


def test_large_numbers_are_grouped(browser: Client, page_url: str, service: Service) -> None:
    tagged = ",".join(f'"{n}": "1715126400"' for n in range(1, 1235))
    service.fault(path="/subscriber/tagged", status=200, body=f"{{{tagged}}}")
    assert "1,234 contacts" in html(browser.get(page_url))


def test_a_failure_stands_in_place_with_the_link_to_ask_again(browser: Client, page_url: str, service: Service) -> None:
    service.fault(path="/subscriber/tagged", status=500, always=True)
    for headers in ({}, {"HX-Request": "true"}):
        page = browser.get(page_url, headers=headers)
        assert page.status_code == 422
        assert "KlickTipp answered in a way that cannot be understood." in html(page)
    assert f'hx-get="{page_url}"' in html(page)


def test_a_viewer_may_count(client: Client, account: ClientAccount, page_url: str) -> None:
    client.force_login(MembershipFactory(team=account.team, role=Role.VIEWER).user)
    assert client.get(page_url).status_code == 200


def test_the_last_number_stays_with_its_time(browser: Client, page_url: str, url: Any) -> None:
    assert "Count again" not in html(browser.get(url()))
    browser.get(page_url)
    number = AuditEntry.objects.get(operation="list_tagged_contacts").answer["count"]
    shown = html(browser.get(url("?q=Newsletter")))
    assert f">{number}</a>" in shown
    assert "<time" in shown
    assert "Count again" in shown
    assert "Count again" in html(browser.get(page_url.removesuffix("count/")))
