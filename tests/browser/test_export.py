"""An export half an hour after the sign-in: it comes once it is confirmed who asks, and its page stays near."""

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.accounts.helpers import let_half_an_hour_pass
from tests.audit.test_log_page import write
from tests.browser.axe import assert_accessible
from tests.factories import PASSWORD, ClientAccountFactory


def test_a_file_comes_after_the_confirmation_and_its_page_is_one_click_away(signed_in: Page, owner: Any) -> None:
    page = signed_in
    write(ClientAccountFactory(team=owner.team, name="Bergwind").scope)
    (cookie,) = (each for each in page.context.cookies() if each["name"] == settings.SESSION_COOKIE_NAME)
    same = Client()
    same.cookies[settings.SESSION_COOKIE_NAME] = cookie["value"]
    let_half_an_hour_pass(same)

    page.goto("/t/demo/log/?q=client%3Abergwind")
    page.get_by_role("link", name="CSV").click()
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Continue").click()
    assert coming.value.suggested_filename.endswith(".csv")
    expect(page.get_by_role("heading", name="Your export begins")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Back to where you were").click()
    expect(page).to_have_url(f"{page.url.partition('/t/')[0]}/t/demo/log/?q=client%3Abergwind")
