"""The first path in a real browser: sign in, store a key, add a contact with a new tag, meet errors, read the log."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.audit.models import AuditEntry, Outcome
from integrations.clients.models import ClientAccount
from integrations.clients.services import remove_client
from integrations.contacts.models import Origin
from tests.browser.picking import add_fields, choose_tag, open_further_fields
from tests.factories import PASSWORD, ClientAccountFactory, OriginFactory, actor
from tests.service import Service


def fill_in(page: Page, email: str) -> None:
    page.get_by_label("Email address", exact=True).fill(email)
    page.get_by_label("Why may this contact be added?").select_option("consent")
    page.locator("[name=obtained_on]").fill("2026-11-01")
    page.get_by_label("Where does it come from?").fill("Trade fair")


def send(page: Page) -> None:
    page.get_by_role("button", name="Add contact to Harbour Lane Coffee").click()


def assert_logs_agree(service: Service) -> None:
    received = {call["request_id"] for call in service.received()}
    logged = {
        str(entry.id) for entry in AuditEntry.objects.exclude(operation="") if entry.status or entry.outcome != "failed"
    }
    assert received == logged
    assert not AuditEntry.objects.filter(outcome=Outcome.PENDING).exists()


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def form(signed_in: Page, connected: ClientAccount) -> Page:
    signed_in.goto("/t/demo/clients/harbour/contacts/add/")
    expect(signed_in.get_by_role("combobox", name="Tags")).to_be_visible()
    return signed_in


def test_from_sign_in_to_the_log(signed_in: Page, service: Service, settings: Any) -> None:
    page = signed_in
    expect(page.get_by_role("heading", name="Paste your customer key")).to_be_visible()
    page.goto("/t/demo/clients/new/")
    page.get_by_label("Name of the client").fill("Harbour Lane Coffee")
    page.get_by_label("Customer key").fill("a-wrong-key")
    page.get_by_role("button", name="Test the key").click()
    expect(page.get_by_role("alert")).to_contain_text("KlickTipp refuses the access.")
    page.get_by_label("Customer key").fill(service.customer_keys[0])
    page.get_by_role("button", name="Test the key").click()
    expect(page.get_by_text("opens the KlickTipp account")).to_be_visible()
    four = service.customer_keys[0][-4:]
    page.get_by_role("button", name=f"Store the key …{four} for Harbour Lane Coffee").click()
    expect(page.get_by_text("Harbour Lane Coffee is connected.")).to_be_visible()

    page.get_by_role("link", name="Add contact").first.click()
    expect(page.get_by_role("combobox", name="Tags")).to_be_visible()
    expect(page.get_by_role("combobox", name="Opt-in process")).to_contain_text("sends a confirmation email")

    fill_in(page, "blocked@klick-tipp.team")
    send(page)
    expect(page.get_by_role("alert").first).to_contain_text("Error code 30")
    expect(page.get_by_label("Email address", exact=True)).to_have_value("blocked@klick-tipp.team")

    settings.KLICKTIPP_URL = "http://127.0.0.1:9"
    page.get_by_label("Email address", exact=True).fill("rainer@klick-tipp.team")
    send(page)
    expect(page.get_by_role("alert").first).to_contain_text("KlickTipp cannot be reached. No contact was added.")
    expect(page.get_by_label("Where does it come from?")).to_have_value("Trade fair")

    settings.KLICKTIPP_URL = service.url
    choose_tag(page, "Newsletter")
    choose_tag(page, "Herbst 2026")
    send(page)
    expect(page.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()
    for tag in ("Newsletter", "Herbst 2026"):
        expect(page.locator("main")).to_contain_text(tag)

    page.get_by_role("link", name="See the log entry").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Log entry")
    page.get_by_role("link", name="Back to the log").click()
    told = page.locator(".log-action")
    added = "Alex Demo added r•••@klick-tipp.team with the tags Newsletter, Herbst 2026 to Harbour Lane Coffee"
    expect(told.filter(has_text=added)).to_be_visible()
    expect(told.filter(has_text="the email address is blocked")).to_be_visible()
    page.get_by_label("What happened").select_option("any")
    unreached = told.filter(has_text="look whether r•••@klick-tipp.team is a contact of Harbour Lane Coffee")
    expect(unreached.filter(has_text="KlickTipp cannot be reached").first).to_be_visible()
    assert_logs_agree(service)


def test_the_log_is_filtered_in_place_and_opens_to_the_calls(form: Page, service: Service) -> None:
    fill_in(form, "rainer@klick-tipp.team")
    send(form)
    form.get_by_role("heading", name="Added to").wait_for()
    form.get_by_role("link", name="Log", exact=True).click()
    form.get_by_label("Outcome").select_option("refused")
    expect(form.get_by_text("Nothing in the log fits these filters.")).to_be_visible()
    assert "outcome%3Arefused" in form.url
    form.get_by_label("Outcome").select_option("")
    form.get_by_label("What happened").select_option("any")
    expect(form.locator(".log-action", has_text="loaded the tags").first).to_be_visible()
    form.locator(".log-words a", has_text="added r•••@klick-tipp.team").click()
    expect(form.get_by_text("POST /subscriber")).to_be_visible()


def test_what_is_typed_into_the_logs_line_stays_when_a_control_is_chosen(form: Page) -> None:
    form.get_by_role("link", name="Log", exact=True).click()
    line = form.get_by_role("textbox", name="Find in the log")
    line.fill("email:nobody@klick-tipp.team kind:any")
    form.get_by_label("Outcome").select_option("refused")
    expect(form.get_by_role("heading", name="The log has nothing about nobody@klick-tipp.team")).to_be_visible()
    expect(line).to_have_value("email:nobody@klick-tipp.team kind:any")
    expect(form.get_by_label("Outcome")).to_have_value("refused")
    assert "nobody" not in form.url
    line.fill("kind:any -source:job")
    form.get_by_label("Person").select_option("nobody")
    expect(line).to_have_value("kind:any -source:job actor:nobody outcome:refused")


def test_a_data_field_is_added_without_losing_anything(form: Page) -> None:
    form.get_by_label("First name").fill("Rainer")
    choose_tag(form, "Newsletter")
    add_fields(form, "City")
    expect(form.get_by_label("City")).to_be_focused()
    form.get_by_label("City").fill("Zwiesel")
    open_further_fields(form)
    form.get_by_role("button", name="Add the fields").click()
    expect(form.locator("#further input").first).to_be_focused()
    expect(form.get_by_label("City")).to_have_value("Zwiesel")
    expect(form.get_by_label("First name")).to_have_value("Rainer")
    expect(form.locator(".picked-tag")).to_contain_text("Newsletter")
    fill_in(form, "rainer@klick-tipp.team")
    send(form)
    form.get_by_role("heading", name="Added to").wait_for()
    entry = AuditEntry.objects.get(operation="add_or_update_contact")
    assert entry.request["fields"] == ["fieldCity", "fieldFirstName"]


def test_enter_in_a_field_adds_the_contact(form: Page) -> None:
    fill_in(form, "rainer@klick-tipp.team")
    form.get_by_label("Email address", exact=True).press("Enter")
    expect(form.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(form: Page, owner: Membership) -> None:
    fill_in(form, "rainer@klick-tipp.team")
    choose_tag(form, "VIP")
    form.context.clear_cookies(name="session")
    send(form)
    expect(form.get_by_text("You have been signed out, so nothing was done.")).to_be_visible()
    with form.context.expect_page() as opened:
        form.locator("#failure").get_by_role("link", name="Sign in").click()
    other_tab = opened.value
    other_tab.get_by_label("Email").fill(owner.user.email)
    other_tab.get_by_label("Password", exact=True).fill(PASSWORD)
    other_tab.get_by_role("button", name="Sign in", exact=True).click()
    other_tab.wait_for_url("**/t/demo/")
    send(form)
    expect(form.get_by_text("please send it once more")).to_be_visible()
    send(form)
    expect(form.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()
    expect(form.locator("main")).to_contain_text("VIP")


def test_an_impatient_double_click_adds_one_contact(form: Page, service: Service) -> None:
    service.fault(path="/subscriber", delay_ms=600)
    fill_in(form, "rainer@klick-tipp.team")
    form.get_by_role("button", name="Add contact to Harbour Lane Coffee").dblclick()
    form.get_by_role("heading", name="Added to").wait_for()
    assert service.paths().count("POST /subscriber") == 1
    assert_logs_agree(service)


def test_a_form_that_was_sent_before_says_so_and_can_be_sent_again(form: Page, service: Service) -> None:
    used = form.locator("[name=action]").input_value()
    fill_in(form, "rainer@klick-tipp.team")
    send(form)
    form.get_by_role("heading", name="Added to").wait_for()
    form.goto("/t/demo/clients/harbour/contacts/add/")
    expect(form.get_by_role("combobox", name="Tags")).to_be_visible()
    form.evaluate("used => { document.querySelector('[name=action]').value = used }", used)
    fill_in(form, "other@klick-tipp.team")
    send(form)
    expect(form.get_by_text("This form was sent before, so nothing was sent this time.")).to_be_visible()
    expect(form.get_by_label("Email address", exact=True)).to_have_value("other@klick-tipp.team")
    send(form)
    expect(form.get_by_text("other@klick-tipp.team has been added")).to_be_visible()
    assert service.paths().count("POST /subscriber") == 2


def test_the_page_of_an_add_under_way_shows_its_end_by_itself(form: Page, connected: ClientAccount) -> None:
    origin = OriginFactory(account=connected)
    form.goto(f"/t/demo/clients/harbour/contacts/added/{origin.action}/")
    expect(form.get_by_role("heading", name="Being added to Harbour Lane Coffee")).to_be_visible()
    Origin.objects.update(created_at=timezone.now() - timedelta(hours=1))
    expect(form.get_by_role("heading", name="Not added to Harbour Lane Coffee")).to_be_visible(timeout=8_000)


def test_a_slow_service_ends_at_the_deadline_with_the_form_as_it_was(
    form: Page, service: Service, settings: Any
) -> None:
    settings.KLICKTIPP_PAGE_DEADLINE = 1.0
    service.fault(path="/subscriber", delay_ms=30_000)
    fill_in(form, "rainer@klick-tipp.team")
    choose_tag(form, "VIP")
    send(form)
    expect(form.get_by_text("The contact may have been added all the same")).to_be_visible(timeout=5_000)
    expect(form.locator(".picked-tag")).to_contain_text("VIP")
    expect(form.get_by_label("Email address", exact=True)).to_have_value("rainer@klick-tipp.team")


def test_too_much_at_once_is_told_above_the_form_as_it_was(
    form: Page, service: Service, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    monkeypatch.setattr("tests.browser.conftest.EXPECTED", ("status of 413", "Error Code 413"))
    fill_in(form, "rainer@klick-tipp.team")
    form.get_by_label("First name").evaluate("field => { field.value = 'x'.repeat(20_000) }")
    send(form)
    expect(form.get_by_role("alert")).to_contain_text("What you typed is still here: please shorten it")
    expect(form.get_by_label("Email address", exact=True)).to_have_value("rainer@klick-tipp.team")
    assert "POST /subscriber" not in service.paths()


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_a_contact_can_be_added(self, signed_in: Page, connected: ClientAccount) -> None:
        page = signed_in
        page.goto("/t/demo/clients/harbour/contacts/add/")
        fill_in(page, "rainer@klick-tipp.team")
        open_further_fields(page)
        page.get_by_label("IDs of data fields").fill("fieldCity, fieldZip")
        page.get_by_role("button", name="Add the fields").click()
        expect(page.get_by_label("Zip")).to_be_visible()
        page.get_by_label("City").fill("Zwiesel")
        page.get_by_label("Name of a new tag").fill("Herbst 2026")
        send(page)
        expect(page.get_by_role("heading", name="Added to Harbour Lane Coffee")).to_be_visible()


class TestInGerman:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "de-DE", "viewport": {"width": 390, "height": 844}}

    def test_the_path_on_a_phone(self, page: Page, owner: Membership, connected: ClientAccount) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("E\u2011Mail").fill(owner.user.email)
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Anmelden", exact=True).click()
        page.wait_for_url("**/t/demo/")
        page.goto("/t/demo/clients/harbour/contacts/add/")
        expect(page.locator("[data-tag-search]")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_label("E\u2011Mail-Adresse", exact=True).fill("blocked@klick-tipp.team")
        page.locator("[name=basis]").select_option("consent")
        page.locator("[name=obtained_on]").fill("2026-11-01")
        page.locator("[name=source]").fill("Messe")
        page.locator("main form .btn-primary").click()
        expect(page.get_by_role("alert").first).to_contain_text("Fehlercode 30")
        expect(page.get_by_text("Die E\u2011Mail-Adresse ist gesperrt.")).to_be_visible()


def test_a_client_that_was_removed_meanwhile_is_told_and_nothing_typed_is_lost(
    form: Page, connected: ClientAccount, owner: Membership, service: Service
) -> None:
    with form.expect_response("**/add/lookup/"):
        fill_in(form, "rainer@klick-tipp.team")
    remove_client(connected, actor(owner.user))
    called = service.paths()
    send(form)
    expect(form.get_by_role("alert")).to_contain_text("what this form was about has been removed")
    expect(form.get_by_label("Email address", exact=True)).to_have_value("rainer@klick-tipp.team")
    assert service.paths() == called
