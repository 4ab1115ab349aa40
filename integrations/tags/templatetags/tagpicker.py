from typing import Any

from django import template
from django.forms import BoundField

from integrations.clients.explain import explain
from integrations.clients.lists import Listing, last_known
from integrations.clients.models import ReferenceKind
from integrations.tags.picker import MOST_TAGS, picker_of

register = template.Library()


@register.inclusion_tag("tags/picker/picker.html", takes_context=True)
def tag_picker(
    context: template.Context,
    field: BoundField,
    listing: Listing | None = None,
    has_own_section: bool = False,
    find_url: str = "",
) -> dict[str, Any]:
    """The picker of a `TagsField`, with the last known list unless another one is given; a fresh page has the list
    loaded anew. In a section of its own, that one has the heading and tells of campaigns.

    find_url: what answers the whole form, unchecked, with the tags that were looked for; browsers without JavaScript
    find tags that way
    """
    request = context["request"]
    listing = listing or last_known(request.account, ReferenceKind.TAGS)
    return {
        "request": request,
        "field": field,
        "picker": picker_of(field, listing),
        "has_own_section": has_own_section,
        "most": MOST_TAGS,
        "stale": listing.error and explain(listing.error),
        "load_lists": request.method != "POST",
        "find_url": find_url,
    }
