from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe

from integrations.clients.lists import optin_label, optin_name
from integrations.clients.models import ClientAccount
from integrations.clients.navigation import Place

register = template.Library()

_LONGEST_WEB_ADDRESS = 2_048
_ROOMS = (
    ("contact_add", "contact_add"),
    ("contact_field", "contact_fields"),
    ("contact", "contacts"),
    ("tagging", "tagging"),
    ("tag", "tags"),
    ("segment", "segments"),
    ("tools_process", "tools_processes"),
    ("tools", "tools"),
    ("suppress", "suppressions"),
)
"""Pages by the beginning of the names of their URLs, and what stands for them where another client has none such."""
_SAME_FOR_ALL = ("contact", "tag", "segment", "tools", "suppress", "client_settings", "client_keys")
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


@register.simple_tag
def predefined_optin() -> str:
    """The opt-in process that runs where none is chosen, as a list has it."""
    return optin_label({"name": "", "single_optin": False})


@register.simple_tag(takes_context=True)
def same_page_url(context: template.Context, account: ClientAccount) -> str:
    """The address of the page in hand for another client account; of what is about one contact or tag that of its room,
    and the overview where there is no such page for both."""
    request = context["request"]
    where = {"team": request.team.slug, "account": account.slug}
    match = request.resolver_match
    name = str(match.url_name) if match else ""
    if not set(match.kwargs if match else ()) <= set(where):
        name = next((room for part, room in _ROOMS if name.startswith(part)), "client")
    return reverse(name if name.startswith(_SAME_FOR_ALL) else "client", kwargs=where)


@register.simple_tag(takes_context=True)
def client_url(context: template.Context, name: str, **arguments: Any) -> str:
    """The address of a page of the client account that the page in hand is about."""
    request = context["request"]
    where = {"team": request.team.slug, "account": request.account.slug}
    return reverse(name, kwargs=where | arguments)


@register.simple_tag(takes_context=True)
def current(context: template.Context, place: Place) -> str:
    """Marks a link as leading to the page in hand, or to one that it belongs to."""
    match = context["request"].resolver_match
    name = (match.url_name if match else "") or ""
    if name == place.page:
        return mark_safe(' aria-current="page"')
    return mark_safe(' aria-current="true"') if any(fnmatchcase(name, pattern) for pattern in place.below) else ""
