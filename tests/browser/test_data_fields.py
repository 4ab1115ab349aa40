"""Data fields in a real browser: guesses taken over, types set, and forms that follow."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.browser.picking import add_fields, open_further_fields
from tests.factories import ClientAccountFactory
from tests.service import Service


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def fields(signed_in: Page, connected: ClientAccount, service: Service) -> Page:
    service.switch(before_october_2026=True)
    signed_in.goto("/t/demo/clients/harbour/")
    signed_in.get_by_role("link", name="Data fields").click()
    expect(signed_in.get_by_role("heading", name="Data fields", exact=True)).to_be_visible()
    return signed_in


def take_the_guess(page: Page) -> None:
    page.get_by_role("button", name="Guess from contacts of Harbour Lane Coffee").click()
    expect(page.get_by_text("5 contacts were looked at.")).to_be_visible()
    page.get_by_role("button", name="Take this: Date as the type of Customer since").click()


def save_types(page: Page) -> None:
    page.locator(".save-bar").get_by_role("button", name="Save the types").click()


def test_several_types_are_set_by_keyboard_and_an_error_leads_to_one(fields: Page) -> None:
    fields.get_by_label("Type of Employees", exact=True).select_option("number")
    fields.get_by_label("Type of Order total", exact=True).select_option("decimal")
    fields.get_by_label("Type of Order total", exact=True).press("Tab")
    save_types(fields)
    expect(fields.get_by_text("The types of 2 data fields are set.")).to_be_visible()
    expect(fields.get_by_label("Type of Employees", exact=True)).to_be_focused()
    assert_accessible_in_light_and_dark(fields)

    fields.get_by_role("link", name="Add contact").click()
    expect(fields.locator("#further[hx-get]")).to_have_count(0)
    open_further_fields(fields)
    filter_field = fields.get_by_label("Filter the list")
    filter_field.fill("employ")
    filter_field.press("Enter")
    filter_field.fill("order")
    filter_field.press("Enter")
    fields.get_by_role("button", name="Add the fields").click()
    expect(fields.get_by_label("Employees")).to_be_focused()
    fields.get_by_label("Employees").fill("many")
    fields.get_by_role("button", name="Add contact to Harbour Lane Coffee").click()
    assert_accessible_in_light_and_dark(fields)
    with fields.context.expect_page() as opened:
        fields.get_by_role("link", name="Its type is Number: change it").click()
    expect(opened.value.get_by_label("Type of Employees", exact=True)).to_be_focused()


def test_a_guess_is_taken_over_and_the_form_shows_the_right_control(fields: Page) -> None:
    take_the_guess(fields)
    chosen = fields.get_by_label("Type of Customer since", exact=True)
    expect(chosen).to_have_value("date")
    expect(chosen).to_be_focused()
    expect(fields.get_by_text("Customer since: the type is now “Date”.")).to_be_visible()

    fields.get_by_label("Part of the name, or ID").press_sequentially("total")
    expect(fields.locator("tbody tr")).to_have_count(1)
    fields.get_by_label("Type of Order total", exact=True).select_option("decimal")
    save_types(fields)
    expect(fields.get_by_text("Order total: the type is now “Decimal number”.")).to_be_visible()

    fields.get_by_role("link", name="Add contact").click()
    expect(fields.locator("#further[hx-get]")).to_have_count(0)
    add_fields(fields, "Customer since", "Order total")
    expect(fields.get_by_label("Customer since")).to_be_focused()
    since, total = fields.get_by_label("Customer since"), fields.get_by_label("Order total")
    expect(since).to_have_attribute("type", "date")
    add = fields.get_by_role("button", name="Add contact to Harbour Lane Coffee")
    since.press_sequentially("02")
    add.click()
    expect(add).to_be_enabled()
    assert since.evaluate("field => field.validity.badInput"), (
        "the wrong day stays to be corrected, and nothing is sent"
    )
    expect(fields.locator(".is-invalid")).to_have_count(0)

    since.fill("2024-02-29")
    total.fill("1.23.4")
    add.click()
    expect(fields.get_by_text("Please type the number without separators between thousands")).to_be_visible()
    expect(since).to_have_value("2024-02-29")
    expect(total).to_have_value("1.23.4")


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_types_can_be_set(self, fields: Page) -> None:
        take_the_guess(fields)
        expect(fields.get_by_text("Customer since: the type is now “Date”.")).to_be_visible()
        fields.get_by_label("Part of the name, or ID").fill("note")
        fields.get_by_role("button", name="Find").click()
        fields.get_by_label("Type of Notes", exact=True).select_option("paragraph")
        save_types(fields)
        expect(fields.get_by_text("Notes: the type is now “Paragraph”.")).to_be_visible()
        expect(fields).to_have_url(re.compile(r"\?q=note&page=1&at=field\d+$"))
