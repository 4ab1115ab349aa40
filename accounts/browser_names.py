"""What a browser calls itself, as people know it: "Firefox on Windows"."""

from django.utils.translation import gettext as _

_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip
"""In this order: many name others before or behind their own name."""


def browser_name(user_agent: str) -> str:
    """From a header `User-Agent`; its own beginning for one that is not known."""
    agent = user_agent.replace("HeadlessChrome/", "Chrome/")
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent[:60] or _("unknown browser")
