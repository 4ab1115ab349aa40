"""A wide screen: in the log no name is cut inside a word, links can be hit, and actions stand beside the heading."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.factories import ClientAccountFactory
from tests.service import Service

NAME = "Änderungsschneiderei am Dom"


@pytest.fixture
def refused(owner: Membership, service: Service) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name=NAME, slug="dom", customer_key=service.customer_keys[0])


def test_names_stay_whole_and_links_are_large_enough(signed_in: Page, refused: ClientAccount, service: Service) -> None:
    page = signed_in
    service.fault(method="GET", path="/tag", status=406, body='{"error": 12}')
    page.goto("/t/demo/clients/dom/tags/")
    page.goto("/t/demo/log/?q=outcome:refused")
    line = page.locator(".log-action", has_text=NAME).first
    expect(line).to_be_visible()
    name = line.locator("> a", has_text=NAME)
    assert name.evaluate("link => link.scrollWidth <= link.clientWidth")
    lines = name.evaluate(
        """link => {
          const range = document.createRange();
          range.setStart(link.firstChild, 0);
          range.setEnd(link.firstChild, link.firstChild.data.indexOf(" "));
          return range.getClientRects().length;
        }"""
    )
    assert lines == 1
    for link in line.locator("> a, .log-outcome a").all():
        box = link.bounding_box()
        assert box
        assert box["width"] >= 24
        assert box["height"] >= 24


@pytest.mark.parametrize("page_of_team", ["log/", "log/proof/", "members/"])
def test_what_is_done_stands_beside_the_heading(signed_in: Page, refused: ClientAccount, page_of_team: str) -> None:
    signed_in.goto(f"/t/demo/{page_of_team}")
    heading, actions = signed_in.locator("h1").bounding_box(), signed_in.locator(".page-actions").bounding_box()
    assert heading
    assert actions
    assert actions["y"] < heading["y"] + heading["height"]
