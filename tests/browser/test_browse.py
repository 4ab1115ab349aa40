"""Looking through all contacts in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.browser.axe import assert_accessible, assert_accessible_in_light_and_dark
from tests.factories import ClientAccountFactory
from tests.service import Service

BROWSE = "/t/demo/clients/harbour/contacts/browse/"
HELD = "+49 1511 3000001"
HELD_ID = "10000054"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def contacts(signed_in: Page, connected: ClientAccount) -> Page:
    signed_in.goto("/t/demo/clients/harbour/contacts/")
    return signed_in


def open_list(page: Page) -> None:
    page.get_by_role("link", name="Browse all contacts").click()
    expect(page.get_by_role("heading", name="All contacts", exact=True)).to_be_visible()


def lists_asked_for(service: Service) -> int:
    return sum(path.startswith("GET /subscriber?") for path in service.paths())


def test_a_contact_leads_back_to_its_row_whatever_was_done_there(contacts: Page) -> None:
    open_list(contacts)
    expect(contacts.get_by_text("31 contacts, 1 to 25 on this page")).to_be_visible()
    contacts.get_by_label("Status").select_option("subscribed")
    expect(contacts.get_by_text("29 contacts, 1 to 25 on this page")).to_be_visible()
    contacts.get_by_role("link", name="Next").click()
    expect(contacts.get_by_text("26 to 29 on this page")).to_be_visible()
    expect(contacts.locator(".browse-waiting")).to_have_count(0)
    url = contacts.url
    row = contacts.locator("tbody .row-link").nth(2)
    name = row.inner_text()
    row.click()
    contacts.get_by_role("link", name="Unsubscribe from emails").click()
    contacts.locator("#contact-status").get_by_role("link", name="Cancel").click()
    expect(contacts.get_by_role("link", name="Unsubscribe from emails")).to_be_visible()
    contacts.get_by_role("link", name="Back to the list").click()
    expect(contacts.get_by_role("link", name=name)).to_be_visible()
    assert contacts.url.partition("#")[0] == url
    expect(contacts.get_by_label("Status")).to_have_value("subscribed")


def test_rows_are_there_at_once_and_fill_as_their_contacts_arrive(contacts: Page, service: Service) -> None:
    service.switch(before_october_2026=True)
    service.fault(path=f"/subscriber/{HELD_ID}", delay_ms=2500)
    open_list(contacts)
    expect(contacts.get_by_text("31 contacts, 1 to 25 on this page")).to_be_visible()
    expect(contacts.locator("tbody tr")).to_have_count(25)
    held = contacts.get_by_role("link", name=f"Contact {HELD_ID}")
    held.focus()
    expect(contacts.locator("tbody .outcome-done")).not_to_have_count(0)
    expect(contacts.locator(".browse-waiting")).to_have_count(1)
    expect(held).to_be_focused()
    expect(contacts.get_by_text("Reading the contacts")).to_be_visible()
    expect(contacts.get_by_role("row", name=HELD)).to_contain_text("Sami")
    expect(contacts.get_by_role("link", name=HELD)).to_be_focused()
    expect(contacts.locator(".browse-waiting")).to_have_count(0)
    expect(contacts.get_by_text("Reading the contacts")).to_have_count(0)
    assert lists_asked_for(service) == 1
    assert len(service.paths()) == 27, "the list, the rows at once in vain, then one by one"


def test_a_page_comes_with_one_call(contacts: Page, service: Service) -> None:
    open_list(contacts)
    expect(contacts.get_by_role("row", name=HELD)).to_contain_text("Sami")
    expect(contacts.locator(".browse-waiting")).to_have_count(0)
    assert [path.partition("1")[0] for path in service.paths()[1:]] == ["GET /subscriber/bulk/"]


def test_pages_and_the_way_back_stay_in_one_list(contacts: Page, service: Service) -> None:
    open_list(contacts)
    expect(contacts.get_by_role("link", name="hardbounce@klick-tipp.team", exact=True)).to_be_visible()
    contacts.get_by_role("link", name="Next").click()
    expect(contacts.get_by_text("31 contacts, 26 to 31 on this page")).to_be_visible()
    dario = contacts.get_by_role("link", name="dario.jansson3@klick-tipp.team")
    dario.click()
    expect(contacts.get_by_role("heading", name="Dario Jansson")).to_be_visible()
    contacts.go_back()
    expect(dario).to_be_visible()
    contacts.go_back()
    expect(contacts.get_by_role("link", name="hardbounce@klick-tipp.team", exact=True)).to_be_visible()
    contacts.get_by_label("Page", exact=True).fill("2")
    contacts.get_by_role("button", name="Go").click()
    expect(dario).to_be_visible()
    contacts.get_by_role("link", name="First").click()
    expect(contacts.get_by_role("link", name=HELD)).to_be_visible()
    assert lists_asked_for(service) == 1

    contacts.get_by_role("link", name="Load again").click()
    expect(contacts.get_by_role("link", name=HELD)).to_be_visible()
    assert lists_asked_for(service) == 2


def test_filters_narrow_the_list_and_back_widens_it(contacts: Page, service: Service) -> None:
    open_list(contacts)
    expect(contacts.get_by_role("link", name=HELD)).to_be_visible()
    contacts.get_by_label("Status").select_option("Unsubscribed")
    expect(contacts.locator("#found-count")).to_have_text("1 contact")
    expect(contacts.get_by_role("row", name="unsubscribed@klick-tipp.team")).to_contain_text("not bounced")
    assert "status=unsubscribed" in contacts.url
    assert "list=" in contacts.url
    contacts.get_by_label("Bounce").select_option("Spam bounce")
    expect(contacts.get_by_text("No contact fits these filters.")).to_be_visible()
    expect(contacts.locator("#found-count")).to_have_text("0 contacts")
    asked = lists_asked_for(service)
    contacts.go_back()
    expect(contacts.get_by_label("Status")).to_have_value("unsubscribed")
    expect(contacts.get_by_label("Bounce")).to_have_value("")
    expect(contacts.get_by_role("row", name="unsubscribed@klick-tipp.team")).to_contain_text("not bounced")
    contacts.go_back()
    expect(contacts.get_by_label("Status")).to_have_value("")
    expect(contacts.get_by_role("link", name=HELD)).to_be_visible()
    assert lists_asked_for(service) == asked


def test_what_cannot_be_read_is_told_and_tried_again(contacts: Page, service: Service) -> None:
    service.fault(path="/subscriber/*", status=403, body='["API access denied."]', times=8)
    open_list(contacts)
    expect(contacts.get_by_role("alert")).to_contain_text("KlickTipp refuses the access.")
    expect(contacts.get_by_text("Not loaded.")).to_have_count(25)
    assert_accessible(contacts)
    service.reset()
    contacts.get_by_role("link", name="Try again").click()
    expect(contacts.get_by_role("link", name=HELD)).to_be_visible()


def test_signed_out_meanwhile_is_said(contacts: Page) -> None:
    contacts.route("**/browse/rows/", lambda route: (contacts.context.clear_cookies(name="session"), route.continue_()))
    open_list(contacts)
    expect(contacts.get_by_text("Sign in again in another tab")).to_be_visible()
    expect(contacts.locator("tbody tr")).to_have_count(25)


def test_it_is_accessible_before_and_after_the_rows_are_there(contacts: Page, service: Service) -> None:
    service.switch(before_october_2026=True)
    service.fault(path=f"/subscriber/{HELD_ID}", delay_ms=4000)
    open_list(contacts)
    expect(contacts.locator(".browse-waiting")).to_have_count(1)
    assert_accessible_in_light_and_dark(contacts)
    expect(contacts.locator(".browse-waiting")).to_have_count(0)
    assert_accessible_in_light_and_dark(contacts)
    contacts.goto(f"{BROWSE}?status=pending&bounce=hardbounce")
    assert_accessible_in_light_and_dark(contacts)


class TestInGerman:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "de-DE", "viewport": {"width": 390, "height": 800}}

    @pytest.fixture
    def signed_in(self, page: Page, owner: Membership, service: Service, client: Any, live_server: Any) -> Page:
        client.force_login(owner.user)
        page.context.add_cookies(
            [{"name": name, "value": cookie.value, "url": live_server.url} for name, cookie in client.cookies.items()]
        )
        return page

    def test_on_a_phone(self, signed_in: Page, connected: ClientAccount) -> None:
        signed_in.goto(BROWSE)
        expect(signed_in.get_by_role("heading", name="Alle Kontakte", exact=True)).to_be_visible()
        expect(signed_in.get_by_text("31 Kontakte, auf dieser Seite 1 bis 25")).to_be_visible()
        expect(signed_in.get_by_role("row", name="pending@klick-tipp.team")).to_contain_text("Opt\u2011in ausstehend")
        expect(signed_in.get_by_role("row", name="softbounce@klick-tipp.team")).to_contain_text("26.08.2025")
        assert signed_in.evaluate("document.documentElement.scrollWidth") == 390


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_all_rows_are_there(self, contacts: Page, service: Service) -> None:
        open_list(contacts)
        expect(contacts.get_by_role("row", name=HELD)).to_contain_text("Sami")
        contacts.get_by_role("link", name="Next").click()
        expect(contacts.get_by_role("link", name="dario.jansson3@klick-tipp.team")).to_be_visible()
        assert lists_asked_for(service) == 1
        contacts.get_by_label("Status").select_option("Unsubscribed")
        contacts.get_by_role("button", name="Filter").click()
        expect(contacts.get_by_role("row", name="unsubscribed@klick-tipp.team")).to_contain_text("not bounced")
