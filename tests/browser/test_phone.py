"""Every page on a phone, in German: nothing wider than the screen, room for a finger, and no word broken at a hyphen
that belongs inside it."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.settled import wait_until_settled
from tests.browser.test_every_page import DOWNLOADS, SIGNS_OUT, is_whole_page
from tests.service import Service
from tests.test_access import POST_ONLY, TABLE, make_tenant

WRONG = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`${document.documentElement.scrollWidth} px wide`);
  const seen = [...document.querySelectorAll(":is(main, .bar) :is(a[href], button, summary, select)")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => !element.closest(".visually-hidden") && !element.matches(".row-link"));
  for (const element of seen) {
    const low = [...element.getClientRects()].find((box) => box.width > 1 && box.height < 24);
    if (low) found.push(`${low.height} px high: ${element.outerHTML.slice(0, 120)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    for (const { index } of text.data.matchAll(/(?<=E|Opt)[-\\u2011](?=Mail|in)/g)) {
      const range = document.createRange();
      range.setStart(text, index - 1);
      range.setEnd(text, index + 2);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) found.push(`broken: ${text.data}`);
    }
  }
  return found;
}"""


@pytest.fixture
def context_options() -> dict[str, Any]:
    return {"locale": "de-DE", "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_every_page_fits_a_phone(
    page: Page, context: BrowserContext, transactional_db: None, service: Service, live_server: Any
) -> None:
    tenant = make_tenant(service.customer_keys[0])
    sign_in(context, tenant.owner.user, live_server.url)
    wrong = {}
    for name in TABLE.keys() - POST_ONLY - SIGNS_OUT - DOWNLOADS:
        answer = page.goto(tenant.url(name))
        wait_until_settled(page)
        if is_whole_page(answer) and (found := page.evaluate(WRONG)):
            wrong[page.url] = found
    assert wrong == {}


def test_long_choices_go_on_in_a_second_line(
    page: Page, context: BrowserContext, transactional_db: None, service: Service, live_server: Any
) -> None:
    tenant = make_tenant(service.customer_keys[0])
    sign_in(context, tenant.owner.user, live_server.url)
    page.goto(tenant.url("contact_add"))
    process = page.locator("select[name=optin_process]")
    expect(process).to_contain_text("sendet eine Bestätigungs-E\u2011Mail")
    expect(process).to_have_css("white-space", "normal")
    assert process.evaluate("element => element.offsetHeight") > 45
