"""What a page looks like on paper: whose it is and when it was printed, and nothing to press."""

from playwright.sync_api import Page

SHOWN = """selector => [...document.querySelectorAll(selector)]
  .filter(element => element.checkVisibility())
  .map(element => element.innerText.trim())"""


def assert_prints_well(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.evaluate(SHOWN, "button, .btn, [type=submit]") == [], page.url
    if page.locator("main.content").count():
        told = [text for text in page.evaluate(SHOWN, ".print-only") if "Gedruckt am" in text]
        assert len(told) == 1, page.url
    page.emulate_media(media="screen")
