"""A plain form that is sent after the session has ended: signed in again in another tab, it is sent once more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount, Credential
from tests.browser.axe import assert_accessible
from tests.factories import PASSWORD
from tests.service import Service


def sign_in_again(page: Page, owner: Membership) -> None:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again in another tab").click()
    other = opened.value
    other.get_by_label("Email").fill(owner.user.email)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url("**/t/demo/")
    other.close()


def end_session_and_send(
    page: Page, owner: Membership, button: str, look: Callable[[Page], None] = lambda page: None
) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    look(page)
    sign_in_again(page, owner)
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text(f"now as {owner.user}")).to_be_visible()
    page.get_by_role("button", name="Send it now").click()


def test_a_customer_key_alone_is_typed_twice(signed_in: Page, owner: Membership, service: Service) -> None:
    page = signed_in
    page.goto("/t/demo/clients/new/")
    page.get_by_label("Name of the client").fill("Bergwind Outdoor")
    page.get_by_label("Customer key").fill(service.customer_keys[1])
    end_session_and_send(page, owner, "Test the key", look=assert_accessible)
    expect(page.get_by_label("Name of the client")).to_have_value("Bergwind Outdoor")
    expect(page.get_by_label("Customer key")).to_have_value("")
    page.get_by_label("Customer key").fill(service.customer_keys[1])
    page.get_by_role("button", name="Test the key").click()
    page.wait_for_url("**/t/demo/clients/new/confirm/")
    page.get_by_role("button", name="for Bergwind Outdoor").click()
    expect(page.get_by_text("Bergwind Outdoor is connected.")).to_be_visible()
    assert Credential.objects.get().secret == service.customer_keys[1]


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_a_contact_is_not_typed_twice(self, signed_in: Page, owner: Membership, account: ClientAccount) -> None:
        page = signed_in
        page.goto(f"/t/demo/clients/{account.slug}/contacts/add/")
        page.get_by_label("Email address", exact=True).fill("rainer@klick-tipp.team")
        page.get_by_label("Why may this contact be added?").select_option("consent")
        page.locator("[name=obtained_on]").fill("2026-11-01")
        page.get_by_label("Where does it come from?").fill("Trade fair")
        end_session_and_send(page, owner, f"Add contact to {account}")
        expect(page.get_by_role("heading", name=f"Added to {account}")).to_be_visible()
        expect(page.locator("main")).to_contain_text("rainer@klick-tipp.team")
