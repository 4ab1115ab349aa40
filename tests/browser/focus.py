"""Whether who goes by keyboard sees where the focus is: every element that can take it shows it, with contrast."""

from playwright.sync_api import Page

LEAST_WIDTH, LEAST_CONTRAST = 2, 3
"""Pixels; and the ratio that WCAG 1.4.11 asks for."""

UNSEEN = """([leastWidth, leastContrast]) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const channels = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (channels(color)[3] === 255) return color;
    }
    return "white";
  };
  const rings = function* (element) {
    for (const pseudo of [null, "::after"]) {
      const style = getComputedStyle(element, pseudo);
      yield { style, ground: ground(parseFloat(style.outlineOffset) < 0 ? element : element.parentElement) };
    }
    for (let at = element.parentElement, up = 0; at && up < 3; at = at.parentElement, up += 1) {
      yield { style: getComputedStyle(at), ground: ground(at.parentElement ?? at) };
    }
  };
  const shows = (element) => [...rings(element)].some(({ style, ground }) =>
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= leastWidth
      && contrast(style.outlineColor, ground) >= leastContrast);
  const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const takesFocus = (element) => element.tabIndex >= 0 && !element.disabled && element.type !== "hidden";
  const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
  const seen = [...document.querySelectorAll(all)].filter(takesFocus).filter(isVisible);
  const failing = seen.filter((element) => {
    element.focus({ focusVisible: true });
    return document.activeElement === element && !shows(element);
  });
  document.activeElement.blur();
  return { count: seen.length, failing: failing.map((element) => element.outerHTML.slice(0, 160)) };
}"""


def assert_focus_is_seen(page: Page) -> None:
    """Focus every visible element in turn and look at the ring of it, or of the box that stands for it."""
    found = page.evaluate(UNSEEN, [LEAST_WIDTH, LEAST_CONTRAST])
    assert found["count"] > 0, page.url
    assert found["failing"] == [], f"{page.url}\n" + "\n".join(found["failing"])
