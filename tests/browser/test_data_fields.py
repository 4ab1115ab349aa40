"""Data fields in a real browser: guesses taken over, types set, and forms that follow."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
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
    page.get_by_role("button", name="Take Date as the type of Customer since").click()


def test_a_guess_is_taken_over_and_the_form_shows_the_right_control(fields: Page) -> None:
    take_the_guess(fields)
    chosen = fields.get_by_label("Type of Customer since", exact=True)
    expect(chosen).to_have_value("date")
    expect(chosen).to_be_focused()
    expect(fields.get_by_text("Customer since: the type is now “Date”.")).to_be_visible()

    fields.get_by_label("Part of the name, or ID").press_sequentially("total")
    expect(fields.locator("tbody tr")).to_have_count(1)
    fields.get_by_label("Type of Order total", exact=True).select_option("decimal")
    fields.get_by_role("button", name="Save the type of Order total").click()
    expect(fields.get_by_text("Order total: the type is now “Decimal number”.")).to_be_visible()

    fields.get_by_role("link", name="Add contact").click()
    expect(fields.locator("#further[hx-get]")).to_have_count(0)
    for name in ("Customer since", "Order total"):
        fields.get_by_label("Further data field").select_option(name)
        fields.get_by_role("button", name="Add field").click()
        expect(fields.get_by_label(name)).to_be_focused()
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
        fields.get_by_role("button", name="Save the type of Notes").click()
        expect(fields.get_by_text("Notes: the type is now “Paragraph”.")).to_be_visible()
        expect(fields).to_have_url(re.compile(r"\?q=note&page=1$"))
