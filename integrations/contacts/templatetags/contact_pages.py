from typing import Any

from django import template

from integrations.contacts.showing import way_back as ways

register = template.Library()


@register.simple_tag(takes_context=True)
def contact_url(context: template.Context, page: str, *, at: str = "", **arguments: Any) -> str:
    """The address of a page of the contact `contact_id`, with the way back to where it was opened from."""
    return ways.contact_url(context["request"], context["contact_id"], page, at=at, **arguments)


@register.simple_tag(takes_context=True)
def way_back(context: template.Context) -> ways.WayBack | None:
    """The way back from a page of the contact `contact_id`."""
    return ways.way_back(context["request"], context["contact_id"])
