"""What a page looks like on paper: whose it is and when it was printed, nothing to press, and nothing cut off."""

from playwright.sync_api import Page

SHOWN = """selector => [...document.querySelectorAll(selector)]
  .filter(element => element.checkVisibility())
  .map(element => element.innerText.trim())"""

CUT_OFF = """() => [...document.querySelectorAll('main *')]
  .filter(element => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
  .map(element => element.outerHTML.slice(0, 80))"""
UPRIGHT, ACROSS = 680, 1009
"""Pixels between the margins of a sheet of A4."""


def assert_prints_well(page: Page) -> None:
    size = page.viewport_size
    assert size
    page.emulate_media(media="print")
    width = ACROSS if page.locator("body:has(.log-report)").count() else UPRIGHT
    page.set_viewport_size({"width": width, "height": size["height"]})
    assert page.evaluate(CUT_OFF) == [], page.url
    assert page.evaluate(SHOWN, "button, .btn, [type=submit]") == [], page.url
    if page.locator("main.content").count():
        told = [text for text in page.evaluate(SHOWN, ".print-only") if "Gedruckt am" in text]
        assert len(told) == 1, page.url
    page.emulate_media(media="screen")
    page.set_viewport_size(size)
