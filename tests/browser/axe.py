"""axe-core on a page: no violation of WCAG 2.2 AA, and a focus that is seen."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.focus import assert_focus_is_seen

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
MISNAMED = """() => {
  const plain = text => text.trim().replace(/\\s+/g, " ").toLowerCase();
  return [...document.querySelectorAll(":is(a, button, summary)[aria-label]")].map(element => {
    const seen = element.cloneNode(true);
    seen.querySelectorAll("[aria-hidden], .visually-hidden").forEach(part => part.remove());
    return [plain(seen.textContent), plain(element.getAttribute("aria-label"))];
  }).filter(([seen, name]) => !name.includes(seen)).map(([seen, name]) => `“${seen}” is called “${name}”`);
}"""
"""What is called otherwise than it reads, so that nobody can press it by saying what stands there."""


LOW_LINES = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.1 !important; transition: none !important }
    .bar, .save-bar { position: static }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
"""Sets lines as low as the fonts of another machine may: targets must stay 24 px high all the same. Colors change at
once, and bars that stick to an edge of the window, over what can be scrolled from there, stand where they belong."""


def assert_accessible_in_light_and_dark(page: Page) -> None:
    """The same for both color schemes that a page has."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    page.evaluate(LOW_LINES)
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)
        assert_focus_is_seen(page)


def assert_accessible(page: Page) -> None:
    page.evaluate(LOW_LINES)
    assert page.evaluate(MISNAMED) == [], page.url
    results = Axe().run(page, options=RULES)
    assert "color-contrast" in {rule["id"] for rule in results.response["passes"]}
    found = [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert found == [], f"{page.url}\n" + "\n".join(found)
