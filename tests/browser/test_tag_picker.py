"""The tag picker in a real browser, on the add-contact form: keyboard, mouse, no JavaScript, and what goes wrong."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership
from integrations.audit.models import AuditEntry
from integrations.clients.lists import keep
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from tests.browser.axe import assert_accessible
from tests.browser.picking import open_further_fields
from tests.browser.settled import wait_until_settled
from tests.factories import PASSWORD, ClientAccountFactory
from tests.service import Service

FIND = "Tags"


def fill_in(page: Page, email: str = "rainer@klick-tipp.team") -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Why may this contact be added?").select_option("consent")
    page.locator("[name=obtained_on]").fill("2026-11-01")
    page.get_by_label("Where does it come from?").fill("Trade fair")


def send(page: Page) -> None:
    page.get_by_role("button", name="Add contact to Harbour Lane Coffee").click()


def chips(page: Page) -> Locator:
    return page.locator(".picked-tag .picked-name")


def options(page: Page) -> Locator:
    return page.locator(".tag-option")


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def form(signed_in: Page, connected: ClientAccount) -> Page:
    signed_in.goto("/t/demo/clients/harbour/contacts/add/")
    wait_until_settled(signed_in)
    return signed_in


@pytest.fixture
def picker(form: Page) -> Locator:
    return form.get_by_role("combobox", name=FIND)


def test_with_the_keyboard_only(form: Page, picker: Locator) -> None:
    fill_in(form)
    form.get_by_role("combobox", name="Opt-in process").focus()
    form.keyboard.press("Tab")
    expect(picker).to_be_focused()
    expect(picker).to_have_attribute("aria-expanded", "false")
    form.keyboard.press("ArrowDown")
    expect(picker).to_have_attribute("aria-expanded", "true")
    form.keyboard.press("Escape")
    expect(form.get_by_role("listbox")).to_be_hidden()

    form.keyboard.type("v")
    expect(options(form).last).to_have_text("Create the tag “v”")
    form.keyboard.type("ip")
    expect(options(form)).to_have_text(["VIP"])
    expect(options(form).first).to_have_attribute("aria-selected", "true")
    expect(picker).to_have_attribute("aria-activedescendant", "tags-option-1")
    form.keyboard.press("Enter")
    expect(chips(form)).to_have_text(["VIP"])
    expect(picker).to_have_value("")

    form.keyboard.type("Herbst 2026")
    form.keyboard.press("Enter")
    expect(chips(form)).to_have_text(["VIP", "Herbst 2026"])
    form.keyboard.type("news")
    expect(options(form)).to_have_text(["Newsletter", "Create the tag “news”"])
    form.keyboard.press("ArrowUp")
    expect(options(form).last).to_have_attribute("aria-selected", "true")
    form.keyboard.press("ArrowDown")
    form.keyboard.press("Enter")
    expect(chips(form)).to_have_text(["VIP", "Herbst 2026", "Newsletter"])
    form.keyboard.press("Backspace")
    expect(chips(form)).to_have_text(["VIP", "Herbst 2026"])

    form.keyboard.type("newsLETTER")
    expect(options(form)).to_have_text(["Newsletter"])
    form.keyboard.press("Tab")
    expect(chips(form)).to_have_text(["VIP", "Herbst 2026", "Newsletter"])
    expect(form.get_by_role("listbox")).to_be_hidden()
    form.get_by_label("Email address").press("Enter")
    form.get_by_role("heading", name="Added to Harbour Lane Coffee").wait_for()
    for tag in ("VIP", "Herbst 2026", "Newsletter"):
        expect(form.locator("main")).to_contain_text(tag)
    assert AuditEntry.objects.filter(operation="create_tag").count() == 1


def test_with_the_mouse(form: Page, picker: Locator) -> None:
    picker.click()
    form.get_by_role("option", name="VIP").click()
    expect(chips(form)).to_have_text(["VIP"])
    expect(options(form).filter(has_text="VIP")).to_have_count(0)
    chips(form).click()
    expect(form.locator(".picked-tag [type=checkbox]")).to_be_checked()
    options(form).filter(has_text="Newsletter").click()
    form.get_by_role("button", name="Remove the tag VIP").click()
    expect(chips(form)).to_have_text(["Newsletter"])
    expect(picker).to_be_focused()
    expect(form.get_by_role("option", name="VIP")).to_be_visible()
    assert_accessible(form)
    form.get_by_role("heading", name="Opt-in process and tags").click()
    expect(form.get_by_role("listbox")).to_be_hidden()


def test_two_new_names_that_differ_in_case_are_one(form: Page, picker: Locator) -> None:
    for name in ("Herbst", "HERBST", "Messe, Halle 3"):
        picker.press_sequentially(name)
        picker.press("Enter")
        expect(picker).to_have_value("")
    expect(chips(form)).to_have_text(["Herbst", "Messe, Halle 3"])


def test_enter_sends_the_form_only_when_nothing_is_to_be_chosen(form: Page, picker: Locator, service: Service) -> None:
    fill_in(form)
    picker.press_sequentially("Herbst")
    picker.press("Escape")
    picker.press("Enter")
    expect(chips(form)).to_have_text(["Herbst"])
    expect(picker).to_have_attribute("aria-expanded", "false")
    assert "POST /subscriber" not in service.paths()
    picker.press("Enter")
    expect(form.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()


def test_what_was_typed_but_not_chosen_is_not_lost(form: Page, picker: Locator, service: Service) -> None:
    fill_in(form)
    picker.press_sequentially("Herb")
    send(form)
    expect(form.get_by_text("“Herb” was typed but not chosen.")).to_be_visible()
    expect(picker).to_be_focused()
    expect(picker).to_have_value("Herb")
    assert_accessible(form)
    picker.press("Enter")
    expect(chips(form)).to_have_text(["Herb"])
    send(form)
    expect(form.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()


def test_no_more_than_fifty(form: Page, picker: Locator, connected: ClientAccount) -> None:
    keep(connected, ReferenceKind.TAGS, [{"id": n, "name": f"Tag {n:04}"} for n in range(1, 5001)])
    picker.click()
    expect(form.locator(".tag-count")).to_have_text("30 of 5,000 tags; type a part of the name to find others.")
    form.evaluate(
        """() => {
          const chip = document.querySelector("[role=option] template").content.firstElementChild;
          for (let n = 0; n < 50; n++) document.querySelector(".picked").append(chip.cloneNode(true));
        }"""
    )
    picker.press("ArrowDown")
    picker.press("Enter")
    expect(form.locator(".tag-count")).to_have_text("At most 50 tags at once, please.")
    expect(chips(form)).to_have_count(50)


def test_arrow_down_and_enter_take_what_was_found_first(form: Page, picker: Locator) -> None:
    picker.press_sequentially("news")
    expect(options(form)).to_have_text(["Newsletter", "Create the tag “news”"])
    picker.press("ArrowDown")
    expect(options(form).first).to_have_attribute("aria-selected", "true")
    picker.press("ArrowDown")
    expect(options(form).last).to_have_attribute("aria-selected", "true")
    picker.press("ArrowUp")
    picker.press("Enter")
    expect(chips(form)).to_have_text(["Newsletter"])


def test_five_thousand_tags(form: Page, picker: Locator, connected: ClientAccount) -> None:
    keep(connected, ReferenceKind.TAGS, [{"id": n, "name": f"Tag {n:04}"} for n in range(1, 5001)])
    picker.press_sequentially("4711")
    expect(options(form)).to_have_text(["Tag 4711"])
    picker.press("Enter")
    expect(chips(form)).to_have_text(["Tag 4711"])


def test_a_name_of_a_megabyte_is_told_before_it_is_sent(form: Page, picker: Locator) -> None:
    picker.evaluate("field => { field.value = 'x'.repeat(1_000_000) }")
    picker.press_sequentially("x")
    expect(form.locator("[data-tag-said]")).to_have_text("A tag's name has at most 250 characters.")
    fill_in(form)
    send(form)
    expect(form.get_by_text("was typed but not chosen.")).to_be_visible()


def test_a_session_that_ends_meanwhile_keeps_the_chips(form: Page, picker: Locator, owner: Membership) -> None:
    fill_in(form)
    for name in ("VIP", "Herbst 2026"):
        picker.press_sequentially(name)
        picker.press("Enter")
        expect(picker).to_have_value("")
    form.context.clear_cookies(name="session")
    picker.press_sequentially("x")
    expect(form.get_by_text("You have been signed out, so nothing was done.")).to_be_visible()
    with form.context.expect_page() as opened:
        form.locator("#failure").get_by_role("link", name="Sign in").click()
    other_tab = opened.value
    other_tab.get_by_label("Email").fill(owner.user.email)
    other_tab.get_by_label("Password", exact=True).fill(PASSWORD)
    other_tab.get_by_role("button", name="Sign in", exact=True).click()
    other_tab.wait_for_url("**/t/demo/")
    picker.fill("")
    send(form)
    expect(form.get_by_text("please send it once more")).to_be_visible()
    expect(chips(form)).to_have_text(["VIP", "Herbst 2026"])
    send(form)
    expect(form.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()
    expect(form.locator("main")).to_contain_text("Herbst 2026")


def test_a_tag_that_goes_while_it_is_chosen(signed_in: Page, connected: ClientAccount, service: Service) -> None:
    keep(connected, ReferenceKind.TAGS, [{"id": 4711, "name": "Deleted"}])
    service.fault(path="/tag", delay_ms=1500)
    signed_in.goto("/t/demo/clients/harbour/contacts/add/")
    picker = signed_in.get_by_role("combobox", name=FIND)
    picker.click()
    signed_in.get_by_role("option", name="Deleted").click()
    expect(signed_in.locator(".picked-gone")).to_have_count(0)
    fill_in(signed_in)
    send(signed_in)
    expect(signed_in.get_by_text("The tag “Deleted” is no longer in KlickTipp.")).to_be_visible()
    expect(signed_in.locator(".picked-gone")).to_contain_text("Deleted")
    signed_in.get_by_role("button", name="Remove the tag Deleted").click()
    send(signed_in)
    expect(signed_in.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()


def test_a_list_that_could_not_be_loaded_is_tried_again_and_marks_what_has_gone(
    signed_in: Page, connected: ClientAccount, service: Service
) -> None:
    keep(connected, ReferenceKind.TAGS, [{"id": 4711, "name": "Deleted"}])
    ReferenceSnapshot.objects.update(fetched_at=timezone.now())
    service.fault(path="/tag", status=403, body='["API access denied."]')
    signed_in.goto("/t/demo/clients/harbour/contacts/add/")
    tags = signed_in.get_by_role("group", name="Tags")
    expect(tags.get_by_text("This is the list of")).to_be_visible()
    wait_until_settled(signed_in)
    signed_in.get_by_role("combobox", name=FIND).click()
    signed_in.get_by_role("option", name="Deleted").click()
    signed_in.keyboard.press("Escape")
    tags.get_by_role("button", name="Try again").click()
    expect(signed_in.locator(".picked-gone")).to_contain_text("no longer in KlickTipp")
    expect(tags.get_by_text("This is the list of")).to_have_count(0)
    signed_in.get_by_role("button", name="Remove the tag Deleted").click()
    expect(chips(signed_in)).to_have_count(0)


def test_what_is_typed_while_the_lists_are_on_their_way_stays(
    signed_in: Page, connected: ClientAccount, service: Service
) -> None:
    for path in ("/tag", "/list", "/field"):
        service.fault(path=path, delay_ms=1500)
    signed_in.goto("/t/demo/clients/harbour/contacts/add/")
    open_further_fields(signed_in)
    signed_in.get_by_label("IDs of data fields").fill("fieldCity")
    signed_in.get_by_label("IDs of tags").fill("815")
    signed_in.get_by_role("textbox", name="Opt-in process").fill("4711")
    wait_until_settled(signed_in)
    assert {"GET /tag", "GET /list", "GET /field?detail=true"} <= set(service.paths())
    expect(signed_in.get_by_label("IDs of data fields")).to_have_value("fieldCity")
    expect(signed_in.get_by_label("IDs of tags")).to_have_value("815")
    expect(signed_in.get_by_role("textbox", name="Opt-in process")).to_have_value("4711")


class TestOnAPhone:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "viewport": {"width": 390, "height": 844}, "has_touch": True}

    def test_a_long_name_fits(self, form: Page, picker: Locator) -> None:
        picker.fill("x" * 250)
        options(form).tap()
        expect(chips(form)).to_have_count(1)
        assert form.evaluate("document.documentElement.scrollWidth <= innerWidth")


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_tags_are_found_ticked_and_created(self, signed_in: Page, connected: ClientAccount) -> None:
        page = signed_in
        page.goto("/t/demo/clients/harbour/contacts/add/")
        fill_in(page)
        page.get_by_role("button", name="Load the tags").click()
        page.get_by_label("VIP").check()
        page.get_by_role("textbox", name=FIND, exact=True).fill("Herbst 2026")
        page.get_by_role("button", name="Find tags").click()
        expect(page.get_by_role("checkbox", name="VIP")).to_be_checked()
        page.get_by_label("Create the tag “Herbst 2026”").check()
        page.get_by_role("textbox", name=FIND, exact=True).fill("newsletter")
        page.get_by_role("button", name="Find tags").click()
        for name in ("VIP", "Herbst 2026", "Newsletter"):
            expect(page.get_by_role("checkbox", name=name)).to_be_checked()
        page.get_by_role("checkbox", name="VIP").uncheck()
        send(page)
        expect(page.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Herbst 2026")
        expect(page.locator("main")).to_contain_text("Newsletter")
        expect(page.locator("main")).not_to_contain_text("VIP")
