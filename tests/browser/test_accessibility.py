"""axe-core finds no violation in what pages become when they are used; `test_every_page` opens each as it is."""

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.audit.models import AuditEntry
from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin
from integrations.members.models import Invitation
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.browser.picking import choose_tag
from tests.factories import ClientAccountFactory, InvitationFactory, UserFactory
from tests.service import Service


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


def test_entrance_pages(page: Page, owner: Membership, settings: Any) -> None:
    settings.SIGNUP = "open"
    for name in ("account_login", "account_signup", "account_reset_password", "account_reset_password_done"):
        page.goto(reverse(name))
        assert_accessible_in_light_and_dark(page)
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill("nobody@klick-tipp.team")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    page.goto(reverse("account_reset_password"))
    page.get_by_label("Email").fill(owner.user.email)
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/password/reset/done/")
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    page.goto(link)
    assert_accessible_in_light_and_dark(page)


def test_the_pages_of_an_invitation(page: Page, owner: Membership) -> None:
    InvitationFactory(team=owner.team, invited_by=owner.user, email="new@klick-tipp.team")
    InvitationFactory(team=owner.team, invited_by=owner.user, email=UserFactory().email)
    for token in Invitation.objects.values_list("email", flat=True):
        page.goto(reverse("invitation", args=[token]))
        assert_accessible_in_light_and_dark(page)
    page.goto(reverse("invitation", args=["no-such-token"]))
    assert_accessible_in_light_and_dark(page)


def test_tagging_its_errors_and_its_result(signed_in: Page, connected: ClientAccount) -> None:
    page = signed_in
    page.goto("/t/demo/clients/harbour/tags/tagging/")
    tag = page.get_by_role("button", name="Tag contacts of Harbour Lane Coffee")
    tag.click()
    expect(page.get_by_text("Please give at least one email address.")).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    page.get_by_label("Email addresses").fill("nobody@klick-tipp.team, pending@klick-tipp.team")
    choose_tag(page, "Newsletter")
    tag.click()
    expect(page.get_by_text("1 of 2 contacts tagged.")).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    page.reload()
    assert_accessible_in_light_and_dark(page)


def test_the_page_that_asks_whether_the_account_is_right(signed_in: Page, owner: Membership, service: Service) -> None:
    page = signed_in
    expect(page.get_by_role("heading", name="Paste your customer key")).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    page.goto("/t/demo/clients/new/")
    page.get_by_label("Name of the client").fill("Bergwind")
    page.get_by_label("Customer key").fill(service.customer_keys[1])
    page.locator("main .btn-primary").click()
    page.get_by_role("heading", name="Is this the right KlickTipp account?").wait_for()
    assert_accessible_in_light_and_dark(page)
    ClientAccountFactory(team=owner.team, name="Bergwind")
    page.locator("main .btn-primary").click()
    expect(page.get_by_text("Another client of your team has this name.")).to_be_visible()
    assert_accessible_in_light_and_dark(page)


def test_the_form_its_errors_its_result_and_the_log(signed_in: Page, connected: ClientAccount) -> None:
    page = signed_in
    page.goto("/t/demo/clients/harbour/contacts/add/")
    expect(page.get_by_role("combobox", name="Tags")).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    add = page.get_by_role("button", name="Add contact to Harbour Lane Coffee")
    add.click()
    expect(page.get_by_text("Please give an email address or an SMS number.")).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    page.get_by_label("Email address", exact=True).fill("blocked@klick-tipp.team")
    page.get_by_label("Why may this contact be added?").select_option("consent")
    page.locator("[name=obtained_on]").fill("2026-11-01")
    page.get_by_label("Where does it come from?").fill("Trade fair")
    add.click()
    expect(page.get_by_role("alert").first).to_contain_text("Error code 30")
    assert_accessible_in_light_and_dark(page)
    page.get_by_label("Email address", exact=True).fill("rainer@klick-tipp.team")
    add.click()
    page.get_by_role("heading", name="Added to").wait_for()
    assert_accessible_in_light_and_dark(page)
    page.goto("/t/demo/log/?kind=any")
    page.locator(".more-filters > summary").click()
    assert_accessible_in_light_and_dark(page)
    page.goto(f"/t/demo/log/{AuditEntry.objects.filter(status=406).get().number}/")
    assert_accessible_in_light_and_dark(page)
    assert Origin.objects.count() == 1
