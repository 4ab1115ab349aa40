"""Parts of pages whose words are written inside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from accounts import texts, times

register = template.Library()
register.filter(texts.shortened)
register.filter("zone", times.zone, expects_localtime=True)

_ADDRESS = re.compile(r"[^\s@<>()]+@[\w.-]+")
_SECTIONS = ("text", "link", "endalert")


@register.filter
def unbroken(text: str) -> str:
    """A text whose email addresses stay in one piece where they fit into a line."""
    return mark_safe(_ADDRESS.sub(r'<span class="unbroken">\g<0></span>', conditional_escape(text)))  # noqa: S308


@register.inclusion_tag("parts/printed.html", takes_context=True)
def printed(context: template.Context, filters: Iterable[tuple[Any, Any]] = (), wanted: str = "") -> dict[str, Any]:
    """Whose page a printed one is, when it was printed, and by which labels and values it was filtered, or what was
    looked for in it. Each page has it below its heading; one whose list is filtered in place has it in that list."""
    told = [*filters, (gettext("Search"), wanted)] if wanted else filters
    return {"request": context.get("request"), "now": timezone.now(), "filters": told}


@register.tag
def alert(parser: Parser, token: Token) -> AlertNode:
    """A message in the page. Text and link can be left out, and so can the title.

        {% alert "warning" live=True %}
          What happened.
          {% text %}What to do now.
          {% link some_url new_tab=True %}Words of the link
        {% endalert %}

    level: success, warning, danger or info (default)
    live: true: read out at once when the page or fragment arrives; danger always is
    link: where it leads, nowhere for ""; new_tab: true: it opens in another tab
    """
    _name, *bits = token.split_contents()
    options = {} if not bits or "=" in bits[0] else {"level": parser.compile_filter(bits.pop(0))}
    options |= token_kwargs(bits, parser)
    sections: dict[str, NodeList] = {}
    name = "title"
    while name != "endalert":
        sections[name] = parser.parse(_SECTIONS)
        name, *bits = parser.next_token().split_contents()
        if name == "link":
            options["url"] = parser.compile_filter(bits.pop(0))
            options |= token_kwargs(bits, parser)
    return AlertNode(options, sections)


class AlertNode(template.Node):
    def __init__(self, options: dict[str, FilterExpression], sections: dict[str, NodeList]) -> None:
        self.options = options
        self.sections = sections

    def render(self, context: template.Context) -> str:
        values: dict[str, Any] = {name: option.resolve(context) for name, option in self.options.items()}
        values |= {name: mark_safe(nodes.render(context).strip()) for name, nodes in self.sections.items()}  # noqa: S308
        return render_to_string("parts/alert.html", values)
