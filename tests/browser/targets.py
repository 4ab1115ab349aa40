"""Whether there is room for a finger: what can be pressed is 24 pixels wide and high, also a link within a text."""

from playwright.sync_api import Page

LEAST = 24
"""Pixels, as WCAG 2.5.8 asks for of what stands alone."""

SMALL = """least => {
  const ticked = "label:is(.form-check-label, :has([type=radio], [type=checkbox]))";
  const pressed = `a[href], button, summary, select, textarea, ${ticked}`;
  const typedInto = "input:not([type=hidden], [type=radio], [type=checkbox])";
  return [...document.querySelectorAll(`${pressed}, ${typedInto}`)]
    .filter(element => element.checkVisibility({ visibilityProperty: true }))
    .map(element => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && (box.width < least || box.height < least))
    .map(({ element, box }) => `${box.width} × ${box.height}: ${element.outerHTML.slice(0, 160)}`);
}"""


def assert_targets_are_large(page: Page) -> None:
    """The same on a phone, where lines break."""
    usual = page.viewport_size or {"width": 1280, "height": 900}
    for size in ({"width": 390, "height": 800}, usual):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        small = page.evaluate(SMALL, LEAST - 0.1)
        assert small == [], f"{page.url} at {size['width']} px\n" + "\n".join(small)
