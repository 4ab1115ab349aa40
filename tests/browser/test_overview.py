"""A client's overview: a panel ends where its words end, and nothing is said to be awaited that nobody asks for."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.factories import ClientAccountFactory
from tests.service import Service

OVERVIEW = "/t/demo/clients/harbour/"


@pytest.fixture
def connected(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Harbour", slug="harbour", customer_key=service.customer_keys[0])


def test_the_counts_fill_their_panel(signed_in: Page, connected: ClientAccount) -> None:
    signed_in.goto(OVERVIEW)
    panel = signed_in.get_by_role("region", name="Contacts")
    as_of = panel.get_by_text("as of")
    expect(as_of).to_be_visible()
    outer, inner = panel.bounding_box(), as_of.bounding_box()
    assert outer
    assert inner
    assert outer["y"] + outer["height"] - inner["y"] - inner["height"] < 18


@pytest.mark.parametrize(("part", "name"), [(".side", "ktportal"), ("main", "Keys")])
def test_links_that_stand_alone_are_large_enough(
    signed_in: Page, connected: ClientAccount, part: str, name: str
) -> None:
    signed_in.goto(OVERVIEW)
    box = signed_in.locator(part).get_by_role("link", name=name, exact=True).bounding_box()
    assert box
    assert box["height"] >= 24


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"locale": "en-GB", "java_script_enabled": False}

    def test_it_leads_to_the_contacts_instead_of_counting(self, signed_in: Page, connected: ClientAccount) -> None:
        signed_in.goto(OVERVIEW)
        expect(signed_in.get_by_role("link", name="Browse all contacts")).to_be_visible()
        expect(signed_in.get_by_text("Counting")).to_be_hidden()
