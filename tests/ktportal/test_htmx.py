"""htmx attributes stand on the element that uses them, as the next major version of htmx wants it."""

import json
import re
from html.parser import HTMLParser

from django.conf import settings
from django.template.loader import render_to_string

from tests.ktportal.test_templates import TEMPLATES

REQUESTS = {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"}
OF_REQUESTS = {
    "hx-confirm",
    "hx-disabled-elt",
    "hx-encoding",
    "hx-headers",
    "hx-include",
    "hx-indicator",
    "hx-params",
    "hx-prompt",
    "hx-push-url",
    "hx-replace-url",
    "hx-request",
    "hx-select",
    "hx-select-oob",
    "hx-swap",
    "hx-sync",
    "hx-target",
    "hx-trigger",
    "hx-validate",
    "hx-vals",
}
INHERITANCE = {"hx-disinherit", "hx-inherit", "hx-vars"}


class Reader(HTMLParser):
    """The elements of a template with htmx attributes; the template's own tags are read as if they were not there."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, set[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name for name, _ in attrs if name.startswith("hx-")}))


def elements_of(template: str) -> list[tuple[str, set[str]]]:
    """Attributes that a template includes belong to no element of its own: they are read as one of a form's."""
    html = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", re.sub(r"{% comment %}.*?{% endcomment %}", "", template, flags=re.S))
    reader = Reader()
    reader.feed(html if "<" in html else f"<form {html}>")
    return reader.elements


def misplaced(tag: str, attributes: set[str]) -> set[str]:
    """Those of an element's attributes that are for other elements."""
    boosts = "hx-boost" in attributes and tag in ("a", "form")
    wrong = attributes & INHERITANCE
    if not boosts:
        wrong |= attributes & {"hx-boost"}
    return wrong if boosts or attributes & REQUESTS else wrong | attributes & OF_REQUESTS


def test_attributes_stand_on_the_element_that_uses_them() -> None:
    found = {
        f"{path.relative_to(settings.BASE_DIR)}: <{tag}>": wrong
        for path in TEMPLATES
        for tag, attributes in elements_of(path.read_text())
        if (wrong := misplaced(tag, attributes))
    }
    assert not found


def test_nothing_is_inherited_in_the_browser() -> None:
    assert json.loads(render_to_string("frame/htmx_config.json").replace("&quot;", '"'))["disableInheritance"] is True


def test_the_check_finds_what_it_is_for() -> None:
    html = '<div hx-target="#x" hx-boost="true"><a href="/" hx-boost="true" hx-swap="none">{{ a }}</a></div>'
    assert [misplaced(*element) for element in elements_of(html)] == [{"hx-target", "hx-boost"}, set()]
