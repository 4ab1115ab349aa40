"""Reads what pages and the log say."""

import re
from html import unescape
from typing import Any

from django.db.models import Q

from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell

Page = Any


def as_typed(text: object) -> str:
    """A text with plain hyphens, and without joiners, also where no line may break."""
    return str(text).replace("\u2011", "-").replace("\u2060", "")


def html(page: Page) -> str:
    """A page or fragment with its markup, apostrophes as a browser shows them and hyphens as they are typed."""
    return as_typed(str(page.content.decode()).replace("&#x27;", "'"))


def words(page: Page) -> str:
    """The words of a page or fragment, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html(page))).split())


def main_words(page: Page) -> str:
    """The words of a page's content, without markup and without the frame around it."""
    within = html(page).partition("<main")[2] or html(page)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", within)).split()).replace(" :", ":").replace(" .", ".")


def errors(page: Page, form: str = "form") -> dict[str, list[str]]:
    """What stands at the fields of a form that was not accepted."""
    assert page.status_code == 422, words(page)
    return {name: list(told) for name, told in page.context[form].errors.items()}


def logged(*conditions: Q, **entries: Any) -> list[str]:
    """What the log tells in the entries that fit this filter, oldest first."""
    found = AuditEntry.objects.filter(*conditions, **entries).order_by("number")
    return [as_typed(tell(entry.sentence, entry.parameters)) for entry in found]
