"""The tools in a real browser: opt-in processes, the page after signing up, a data field, listbuilding keys."""

from typing import Any

import pytest
from django.db.models import Q
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.audit.models import Kind
from integrations.clients.models import ClientAccount
from tests.browser.axe import assert_accessible
from tests.browser.picking import add_fields
from tests.factories import ClientAccountFactory, ListbuildingKeyFactory
from tests.pages import logged
from tests.service import Service

EMAIL = "rainer@klick-tipp.team"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def tools(signed_in: Page, connected: ClientAccount) -> Page:
    signed_in.goto("/t/demo/clients/harbour/")
    signed_in.get_by_role("link", name="Tools", exact=True).click()
    expect(signed_in.get_by_role("heading", name="Tools", exact=True)).to_be_visible()
    return signed_in


def told() -> list[str]:
    return logged(~Q(kind=Kind.READ), sentence__startswith="tools.")


def use_listbuilding(page: Page, secret: str) -> None:
    """Add a key, subscribe a contact with it, take its tag away, unsubscribe it, remove the key."""
    page.get_by_role("link", name="Listbuilding keys").click()
    page.get_by_role("link", name="Add a listbuilding key").click()
    page.get_by_label("Label").fill("Website")
    page.get_by_label("Listbuilding key").fill(secret)
    page.get_by_role("button", name="Store the key for Harbour Lane Coffee").click()
    expect(page.locator("main .id")).to_have_text(f"…{secret[-4:]}")

    page.get_by_role("link", name="Subscribe a contact", exact=True).click()
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Why may this contact be added?").select_option("consent")
    page.locator("[name=obtained_on]").fill("2026-11-01")
    page.get_by_label("Where does it come from?").fill("Trade fair")
    page.get_by_role("button", name="Subscribe the contact to Harbour Lane Coffee").click()
    expect(page.get_by_role("heading", name="Subscribed to Harbour Lane Coffee")).to_be_visible()
    expect(page.get_by_role("link", name="Open in a new tab")).to_have_attribute(
        "href", "https://harbourlane.example.com/please-confirm"
    )
    page.get_by_role("link", name="Back to the listbuilding keys").click()

    page.get_by_role("link", name="Remove the tag").click()
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_role("button", name="Remove the tag at Harbour Lane Coffee").click()
    expect(page.get_by_text("KlickTipp has taken the tag of the listbuilding key “Website”")).to_be_visible()

    page.get_by_role("link", name="Unsubscribe a contact").click()
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name=f"Unsubscribe {EMAIL} from Harbour Lane Coffee?")).to_be_visible()
    page.get_by_role("button", name=f"Unsubscribe {EMAIL} from Harbour Lane Coffee").click()
    expect(page.get_by_text(f"{EMAIL} has been unsubscribed and is on the suppression list.")).to_be_visible()

    page.get_by_role("link", name="Tools", exact=True).click()
    page.get_by_role("link", name="Listbuilding keys").click()
    page.get_by_label("More for the key “Website”").click()
    page.get_by_role("link", name="Remove the key").click()
    page.get_by_role("button", name="Remove the key “Website” of Harbour Lane Coffee").click()
    expect(page.get_by_text("No listbuilding key is stored for this client.")).to_be_visible()


def test_listbuilding_from_the_first_key_to_its_end(tools: Page, service: Service) -> None:
    secret = service.accounts[0]["listbuilding_key"]
    use_listbuilding(tools, secret)
    assert told() == [
        f"Alex Demo stored the listbuilding key Website (…{secret[-4:]}) for Harbour Lane Coffee",
        "Alex Demo subscribed r•••@klick-tipp.team to Harbour Lane Coffee with the listbuilding key Website",
        "Alex Demo took the tag of the listbuilding key Website from r•••@klick-tipp.team of Harbour Lane Coffee",
        "Alex Demo unsubscribed r•••@klick-tipp.team from Harbour Lane Coffee with the listbuilding key Website",
        f"Alex Demo removed the listbuilding key Website (…{secret[-4:]}) of Harbour Lane Coffee",
    ]


