"""Waits for what a page loads by itself."""

from playwright.sync_api import Page, expect


def wait_until_settled(page: Page) -> None:
    """Until all that htmx asks for is there; Playwright's own "networkidle" takes half a second more each time."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
