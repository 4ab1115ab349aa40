"""Building a segment in a real browser: rows by clicks, the number while one builds, the page of what was saved."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.segments.models import Segment
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.factories import ClientAccountFactory, actor
from tests.service import Service

SEGMENTS = "/t/demo/clients/harbour/segments/"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    account = ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )
    load(account, ReferenceKind.TAGS, actor())
    return account


@pytest.fixture(params=["wide", "phone"])
def context_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    width = {"wide": 1280, "phone": 390}[request.param]
    return {"locale": "de-DE", "viewport": {"width": width, "height": 900}}


def no_wider_than_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_segment_is_built_by_clicks_and_saved(signed_in: Page, connected: ClientAccount, service: Service) -> None:
    page = signed_in
    page.goto(SEGMENTS)
    page.get_by_role("link", name="Neues Segment").click()
    page.get_by_label("Tag", exact=True).fill("Newsletter")
    page.get_by_label("Tag", exact=True).press("Tab")
    number = page.locator("#preview .segment-number b")
    expect(number).to_have_text("24")
    expect(page.locator("#preview tbody tr")).to_have_count(24)

    page.get_by_role("button", name="Bedingung", exact=True).click()
    second = page.get_by_label("Tag", exact=True).nth(1)
    expect(second).to_be_focused()
    second.fill("VIP")
    page.get_by_label("Wann es gesetzt wurde").nth(1).select_option("seit")
    page.get_by_label("Datum", exact=True).nth(1).fill("2020-01-01")
    page.get_by_role("button", name="Gruppe von Bedingungen").click()
    expect(page.get_by_role("group", name="Gruppe")).to_have_count(1)
    third = page.locator("[name='c2.0-tag']")
    expect(third).to_be_focused()
    third.fill("Nirgends")
    third.press("Tab")
    expect(page.locator("#preview")).to_contain_text("Es gibt kein Tag „Nirgends“.")
    assert no_wider_than_the_window(page)
    page.evaluate("scrollTo(0, 0)")
    assert_accessible_in_light_and_dark(page)

    page.get_by_role("button", name="Gruppe entfernen").click()
    page.get_by_role("button", name="Bedingung entfernen").nth(1).click()
    expect(number).to_have_text("24")
    expect(page.get_by_role("button", name="Bedingung", exact=True)).to_be_focused()
    page.get_by_label("Name des Segments").fill("Leser")
    page.get_by_role("button", name="Segment für Harbour Lane Coffee speichern").click()
    expect(page.get_by_role("heading", name="Leser", exact=True)).to_be_visible()
    expect(page.locator("#members tbody")).to_contain_text("@klick-tipp.team")
    segment = Segment.objects.get()
    assert segment.counts.get().contacts == 24

    page.get_by_role("button", name="Erneut zählen").click()
    expect(page.locator(".growth circle")).to_have_count(2)
    expect(page.locator("#members tbody")).to_contain_text("@klick-tipp.team")
    assert no_wider_than_the_window(page)
    assert_accessible_in_light_and_dark(page)
    page.goto(SEGMENTS)
    expect(page.locator("tbody tr")).to_contain_text("hat Newsletter")
    assert no_wider_than_the_window(page)
