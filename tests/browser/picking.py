"""What a person does with the tag picker."""

from playwright.sync_api import Locator, Page, expect


def choose_tag(page: Page, name: str) -> None:
    """Choose the tag of this name, or create it."""
    picker = page.get_by_role("combobox", name="Tags")
    picker.press_sequentially(name)
    picker.press("Enter")
    expect(chosen_tags(page).filter(has_text=name)).to_be_visible()


def chosen_tags(page: Page) -> Locator:
    return page.locator(".picked-tag")
