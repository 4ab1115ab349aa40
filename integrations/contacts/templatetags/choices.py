from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from accounts.texts import plain
from integrations.clients.lists import Listing

register = template.Library()


@register.filter
def offered(listing: Listing, chosen: Any) -> list[Mapping[str, Any]]:
    """The items of a list by name, upper and lower case alike, then what was chosen or typed but is not in it."""
    items = sorted(listing.items, key=lambda item: plain(str(item["name"])))
    known = {str(item["id"]) for item in items}
    values = chosen if isinstance(chosen, list | tuple) else [chosen]
    typed = [part for value in values if value for part in str(value).replace(",", " ").split()]
    missing = [part for part in dict.fromkeys(typed) if part not in known]
    return [*items, *({"id": part, "name": _("ID %(id)s, not in the list") % {"id": part}} for part in missing)]


@register.filter
def has(chosen: Any, wanted: Any) -> bool:
    """Whether an id is among what was chosen in a list, or typed with commas between."""
    values = chosen if isinstance(chosen, list | tuple) else [chosen]
    return str(wanted) in {part for value in values if value for part in str(value).replace(",", " ").split()}
