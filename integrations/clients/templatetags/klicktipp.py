from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from integrations.clients.reference import Listing, optin_label

register = template.Library()
register.filter("optin_label", optin_label)


@register.filter
def by_name(listing: Listing) -> list[Mapping[str, Any]]:
    """The items of a list in the order of their names, upper and lower case alike."""
    return sorted(listing.items, key=lambda item: str(item["name"]).casefold())


@register.filter
def has(values: Iterable[Any] | None, wanted: Any) -> bool:
    """Whether a value of a form field, ticked or typed, is this one."""
    return str(wanted) in {str(value) for value in values or []}
