"""An agency invites a freelancer for one client, who joins in a browser of their own, and removes them again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from accounts.models import Membership
from integrations.clients.models import ClientAccount
from tests.factories import PASSWORD, ClientAccountFactory
from tests.members.helpers import link_in


@pytest.fixture
def connected(owner: Membership) -> ClientAccount:
    ClientAccountFactory(team=owner.team, name="Hafenkaffee")
    return ClientAccountFactory(team=owner.team, name="Bergwind")


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def freelancer(request: pytest.FixtureRequest, chromium: Browser, live_server: Any) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, locale="en-GB", java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def test_a_freelancer_is_invited_joins_and_is_removed(
    signed_in: Page, freelancer: Page, connected: ClientAccount
) -> None:
    page = signed_in
    page.get_by_role("link", name="Members").click()
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("Email address").fill("Kim@Example.com")
    expect(page.get_by_label("Bergwind")).to_be_hidden()
    page.get_by_label("Only the ones ticked below").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("Please choose at least one client.")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value("Kim@Example.com")
    page.get_by_label("Bergwind").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("cell", name="kim@example.com", exact=True)).to_be_visible()

    freelancer.goto(link_in(mail.outbox[-1]))
    freelancer.get_by_label("Your name").fill("Kim Berg")
    freelancer.get_by_label("Password").fill(PASSWORD)
    freelancer.get_by_role("button", name="Join Demo-Agentur").click()
    freelancer.wait_for_url("**/t/demo/")
    expect(freelancer.get_by_role("cell", name="Bergwind", exact=True)).to_be_visible()
    expect(freelancer.get_by_text("Hafenkaffee")).to_have_count(0)
    freelancer.goto(link_in(mail.outbox[-1]))
    expect(freelancer.get_by_role("heading", name="You are already in Demo-Agentur")).to_be_visible()

    page.get_by_role("link", name="Members").click()
    page.get_by_role("link", name="Kim Berg").click()
    page.get_by_role("link", name="Remove from the team").click()
    page.get_by_role("button", name="Remove Kim Berg").click()
    expect(page.get_by_text("Kim Berg is no longer in the team.")).to_be_visible()

    freelancer.goto("/t/demo/")
    expect(freelancer.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Log").click()
    expect(page.get_by_text("Alex Demo removed Kim Berg (Editor) from the team")).to_be_visible()
