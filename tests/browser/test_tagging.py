"""Tagging contacts, walked as a person would."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from integrations.audit.models import AuditEntry
from integrations.clients.models import ClientAccount
from tests.browser.picking import choose_tag, chosen_tags
from tests.factories import ClientAccountFactory
from tests.service import Service

LIST = '"Pending, Person" <pending@klick-tipp.team>; PENDING@klick-tipp.team\nnobody@klick-tipp.team'


@pytest.fixture
def account(signed_in: Page, owner: Any, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def tagging(signed_in: Page, account: ClientAccount) -> Page:
    signed_in.goto("/t/demo/clients/harbour/tags/")
    signed_in.get_by_role("link", name="Tag contacts").click()
    expect(signed_in.get_by_role("heading", name="Tag contacts", exact=True)).to_be_visible()
    return signed_in


def tag(page: Page) -> None:
    page.get_by_role("button", name="Tag contacts of Harbour Lane Coffee").click()


def test_a_pasted_list_is_counted_tagged_and_what_failed_is_tried_again(tagging: Page, service: Service) -> None:
    tagging.get_by_label("Email addresses").fill(LIST)
    expect(tagging.get_by_text("2 addresses were understood. 1 that came again does not count.")).to_be_visible()
    expect(tagging.get_by_text("can start campaigns in KlickTipp, for 2 contacts.")).to_be_visible()
    choose_tag(tagging, "Newsletter")
    tag(tagging)
    expect(tagging.get_by_text("1 of 2 contacts tagged.")).to_be_visible()
    expect(tagging.get_by_role("row", name="nobody@klick-tipp.team")).to_contain_text("The email address was not found")
    tagging.reload()
    expect(tagging.get_by_role("row", name="n•••@klick-tipp.team")).to_contain_text("The email address was not found")
    assert service.paths().count("POST /subscriber/tag") == 2
    assert "klick-tipp.team" not in tagging.url


def test_the_failed_ones_come_back_in_the_form(tagging: Page, service: Service) -> None:
    service.fault(path="/subscriber/tag", status=406, body='{"error": 777}', times=1)
    tagging.get_by_label("Email addresses").fill("pending@klick-tipp.team")
    choose_tag(tagging, "Newsletter")
    tag(tagging)
    tagging.get_by_role("button", name="Try the one that failed again").click()
    expect(tagging.get_by_label("Email addresses")).to_have_value("pending@klick-tipp.team")
    expect(chosen_tags(tagging)).to_contain_text("Newsletter")
    tagging.get_by_role("button", name="Remove the tags").click()
    expect(tagging.get_by_text("1 of 1 contact done.")).to_be_visible()
    assert AuditEntry.objects.filter(operation="untag_contact", outcome="done").count() == 1


def test_what_is_no_address_is_told_and_nothing_is_lost(tagging: Page, service: Service) -> None:
    tagging.get_by_label("Email addresses").fill("E-Mail;Name\npending@klick-tipp.team;Person\nbo@;Bo")
    choose_tag(tagging, "Newsletter")
    tag(tagging)
    told = tagging.locator(".field-error")
    expect(told).to_contain_text("This email address cannot be right: “bo@”. Nothing was sent.")
    expect(tagging.get_by_label("Email addresses")).to_be_focused()
    expect(chosen_tags(tagging)).to_contain_text("Newsletter")
    assert "POST /subscriber/tag" not in service.paths()
    tagging.get_by_role("button", name="Leave out the broken address").click()
    expect(tagging.get_by_text("1 broken address was left out.")).to_be_visible()
    expect(tagging.get_by_label("Email addresses")).to_have_value("pending@klick-tipp.team")
    expect(chosen_tags(tagging)).to_contain_text("Newsletter")
    expect(tagging.get_by_text("Not used: 4 entries without an email address")).to_be_visible()
    tag(tagging)
    expect(tagging.get_by_text("1 of 1 contact tagged.")).to_be_visible()


def test_waiting_is_shown_and_a_second_click_does_nothing(tagging: Page, service: Service) -> None:
    service.fault(path="/subscriber/tag", delay_ms=700, always=True)
    tagging.get_by_label("Email addresses").fill(LIST)
    choose_tag(tagging, "Newsletter")
    tag(tagging)
    expect(tagging.get_by_text("KlickTipp is working on it")).to_be_visible()
    expect(tagging.get_by_role("button", name="Remove the tags")).to_be_disabled()
    expect(tagging.get_by_text("1 of 2 contacts tagged.")).to_be_visible()
    assert service.paths().count("POST /subscriber/tag") == 2


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_everything_works_with_buttons(self, tagging: Page, service: Service) -> None:
        tagging.get_by_label("Email addresses").fill(f"{LIST}\nbo@")
        tagging.get_by_label("Newsletter").check()
        tagging.get_by_role("button", name="Remove the tags").click()
        tagging.get_by_role("button", name="Leave out the broken address").click()
        expect(tagging.get_by_text("1 broken address was left out.")).to_be_visible()
        expect(tagging.locator("[name=removes][value='1'].btn-primary")).to_be_visible()
        tag(tagging)
        expect(tagging.get_by_text("1 of 2 contacts tagged.")).to_be_visible()
        tagging.reload()
        expect(tagging.get_by_role("row", name="nobody@klick-tipp.team")).to_be_visible()
        assert service.paths().count("POST /subscriber/tag") == 2
        expect(tagging.get_by_text("For 1 contact another try would end the same")).to_be_visible()
        expect(tagging.get_by_role("button", name="again")).to_have_count(0)
