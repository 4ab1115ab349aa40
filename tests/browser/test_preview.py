"""Adding an address that belongs to a contact already, and finding out what became of an add without an answer."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin
from tests.browser.axe import assert_accessible
from tests.browser.test_first_path import assert_logs_agree, choose_tag, fill_in
from tests.factories import PASSWORD, ClientAccountFactory
from tests.service import Service

FORM = "/t/demo/clients/harbour/contacts/add/"
KNOWN, NEW = "softbounce@klick-tipp.team", "rainer@klick-tipp.team"
LOOK, ADD = "POST /subscriber/search", "POST /subscriber"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def form(signed_in: Page, connected: ClientAccount) -> Page:
    signed_in.goto(FORM)
    expect(signed_in.get_by_role("combobox", name="Tags")).to_be_visible()
    return signed_in


def send(page: Page) -> None:
    page.locator("#send").click()


def first_focus(page: Page) -> str:
    """The name of what comes first in the form for who goes by keyboard."""
    found = """() => [...document.querySelectorAll("main form :is(a[href], button, input, select, textarea)")]
      .find((element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true })).name"""
    return str(page.evaluate(found))


def changes(service: Service) -> list[str]:
    return [call for call in service.paths() if call == ADD or call.startswith("POST /subscriber/tag")]


def test_a_contact_is_announced_previewed_and_updated(form: Page, service: Service) -> None:
    fill_in(form, KNOWN)
    expect(form.locator("#lookup")).to_contain_text(f"{KNOWN} is a contact already (status: subscribed; contact since")
    expect(form.get_by_label("Where does it come from?")).to_be_focused()
    form.get_by_label("First name").fill("Reiner")
    choose_tag(form, "VIP")
    send(form)
    expect(form.get_by_role("heading", name=f"{KNOWN} is a contact of Harbour Lane Coffee already")).to_be_visible()
    expect(form.locator(".preview")).to_be_focused()
    expect(form.locator(".preview")).to_contain_text("Reiner")
    expect(form.locator(".preview .chip")).to_have_text("VIP")
    expect(form.get_by_label("First name")).to_have_value("Reiner")
    expect(form.locator(".preview")).to_be_in_viewport(ratio=1)
    expect(form.locator("#send")).to_be_in_viewport(ratio=1)
    expect(form.get_by_role("link", name="Open the contact").last).to_be_visible()
    assert first_focus(form) == "email"
    assert_accessible(form)
    assert changes(service) == []
    form.get_by_role("button", name=f"Update {KNOWN} of Harbour Lane Coffee").first.click()
    expect(form.get_by_role("heading", name="Contact of Harbour Lane Coffee updated")).to_be_visible()
    assert changes(service) == [ADD]
    assert_logs_agree(service)


def test_what_is_clicked_from_the_address_does_not_move_away_under_the_pointer(form: Page) -> None:
    form.get_by_label("Email address", exact=True).fill(KNOWN)
    further = form.get_by_text("Further data fields").first
    further.hover()
    form.mouse.down()
    form.wait_for_timeout(200)
    form.mouse.up()
    expect(form.locator(".further")).to_have_attribute("open", "")
    expect(form.locator("#lookup")).to_contain_text("is a contact already")


def test_who_leaves_a_form_that_was_changed_is_asked_first(form: Page) -> None:
    asked = []
    form.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    form.goto(FORM)
    assert asked == []
    fill_in(form, KNOWN)
    send(form)
    expect(form.locator(".preview")).to_be_visible()
    form.get_by_role("link", name="Cancel").click()
    form.wait_for_url("**/clients/harbour/")
    assert asked == ["beforeunload"]
    form.goto(FORM)
    with form.expect_response("**/add/lookup/"):
        fill_in(form, NEW)
    send(form)
    form.get_by_role("heading", name="Added to").wait_for()
    form.goto(FORM)
    assert asked == ["beforeunload"]


def test_another_address_takes_the_preview_away(form: Page, service: Service) -> None:
    with form.expect_response("**/add/lookup/"):
        fill_in(form, KNOWN)
    send(form)
    expect(form.locator(".preview")).to_be_visible()
    form.get_by_label("Email address", exact=True).fill(NEW)
    with form.expect_response("**/add/lookup/"):
        form.get_by_label("Email address", exact=True).press("Tab")
    expect(form.locator(".preview")).to_have_count(0)
    expect(form.locator("#send")).to_have_text("Add contact to Harbour Lane Coffee")
    send(form)
    expect(form.get_by_text(f"{NEW} has been added")).to_be_visible()
    assert service.paths().count(LOOK) == 3


def test_a_new_address_says_nothing_and_is_looked_up_again_before_it_is_sent(form: Page, service: Service) -> None:
    with form.expect_response("**/add/lookup/"):
        fill_in(form, NEW)
    expect(form.locator("#lookup .alert")).to_have_count(0)
    send(form)
    form.get_by_role("heading", name="Added to").wait_for()
    assert [call for call in service.paths() if call in (LOOK, ADD)] == [LOOK, LOOK, ADD]


def test_a_lookup_that_fails_disturbs_nobody(form: Page, service: Service) -> None:
    service.fault(path="/subscriber/search", status=403, body='["API access denied."]')
    fill_in(form, NEW)
    expect(form.locator("#lookup")).to_contain_text("It could not be looked up")
    expect(form.get_by_label("Where does it come from?")).to_be_focused()
    send(form)
    expect(form.get_by_role("heading", name="Added to")).to_be_visible()


def test_what_became_of_an_add_without_an_answer_is_found_out(form: Page, service: Service) -> None:
    service.fault(path="/subscriber", close="before")
    fill_in(form, NEW)
    form.get_by_label("First name").fill("Reiner")
    send(form)
    expect(form.get_by_role("heading", name="Was it added?")).to_be_visible()
    assert_accessible(form)
    form.get_by_role("button", name="Check at KlickTipp").click()
    expect(form.get_by_role("heading", name=f"{NEW} is not among the contacts")).to_be_visible()
    expect(form.get_by_label("First name")).to_have_value("Reiner")
    expect(form.locator(".preview")).to_be_in_viewport(ratio=1)
    assert first_focus(form) == "email"
    assert_accessible(form)

    service.fault(path="/subscriber", close="after")
    send(form)
    form.get_by_role("button", name="Check at KlickTipp").click()
    expect(form.get_by_text(f"{NEW} is in KlickTipp with everything you typed.")).to_be_visible()
    expect(form.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()
    assert changes(service) == [ADD, ADD]
    assert_logs_agree(service)


def test_the_page_of_the_add_can_check_it_later(form: Page, service: Service) -> None:
    service.fault(path="/subscriber", close="after")
    fill_in(form, NEW)
    send(form)
    form.get_by_role("heading", name="Was it added?").wait_for()
    form.goto(f"/t/demo/clients/harbour/contacts/added/{Origin.objects.get().action}/")
    assert_accessible(form)
    expect(form.get_by_label("Email address", exact=True)).to_have_value(NEW)
    form.get_by_label("Email address", exact=True).fill("")
    form.get_by_role("button", name="Check at KlickTipp").click()
    expect(form.get_by_text("Please type the email address.")).to_be_visible()
    form.get_by_label("Email address", exact=True).fill(NEW)
    form.get_by_role("button", name="Check at KlickTipp").click()
    expect(form.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_a_contact_is_previewed_and_updated_and_an_add_checked(
        self, signed_in: Page, connected: ClientAccount, service: Service
    ) -> None:
        page = signed_in
        page.goto(FORM)
        fill_in(page, KNOWN)
        page.get_by_label("First name").fill("Reiner")
        send(page)
        page.get_by_role("link", name=f"{KNOWN} is a contact of Harbour Lane Coffee already").click()
        expect(page.locator(".preview")).to_be_in_viewport()
        service.fault(path="/subscriber", close="before")
        page.get_by_role("button", name=f"Update {KNOWN} of Harbour Lane Coffee").first.click()
        page.get_by_role("button", name="Check at KlickTipp").click()
        expect(page.get_by_role("heading", name="but not with what you typed yet")).to_be_visible()
        send(page)
        expect(page.get_by_role("heading", name="Contact of Harbour Lane Coffee updated")).to_be_visible()
        assert changes(service) == [ADD, ADD]


class TestInGerman:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "de-DE", "viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}

    def test_preview_and_check_on_a_phone(
        self, page: Page, owner: Membership, connected: ClientAccount, service: Service
    ) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("E\u2011Mail").fill(owner.user.email)
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Anmelden", exact=True).click()
        page.wait_for_url("**/t/demo/")
        page.goto(FORM)
        page.get_by_label("E\u2011Mail-Adresse", exact=True).fill(KNOWN)
        page.get_by_label("Vorname").fill("Reiner")
        expect(page.locator("#lookup")).to_contain_text(f"{KNOWN} ist schon ein Kontakt")
        page.locator("[name=basis]").select_option("consent")
        page.locator("[name=obtained_on]").fill("2026-11-01")
        page.locator("[name=source]").fill("Messe")
        send(page)
        expect(page.get_by_role("heading", name="ist schon ein Kontakt von Harbour Lane Coffee")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert_accessible(page)
        service.fault(path="/subscriber", close="after")
        page.get_by_role("button", name="von Harbour Lane Coffee aktualisieren").first.click()
        page.get_by_role("button", name="Bei KlickTipp prüfen").click()
        expect(page.get_by_text("ist mit allem, was Sie eingegeben haben, in KlickTipp.")).to_be_visible()
