"""What is done rarely with a row is in its menu, which works by keyboard and without JavaScript."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from accounts.roles import Role
from integrations.clients.models import ClientAccount
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.factories import (
    ClientAccountFactory,
    InvitationFactory,
    ListbuildingKeyFactory,
    MembershipFactory,
    SuppressionFactory,
    UserFactory,
)
from tests.service import Service

CLIENT = "/t/demo/clients/harbour/"
MEMBERS = "/t/demo/members/"
MENUS = [
    (MEMBERS, "More for the team", "link", "Rename the team", "Rename the team"),
    (MEMBERS, "More for Kim Berg", "link", "Remove from the team: Kim Berg", "Remove Kim Berg"),
    (MEMBERS, "More for the invitation to new@klick-tipp.team", "button", "Withdraw the invitation", "Members of"),
    (f"{CLIENT}keys/", "More for the shared access", "link", "Remove the key", "Remove the customer key"),
    (f"{CLIENT}tools/listbuilding/", "More for the key “Website”", "link", "Remove the key", "Website"),
    (
        f"{CLIENT}suppression/",
        "More for r•••@klick-tipp.team",
        "link",
        "Take off the list: r•••@klick-tipp.team",
        "r•••",
    ),
]


@pytest.fixture
def filled(owner: Membership, service: Service) -> ClientAccount:
    account = ClientAccountFactory(
        team=owner.team, name="Harbour", slug="harbour", customer_key=service.customer_keys[0]
    )
    MembershipFactory(team=owner.team, user=UserFactory(name="Kim Berg"), role=Role.EDITOR)
    InvitationFactory(team=owner.team, invited_by=owner.user, email="new@klick-tipp.team")
    ListbuildingKeyFactory(account=account, label="Website")
    SuppressionFactory(account=account)
    return account


@pytest.mark.parametrize(("url", "menu", "role", "action", "heading"), MENUS)
def test_a_menu_opens_and_closes_by_keyboard(
    signed_in: Page, filled: ClientAccount, url: str, menu: str, role: Any, action: str, heading: str
) -> None:
    page = signed_in
    page.goto(url)
    summary, rare = page.get_by_label(menu, exact=True), page.locator("main").get_by_role(role, name=action)
    expect(rare).to_have_count(0)
    summary.focus()
    page.keyboard.press("Enter")
    expect(rare).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    summary.focus()
    page.keyboard.press("Escape")
    expect(rare).to_have_count(0)
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    rare.press("Enter")
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()


class TestOnAPhone:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "de-DE", "viewport": {"width": 390, "height": 800}, "java_script_enabled": False}

    @pytest.mark.parametrize("url", dict.fromkeys(menu[0] for menu in MENUS))
    def test_menus_have_room(self, signed_in: Page, filled: ClientAccount, url: str) -> None:
        signed_in.goto(url)
        for summary in signed_in.locator(".row-menu > summary").all():
            summary.click()
            box = summary.locator("xpath=../*[contains(@class, 'row-menu-list')]").bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            summary.click()
        assert signed_in.evaluate("document.documentElement.scrollWidth") == 390
