"""What a person does with the tag picker, and with the list of further data fields."""

from playwright.sync_api import Locator, Page, expect


def choose_tag(page: Page, name: str) -> None:
    """Choose the tag of this name, or create it."""
    picker = page.get_by_role("combobox", name="Tags")
    picker.press_sequentially(name)
    picker.press("Enter")
    expect(chosen_tags(page).filter(has_text=name)).to_be_visible()


def chosen_tags(page: Page) -> Locator:
    return page.locator(".picked-tag")


def open_further_fields(page: Page) -> None:
    """Open the list of data fields that a form does not show, unless it is."""
    if page.locator("details.further[open]").count() == 0:
        page.get_by_text("Further data fields", exact=True).click()


def add_fields(page: Page, *names: str) -> None:
    """Show these data fields in the form."""
    open_further_fields(page)
    for name in names:
        page.locator("#further").get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Add the fields").click()
