from typing import Any
from urllib.parse import urlsplit

from django import template
from django.urls import reverse

from integrations.clients.lists import optin_label, optin_name

register = template.Library()

_LONGEST_WEB_ADDRESS = 2_048
register.filter("optin_label", optin_label)
register.filter("optin_name", optin_name)


@register.filter
def is_web_address(text: str) -> bool:
    """Whether what KlickTipp sent may become a link: http or https with a host, and nothing that nobody sees."""
    if len(text) > _LONGEST_WEB_ADDRESS or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


@register.simple_tag(takes_context=True)
def client_url(context: template.Context, name: str, **arguments: Any) -> str:
    """The address of a page of the client account that the page in hand is about."""
    request = context["request"]
    where = {"team": request.team.slug, "account": request.account.slug}
    return reverse(name, kwargs=where | arguments)
