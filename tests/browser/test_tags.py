"""The tags room in a real browser: search as you type, create, rename, count, delete."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.audit.models import AuditEntry, Kind
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount
from tests.factories import ClientAccountFactory
from tests.service import Service

TAGS = "/t/demo/clients/harbour/tags/"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(
        team=owner.team, name="Harbour Lane Coffee", slug="harbour", customer_key=service.customer_keys[0]
    )


@pytest.fixture
def tags(signed_in: Page, connected: ClientAccount) -> Page:
    signed_in.goto("/t/demo/clients/harbour/")
    signed_in.get_by_role("link", name="Tags", exact=True).click()
    expect(signed_in.get_by_role("heading", name="Tags", exact=True)).to_be_visible()
    return signed_in


def test_the_list_is_searched_as_one_types(tags: Page, service: Service) -> None:
    search = tags.get_by_label("Part of the name, or ID")
    search.press_sequentially("NEWS")
    expect(tags.locator("tbody tr")).to_have_count(1)
    expect(tags.locator("tbody")).to_contain_text("Newsletter")
    expect(tags.get_by_role("status").filter(has_text="1 tag")).to_be_visible()
    expect(search).to_be_focused()
    assert tags.url.endswith("?q=NEWS")
    search.press_sequentially("xyz")
    expect(tags.get_by_text("No tag has “NEWSxyz” in its name or ID.")).to_be_visible()
    search.fill("")
    expect(tags.locator("tbody")).to_contain_text("VIP")
    asked = [call for call in service.paths() if not call.startswith("GET /subscriber?")]  # the overview counts
    assert asked == ["GET /tag"], "searching goes on in the list that is known"


def test_a_tag_from_its_creation_to_its_end(tags: Page, owner: Membership) -> None:
    tags.get_by_role("link", name="New tag").click()
    tags.get_by_label("Name").fill("newsletter")
    tags.get_by_label("Description").fill("Starts the autumn series.")
    tags.get_by_role("button", name="Create the tag in Harbour Lane Coffee").click()
    expect(tags.get_by_text("There is the tag “Newsletter” already: use it?")).to_be_visible()
    expect(tags.get_by_label("Description")).to_have_value("Starts the autumn series.")
    tags.get_by_label("Name").fill("Herbst & 2026")
    tags.get_by_role("button", name="Create the tag in Harbour Lane Coffee").click()
    expect(tags.get_by_text("The tag Herbst & 2026 has been created.")).to_be_visible()

    tags.get_by_role("link", name="Herbst & 2026", exact=True).click()
    expect(tags.get_by_label("Description")).to_have_value("Starts the autumn series.")
    tags.get_by_label("Name").fill("Winter")
    tags.get_by_role("button", name="Change the tag of Harbour Lane Coffee").click()
    expect(tags.get_by_text("The tag Winter has been changed.")).to_be_visible()

    tags.get_by_role("link", name="Count the contacts with the tag Winter").click()
    expect(tags.locator("tbody")).to_contain_text("0 contacts")
    expect(tags.get_by_role("status").filter(has_text="0 contacts")).to_be_focused()

    tags.get_by_label("More for the tag Winter").click()
    tags.get_by_role("link", name="Delete the tag Winter").click()
    tags.get_by_label("Name of the tag").fill("Herbst")
    tags.get_by_role("button", name="Delete the tag “Winter” of Harbour Lane Coffee").click()
    expect(tags.get_by_text("This is not the name. Nothing was deleted.")).to_be_visible()
    expect(tags.get_by_label("Name of the tag")).to_be_focused()
    tags.get_by_label("Name of the tag").fill("Winter")
    tags.get_by_role("button", name="Delete the tag “Winter” of Harbour Lane Coffee").click()
    expect(tags.get_by_text("The tag Winter has been deleted.")).to_be_visible()
    expect(tags.locator("tbody")).not_to_contain_text("Winter")

    changes = AuditEntry.objects.filter(kind=Kind.CHANGE).order_by("number")
    told = [tell(entry.sentence, entry.parameters) for entry in changes]
    assert told == [
        "Alex Demo created the tag Herbst & 2026 in Harbour Lane Coffee",
        "Alex Demo renamed the tag Herbst & 2026 of Harbour Lane Coffee to Winter",
        "Alex Demo deleted the tag Winter of Harbour Lane Coffee",
    ]


def test_a_tag_that_went_meanwhile_is_told_above_the_form(
    tags: Page, service: Service, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.browser.conftest.EXPECTED", ("status of 422", "status of 404", "Response Status Error"))
    tags.get_by_role("link", name="VIP", exact=True).click()
    tags.get_by_label("Name").fill("Kept")
    service.fault(method="PUT", status=404, body='["There is no such entity."]')
    tags.get_by_role("button", name="Change the tag of Harbour Lane Coffee").click()
    expect(tags.get_by_role("alert")).to_contain_text("KlickTipp has no such tag")
    expect(tags.get_by_label("Name")).to_have_value("Kept")
    tags.get_by_role("link", name="To the list of tags").click()
    expect(tags.get_by_role("heading", name="Tags", exact=True)).to_be_visible()


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_everything_works_with_buttons(self, tags: Page) -> None:
        tags.get_by_label("Part of the name, or ID").fill("vip")
        tags.get_by_role("button", name="Find").click()
        expect(tags.locator("tbody tr")).to_have_count(1)
        tags.get_by_role("link", name="Count the contacts with the tag VIP").click()
        expect(tags.get_by_role("heading", name="Contacts with the tag “VIP”")).to_be_visible()
        expect(tags.locator("main")).to_contain_text("contact")
        tags.get_by_role("link", name="Back to the tags").click()
        tags.get_by_label("More for the tag VIP").click()
        tags.get_by_role("link", name="Delete the tag VIP").click()
        tags.get_by_label("Name of the tag").fill("VIP")
        tags.get_by_role("button", name="Delete the tag “VIP” of Harbour Lane Coffee").click()
        expect(tags.get_by_text("The tag VIP has been deleted.")).to_be_visible()
