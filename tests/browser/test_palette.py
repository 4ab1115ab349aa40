"""Ctrl-K opens the palette on every page, and all of it works by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.browser.focus import assert_focus_is_seen
from tests.factories import ClientAccountFactory
from tests.service import Service

ADDRESS = "dario.jansson3@klick-tipp.team"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    ClientAccountFactory(team=owner.team, name="Bergwind", slug="bergwind")
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


def test_every_page_has_it(signed_in: Page, connected: ClientAccount) -> None:
    for url in ("/t/demo/", "/t/demo/log/", "/t/demo/clients/harbour/tags/", "/profile/", "/t/demo/go/"):
        signed_in.goto(url)
        signed_in.keyboard.press("Control+k")
        expect(signed_in.locator("[data-palette-field]")).to_be_focused()


def test_a_client_is_chosen_by_keys_alone(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.keyboard.press("Control+k")
    signed_in.keyboard.type("bergw")
    expect(signed_in.locator("[data-palette-status]")).to_have_text("Found: 1. Enter opens Bergwind")
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/clients/bergwind/")


def test_what_is_typed_wrongly_finds_what_comes_near(signed_in: Page, connected: ClientAccount) -> None:
    dialog, nothing = signed_in.locator("dialog"), signed_in.locator("[data-palette-none]")
    signed_in.goto("/t/demo/clients/harbour/")
    signed_in.keyboard.press("Control+k")
    signed_in.locator("[data-palette-field]").fill("tagg")
    expect(nothing).to_have_text("No page and no client has that in its name. This comes near:", use_inner_text=True)
    expect(signed_in.locator("[data-palette-status]")).to_contain_text("This comes near: Enter opens Tags")
    signed_in.locator("[data-palette-field]").fill("xyz")
    expect(dialog.get_by_role("link")).to_have_count(0)


def test_outside_a_client_nothing_found_offers_the_clients(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.keyboard.press("Control+k")
    signed_in.locator("[data-palette-field]").fill("tagg")
    expect(signed_in.locator("[data-palette-none]")).to_contain_text("pages of a client are found once one is chosen")
    assert signed_in.locator("dialog").get_by_role("link").all_inner_texts() == ["Bergwind", "Harbour Lane Coffee"]
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("dialog[open]")).to_be_visible()
    signed_in.locator("[data-palette-field]").fill("bregwind")
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/clients/bergwind/")


def test_arrows_go_through_the_lines_and_typing_goes_on(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.goto("/t/demo/clients/harbour/")
    signed_in.keyboard.press("Control+k")
    field = signed_in.locator("[data-palette-field]")
    field.fill("tag")
    expect(signed_in.locator("dialog").get_by_role("link")).to_have_count(4)
    signed_in.keyboard.press("ArrowDown")
    expect(signed_in.locator("dialog").get_by_role("link", name="Tags", exact=True)).to_be_focused()
    signed_in.keyboard.press("ArrowDown")
    expect(signed_in.locator("dialog").get_by_role("link", name="New tag")).to_be_focused()
    signed_in.keyboard.type(" c")
    expect(field).to_be_focused()
    signed_in.keyboard.press("ArrowUp")
    signed_in.keyboard.press("ArrowDown")
    expect(field).to_be_focused()
    field.fill("tag con")
    signed_in.keyboard.press("ArrowUp")
    expect(signed_in.locator("dialog").get_by_role("link", name="Tag contacts")).to_be_focused()
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/tags/tagging/")


def test_umlauts_are_found_however_they_are_typed(signed_in: Page, connected: ClientAccount) -> None:
    ClientAccountFactory(team=connected.team, name="Bäckerei Ölmann")
    signed_in.goto("/t/demo/")
    signed_in.keyboard.press("Control+k")
    line = signed_in.get_by_role("dialog").get_by_role("link", name="Bäckerei Ölmann")
    expect(line).to_be_visible()
    for typed in ("baeck", "back", "bäck", "oelm"):
        signed_in.keyboard.press("Control+a")
        signed_in.keyboard.type(typed)
        expect(line).to_be_visible()
        expect(signed_in.locator("[data-palette-none]")).to_be_hidden()
    signed_in.keyboard.type("x")
    expect(signed_in.locator("[data-palette-none]")).to_be_visible()


def test_escape_goes_back_to_where_one_was(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.goto("/t/demo/clients/harbour/tags/")
    asked: list[str] = []
    signed_in.on("request", lambda request: asked.append(request.url))
    before = signed_in.get_by_label("Part of the name, or ID")
    before.focus()
    for _ in range(2):
        signed_in.keyboard.press("Control+k")
        expect(signed_in.get_by_role("dialog").get_by_role("link", name="Bergwind")).to_be_visible()
        signed_in.keyboard.press("Escape")
        expect(signed_in.get_by_role("dialog")).to_have_count(0)
        expect(before).to_be_focused()
    assert sum(url.endswith("/go/") for url in asked) == 1


def test_a_contact_is_found_in_the_client_and_in_the_log(signed_in: Page, connected: ClientAccount) -> None:
    asked: list[str] = []
    signed_in.on("request", lambda request: asked.append(request.url))
    signed_in.goto("/t/demo/clients/harbour/tags/")
    signed_in.keyboard.press("Control+k")
    signed_in.keyboard.type(ADDRESS)
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", name="Dario Jansson")).to_be_visible()
    signed_in.keyboard.press("Control+k")
    signed_in.keyboard.type(ADDRESS)
    signed_in.get_by_role("button", name=f"Find {ADDRESS} in the log of all clients").click()
    expect(signed_in.get_by_text("Only what is about this contact:")).to_be_visible()
    assert not any("dario" in url for url in asked)


def test_the_button_opens_it_and_a_click_beside_closes_it(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.get_by_role("link", name="Find or go to").click()
    expect(signed_in.get_by_role("dialog", name="Find or go to")).to_be_visible()
    expect(signed_in.get_by_role("dialog").get_by_role("link", name="Bergwind")).to_be_visible()
    assert_accessible_in_light_and_dark(signed_in)
    signed_in.locator("[data-palette-field]").fill(ADDRESS)
    assert_accessible_in_light_and_dark(signed_in)
    signed_in.mouse.click(5, 5)
    expect(signed_in.get_by_role("dialog")).to_have_count(0)


def test_a_list_that_does_not_come_is_told(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.route("**/go/", lambda route: route.fulfill(status=204))
    signed_in.keyboard.press("Control+k")
    expect(signed_in.get_by_role("dialog")).to_have_count(0)


def test_its_page_is_seen_by_keyboard(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.goto("/t/demo/clients/harbour/go/")
    assert_focus_is_seen(signed_in)


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_the_button_leads_to_a_page(self, signed_in: Page, connected: ClientAccount) -> None:
        signed_in.goto("/t/demo/clients/harbour/")
        signed_in.get_by_role("link", name="Find or go to").click()
        signed_in.get_by_role("textbox", name="Find or go to").fill(ADDRESS)
        signed_in.get_by_role("button", name="Find", exact=True).click()
        signed_in.get_by_role("button", name=f"Find {ADDRESS} in Harbour Lane Coffee").click()
        expect(signed_in.get_by_role("heading", name="Dario Jansson")).to_be_visible()
        assert "dario" not in signed_in.url
