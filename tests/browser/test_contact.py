"""Finding a contact and reading its page in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.browser.settled import wait_until_settled
from tests.factories import ClientAccountFactory
from tests.service import Service

CONTACTS = "/t/demo/clients/harbour/contacts/"
ADDRESS = "dario.jansson3@klick-tipp.team"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def contacts(signed_in: Page, connected: ClientAccount) -> Page:
    signed_in.goto("/t/demo/clients/harbour/")
    signed_in.get_by_role("link", name="Contacts", exact=True).click()
    expect(signed_in.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    return signed_in


def find(page: Page, wanted: str) -> None:
    page.get_by_label("Email address, SMS number, contact ID or key").fill(wanted)
    page.get_by_role("button", name="Find").click()


def test_a_contact_is_found_and_its_names_arrive(contacts: Page, service: Service) -> None:
    expect(contacts.get_by_label("Email address, SMS number, contact ID or key")).to_be_focused()
    find(contacts, "Dario Jansson")
    expect(contacts.get_by_text("Please type one of these in full")).to_be_visible()
    expect(contacts.get_by_label("Email address, SMS number, contact ID or key")).to_be_focused()
    find(contacts, ADDRESS)
    expect(contacts.get_by_role("heading", name="Dario Jansson")).to_be_visible()
    assert ADDRESS not in contacts.url
    expect(contacts.locator("#contact-tags")).to_contain_text("Newsletter")
    expect(contacts.locator("#contact-fields")).to_contain_text("Customer number")
    expect(contacts.locator("#contact-fields")).to_contain_text("13 empty fields")
    expect(contacts.locator("#contact-status")).to_contain_text("Webinar")
    expect(contacts.get_by_role("button", name="Load the names from KlickTipp")).to_have_count(0)
    contacts.get_by_text("events as a table").click()
    expect(contacts.locator("#contact-events tbody")).to_contain_text("Newsletter")
    expect(contacts.get_by_role("img", name="What happened so far")).to_be_visible()
    assert sum(call.startswith("GET /subscriber/") for call in service.paths()) == 1


def test_opened_contacts_are_listed(contacts: Page) -> None:
    find(contacts, ADDRESS)
    contacts.get_by_role("link", name="Contacts", exact=True).click()
    contacts.get_by_role("link", name=ADDRESS).click()
    expect(contacts.get_by_role("heading", name="Dario Jansson")).to_be_visible()


def test_who_is_not_there_is_added_and_opened(contacts: Page) -> None:
    find(contacts, "rainer@klick-tipp.team")
    expect(contacts.get_by_text("Harbour Lane Coffee has no contact rainer@klick-tipp.team")).to_be_visible()
    contacts.get_by_role("button", name="Add this contact").click()
    expect(contacts.get_by_label("Email address", exact=True)).to_have_value("rainer@klick-tipp.team")
    expect(contacts.locator(".tag-live")).to_be_visible()
    contacts.get_by_label("Why may this contact be added?").select_option("consent")
    contacts.locator("[name=obtained_on]").fill("2026-11-01")
    contacts.get_by_label("Where does it come from?").fill("Trade fair")
    contacts.get_by_role("button", name="Add contact to Harbour Lane Coffee").click()
    contacts.get_by_role("link", name="Open the contact").click()
    expect(contacts.locator("#contact-origin")).to_contain_text("Consent of the person: Trade fair")
    contacts.locator("#contact-log").get_by_role("link", name="In the log, also who looked").click()
    expect(contacts.get_by_text("Only what is about this contact:")).to_be_visible()
    contacts.get_by_role("link", name="Alex Demo added r•••@klick-tipp.team").click()
    contacts.locator(".chip a").click()
    expect(contacts.get_by_role("heading", name="rainer@klick-tipp.team")).to_be_visible()


def test_contacts_of_every_kind_are_accessible(contacts: Page) -> None:
    for wanted in (ADDRESS, "sms-unsubscribed@klick-tipp.team", "hardbounce@klick-tipp.team"):
        contacts.goto(CONTACTS)
        find(contacts, wanted)
        wait_until_settled(contacts)
        for summary in contacts.locator("main summary").all():
            summary.click()
        assert_accessible_in_light_and_dark(contacts)
    contacts.goto(CONTACTS)
    find(contacts, "nobody@klick-tipp.team")
    expect(contacts.get_by_role("button", name="Add this contact")).to_be_visible()
    assert_accessible_in_light_and_dark(contacts)
    contacts.goto(f"{CONTACTS}4711/")
    assert_accessible_in_light_and_dark(contacts)


def test_no_address_is_asked_for_in_a_url(contacts: Page) -> None:
    asked: list[str] = []

    def note(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_()

    contacts.route("**", note)
    find(contacts, ADDRESS)
    expect(contacts.get_by_role("heading", name="Dario Jansson")).to_be_visible()
    wait_until_settled(contacts)
    assert asked
    assert not any("dario" in url for url in asked)


class TestOnAPhone:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "viewport": {"width": 390, "height": 800}}

    def test_nothing_is_wider_than_the_page(self, signed_in: Page, connected: ClientAccount) -> None:
        signed_in.goto(CONTACTS)
        expect(signed_in.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
        find(signed_in, ADDRESS)
        expect(signed_in.locator("#contact-tags")).to_contain_text("Newsletter")
        assert signed_in.evaluate("document.documentElement.scrollWidth") == 390


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_names_are_loaded_with_buttons(self, contacts: Page) -> None:
        find(contacts, ADDRESS)
        tags = contacts.locator("#contact-tags")
        expect(tags).not_to_contain_text("Newsletter")
        tags.get_by_role("button", name="Load the names from KlickTipp").click()
        expect(tags).to_contain_text("Newsletter")
        expect(contacts.locator("#contact-events tbody")).to_contain_text("Newsletter")
