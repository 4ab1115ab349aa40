"""Changing a contact on its page in a real browser: each form in the place of its section."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.browser.axe import assert_accessible
from tests.browser.settled import wait_until_settled
from tests.factories import ClientAccountFactory
from tests.service import Service

ADDRESS = "dario.jansson3@klick-tipp.team"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def contact(signed_in: Page, connected: ClientAccount) -> Page:
    """The page of a contact with its names loaded."""
    signed_in.goto("/t/demo/clients/harbour/contacts/")
    signed_in.get_by_label("Email address, SMS number, contact ID or key").fill(ADDRESS)
    signed_in.get_by_role("button", name="Find").click()
    expect(signed_in.get_by_role("heading", name="Dario Jansson")).to_be_visible()
    wait_until_settled(signed_in)
    return signed_in


def test_cancel_stands_beside_the_button_in_the_narrow_column_too(contact: Page) -> None:
    section(contact, "address").get_by_role("link", name="Change the email address").click()
    button = section(contact, "address").get_by_role("button", name="Change at").bounding_box()
    cancel = section(contact, "address").get_by_role("link", name="Cancel").bounding_box()
    assert button
    assert cancel
    assert cancel["x"] > button["x"] + button["width"]
    assert abs(cancel["y"] + cancel["height"] / 2 - button["y"] - button["height"] / 2) < 2


def section(page: Page, name: str) -> Any:
    return page.locator(f"#contact-{name}")


def toast(page: Page, text: str) -> None:
    expect(page.locator("#toasts").get_by_text(text)).to_be_visible()


def test_data_fields_are_changed_in_place(contact: Page) -> None:
    fields = section(contact, "fields")
    contact.get_by_role("link", name="Edit data fields").click()
    expect(contact.get_by_label("First name")).to_be_focused()
    assert_accessible(contact)
    contact.get_by_label("First name").fill("Reiner")
    fields.get_by_text("13 empty fields").click()
    contact.get_by_label("Birthday (date)").fill("1985-09-19")
    fields.get_by_role("button", name="Show what changes").click()
    expect(fields.locator("del")).to_have_text(["Dario", "(empty)"])
    expect(fields.locator("ins")).to_have_text(["Reiner", "19/09/1985"])
    expect(fields).to_be_focused()
    assert_accessible(contact)
    fields.get_by_role("button", name="Edit again").click()
    expect(contact.get_by_label("First name")).to_have_value("Reiner")
    expect(contact.get_by_label("First name")).to_be_focused()
    contact.get_by_label("City").fill("Leeds")
    fields.get_by_role("button", name="Show what changes").click()
    fields.get_by_role("button", name="Change this contact of Harbour Lane Coffee").click()
    toast(contact, "The data fields First name, City and Birthday (date) have been changed.")
    expect(fields).to_contain_text("Reiner")
    expect(fields).to_contain_text("19/09/1985")
    expect(fields).to_be_focused()
    expect(contact.get_by_role("heading", name="Reiner Jansson")).to_be_visible()
    expect(section(contact, "log")).to_contain_text("changed the data fields")


def test_what_is_typed_elsewhere_on_the_page_stays(contact: Page) -> None:
    contact.get_by_role("link", name="Edit data fields").click()
    contact.get_by_label("First name").fill("Reiner")
    contact.get_by_role("link", name="Change the email address").click()
    contact.get_by_label("Email address", exact=True).fill("pending@klick-tipp.team")
    address = section(contact, "address")
    address.get_by_role("button", name="Change at Harbour Lane Coffee").click()
    expect(address.get_by_role("alert")).to_contain_text("Error code 507")
    assert_accessible(contact)
    contact.get_by_label("Email address", exact=True).fill("dario.new@klick-tipp.team")
    address.get_by_role("button", name="Change at Harbour Lane Coffee").click()
    toast(contact, "The email address is dario.new@klick-tipp.team now.")
    expect(contact.locator("#contact-lead")).to_contain_text("dario.new@klick-tipp.team")
    expect(address).to_be_focused()
    expect(contact.get_by_label("First name")).to_have_value("Reiner")


def test_cancel_leads_back_to_the_section(contact: Page) -> None:
    contact.get_by_role("link", name="Change the SMS number").click()
    number = contact.get_by_label("SMS number", exact=True)
    expect(number).to_be_focused()
    number.fill("0151 1")
    section(contact, "address").get_by_role("button", name="Change at Harbour Lane Coffee").click()
    expect(section(contact, "address")).to_contain_text("This phone number is too short.")
    expect(number).to_be_focused()
    section(contact, "address").get_by_role("link", name="Cancel").click()
    expect(section(contact, "address")).to_contain_text("+49 1511 2000003")
    expect(section(contact, "address")).to_be_focused()


def test_tags_are_put_on_and_taken_off(contact: Page, service: Service) -> None:
    tags = section(contact, "tags")
    tags.get_by_role("link", name="Add tags").click()
    picker = contact.get_by_role("combobox", name="Tags")
    expect(picker).to_be_focused()
    assert_accessible(contact)
    picker.fill("VIP")
    contact.get_by_role("option", name="VIP").click()
    picker.press("Tab")
    tags.get_by_role("button", name="Tag this contact of Harbour Lane Coffee").click()
    toast(contact, f"{ADDRESS} has been tagged.")
    expect(tags).to_be_focused()
    expect(tags.locator(".tag-chip", has_text="VIP").locator("time")).to_be_visible()
    assert_accessible(contact)
    tags.get_by_role("button", name="Take off: VIP").click()
    toast(contact, "The tag VIP has been taken off.")
    expect(tags).not_to_contain_text("VIP")
    service.fault(path="/subscriber/untag", status=406, body='{"error": 777}')
    tags.get_by_role("button", name="Take off: Newsletter").click()
    expect(tags.get_by_role("alert")).to_contain_text("Something went wrong. Error: 777.")
    expect(tags.locator("#manual-tags")).to_contain_text("Newsletter")
    assert_accessible(contact)
    tags.get_by_role("button", name="Try again: Newsletter").click()
    toast(contact, "The tag Newsletter has been taken off.")
    expect(tags.get_by_role("alert")).to_have_count(0)


def test_unsubscribing_shows_both_channels(contact: Page) -> None:
    status = section(contact, "status")
    status.get_by_role("link", name="Unsubscribe from emails").click()
    expect(status).to_be_focused()
    expect(status.get_by_role("checkbox")).to_be_checked()
    assert_accessible(contact)
    status.get_by_role("button", name="Unsubscribe this contact of Harbour Lane Coffee").click()
    toast(contact, f"{ADDRESS} has been unsubscribed and is on the suppression list.")
    expect(status).to_contain_text("SMS is still subscribed.")
    expect(status).to_be_focused()
    assert_accessible(contact)


def test_deleting_leads_to_where_contacts_are_found(contact: Page) -> None:
    other = contact.context.new_page()
    other.goto(contact.url)
    other.get_by_role("link", name="Edit data fields").click()
    other.get_by_label("First name").fill("Reiner")
    deletion = section(contact, "delete")
    deletion.get_by_role("link", name="Delete this contact").click()
    expect(deletion.get_by_label("Email address", exact=True)).to_be_focused()
    deletion.get_by_role("button", name="Delete this contact of Harbour Lane Coffee").click()
    expect(deletion).to_contain_text("This is not what stands above. Nothing was deleted.")
    assert_accessible(contact)
    deletion.get_by_label("Email address", exact=True).fill(ADDRESS)
    deletion.get_by_role("button", name="Delete this contact of Harbour Lane Coffee").click()
    expect(contact.get_by_text(f"{ADDRESS} has been deleted and is on the suppression list.")).to_be_visible()
    assert_accessible(contact)

    other.get_by_role("button", name="Show what changes").click()
    other.get_by_role("button", name="Change this contact of Harbour Lane Coffee").click()
    expect(section(other, "fields")).to_contain_text("KlickTipp has no such contact any more")
    expect(other.get_by_label("First name")).to_have_value("Reiner")


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_each_form_is_a_page_of_its_own(self, contact: Page) -> None:
        contact.get_by_role("link", name="Edit data fields").click()
        contact.get_by_label("First name").fill("Reiner")
        contact.get_by_role("button", name="Show what changes").click()
        contact.get_by_role("button", name="Change this contact of Harbour Lane Coffee").click()
        expect(contact.get_by_role("heading", name="Reiner Jansson")).to_be_visible()
        contact.get_by_role("link", name="Add tags").click()
        contact.get_by_role("button", name="Load the tags").click()
        contact.get_by_label("VIP").check()
        contact.get_by_role("button", name="Tag this contact of Harbour Lane Coffee").click()
        section(contact, "tags").get_by_role("button", name="Take off: VIP").click()
        expect(contact.get_by_text("The tag VIP has been taken off.")).to_be_visible()
        contact.get_by_role("link", name="Delete this contact").click()
        contact.get_by_label("Email address", exact=True).fill(ADDRESS)
        contact.get_by_role("button", name="Delete this contact of Harbour Lane Coffee").click()
        expect(contact.get_by_text(f"{ADDRESS} has been deleted and is on the suppression list.")).to_be_visible()


class TestOnAPhone:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "viewport": {"width": 390, "height": 800}}

    def test_no_form_is_wider_than_the_page(self, contact: Page) -> None:
        for link in ("Edit data fields", "Change the email address", "Add tags", "Delete this contact"):
            contact.get_by_role("link", name=link).click()
            wait_until_settled(contact)
        assert contact.evaluate("document.documentElement.scrollWidth") == 390
