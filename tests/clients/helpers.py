"""What the tests of the clients room have in common."""

from typing import Any

from django.test import Client


def confirm(browser: Client, answer: Any, **changes: str) -> Any:
    """Go where a tested key leads and press its first button, or another with `changes`."""
    page = browser.get(answer.url)
    form = page.context["form"].data if page.context.get("form") else {}
    sent = {"proposal": str(page.context["proposal"].id), **form, **changes}
    return browser.post(answer.url, sent)