def test_the_sign_up_form_grows_by_a_data_field_and_tells_refusals_in_place(tools: Page, service: Service) -> None:
    tools.get_by_role("link", name="Listbuilding keys").click()
    tools.get_by_role("link", name="Add a listbuilding key").click()
    tools.get_by_label("Label").fill("Website")
    tools.get_by_label("Listbuilding key").fill(service.accounts[0]["listbuilding_key"])
    tools.get_by_role("button", name="Store the key for Harbour Lane Coffee").click()
    tools.get_by_role("link", name="Subscribe a contact", exact=True).click()
    add_fields(tools, "City")
    expect(tools.get_by_label("City")).to_be_focused()
    tools.get_by_label("City").fill("Bristol")
    tools.get_by_label("Email address").fill("unsubscribed@klick-tipp.team")
    tools.get_by_label("Why may this contact be added?").select_option("consent")
    tools.locator("[name=obtained_on]").fill("2026-11-01")
    tools.get_by_label("Where does it come from?").fill("Trade fair")
    tools.get_by_role("button", name="Subscribe the contact to Harbour Lane Coffee").click()
    expect(tools.get_by_text("KlickTipp will probably refuse to add the contact again")).to_be_visible()
    tools.get_by_role("button", name="Subscribe the contact to Harbour Lane Coffee").first.click()
    expect(tools.get_by_role("alert").first).to_contain_text("KlickTipp refused this; no contact was added.")
    expect(tools.get_by_label("City")).to_have_value("Bristol")
    assert_accessible(tools)


def test_a_key_that_is_removed_meanwhile_leaves_the_form_as_it_is(
    tools: Page, connected: ClientAccount, service: Service
) -> None:
    gone = ListbuildingKeyFactory(account=connected, label="Website", secret="old")
    ListbuildingKeyFactory(account=connected, label="Shop", secret=service.accounts[0]["listbuilding_key"])
    tools.goto(f"/t/demo/clients/harbour/tools/listbuilding/{gone.pk}/sign-up/")
    tools.get_by_label("Email address").fill(EMAIL)
    tools.get_by_label("Why may this contact be added?").select_option("consent")
    tools.locator("[name=obtained_on]").fill("2026-11-01")
    tools.get_by_label("Where does it come from?").fill("Trade fair")
    gone.delete()
    tools.get_by_role("button", name="Subscribe the contact to Harbour Lane Coffee").click()
    expect(tools.get_by_text("This listbuilding key has been removed meanwhile")).to_be_visible()
    expect(tools.get_by_label("Where does it come from?")).to_have_value("Trade fair")
    tools.get_by_role("button", name="with the key “Shop”").click()
    expect(tools.get_by_role("heading", name="Subscribed to Harbour Lane Coffee")).to_be_visible()


def test_opt_in_processes_and_the_page_after_signing_up(tools: Page) -> None:
    tools.get_by_role("link", name="Opt-in processes").click()
    tools.get_by_role("link", name="Newsletter sign-up").click()
    expect(tools.get_by_text("Double opt-in: a new contact gets an email")).to_be_visible()
    tools.get_by_role("link", name="Which page does a certain contact see?").click()
    expect(tools.get_by_label("Opt-in process")).to_contain_text("Newsletter sign-up")
    tools.get_by_label("Email address").fill("nobody@klick-tipp.team")
    look_up = tools.get_by_role("button", name="Look up the page at Harbour Lane Coffee")
    look_up.click()
    expect(tools.get_by_text("KlickTipp does not find this contact, or the opt-in process.")).to_be_visible()
    tools.get_by_label("Email address").fill("pending@klick-tipp.team")
    look_up.click()
    expect(tools.get_by_role("heading", name="Page for pending@klick-tipp.team")).to_be_visible()
    expect(tools.get_by_role("link", name="Open in a new tab")).to_have_attribute("rel", "noreferrer")
    assert "klick-tipp.team" not in tools.url
    assert_accessible(tools)


def test_a_data_field(tools: Page) -> None:
    tools.get_by_role("link", name="Look up a data field").click()
    tools.get_by_label("ID of the data field").fill("CompanyName")
    tools.get_by_role("button", name="Look it up at Harbour Lane Coffee").click()
    expect(tools.get_by_role("heading", name="Company", exact=True)).to_be_visible()
    assert_accessible(tools)


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_listbuilding_works_with_buttons(self, tools: Page, service: Service) -> None:
        use_listbuilding(tools, service.accounts[0]["listbuilding_key"])
        assert len(told()) == 5
