"""Opens every page of the URL table in Chromium, light and dark: nothing that the content security policy or the
console complains of, no violation of WCAG 2.2 AA, room for a finger, and paper with nothing to press."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Response

from integrations.members.access_review import history
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.browser.conftest import sign_in
from tests.browser.printing import assert_prints_well
from tests.browser.settled import wait_until_settled
from tests.browser.targets import assert_targets_are_large
from tests.service import Service
from tests.test_access import POST_ONLY, TABLE, make_tenant

SIGNS_OUT = {"account_logout"}
DOWNLOADS = {
    "removed_client_table",
    *("access_review_table", "log_export_csv", "log_export_jsonl", "log_export_ocsf"),
    *("log_export_proved", "log_export_proved_log"),
    *("log_proof_entry", "log_proof_leaf", "log_proof_tile", "log_proof_folder", "log_proof_stamp"),
}


@pytest.fixture
def context_options() -> dict[str, Any]:
    return {"locale": "de-DE", "viewport": {"width": 1280, "height": 900}}


def is_whole_page(answer: Response | None) -> bool:
    """Whether the browser shows a page, rather than the part of one."""
    return answer is not None and answer.text().lstrip().lower().startswith("<!doctype")


def test_every_page_keeps_to_the_policy_and_is_accessible(
    page: Page, context: BrowserContext, transactional_db: None, service: Service, live_server: Any
) -> None:
    tenant = make_tenant(service.customer_keys[0])
    history.catch_up()
    sign_in(context, tenant.owner.user, live_server.url)
    seen = set()
    for name in TABLE.keys() - POST_ONLY - SIGNS_OUT - DOWNLOADS:
        answer = page.goto(tenant.url(name))
        wait_until_settled(page)
        if page.url not in seen and is_whole_page(answer):
            assert_accessible_in_light_and_dark(page)
            assert_targets_are_large(page)
            assert_prints_well(page)
        seen.add(page.url)
    assert len(seen) > 20
    for url in ("/nowhere/", reverse("account_logout")):
        page.goto(url)
        assert_accessible_in_light_and_dark(page)


def test_a_page_that_breaks_the_policy_would_be_noticed(page: Page, live_server: Any) -> None:
    complaints: list[str] = []
    other = page.context.new_page()
    other.on("console", lambda message: complaints.append(message.text))
    other.goto(reverse("account_login"))
    other.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    other.wait_for_timeout(300)
    assert any("Content Security Policy" in complaint for complaint in complaints)
