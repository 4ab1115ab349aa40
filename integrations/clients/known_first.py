"""Pages of a list show the last known one at once, and look behind it whether KlickTipp has a newer one."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.access import is_fragment
from integrations.audit.sentences import Sentence
from integrations.clients.access import AccountRequest
from integrations.clients.explain import explain
from integrations.clients.lists import Listing
from integrations.clients.models import ReferenceKind

FRESH = timedelta(seconds=30)


def known_first(request: AccountRequest, kind: ReferenceKind, sentence: Sentence) -> Listing:
    """The last known list; the one that KlickTipp has now where none is known, and where the page asks for it with
    `load` in its query, as its link and `clients/refreshing.html` do."""
    known = request.errand.last_known(kind)
    if asks_to_load(request) or not known.fetched_at:
        return request.errand.load(kind, sentence)
    return known


def asks_to_load(request: AccountRequest) -> bool:
    return "load" in request.GET


def asks_for_rows(request: AccountRequest) -> bool:
    """Whether htmx wants the rows of the known list alone, and not the page with a newer one."""
    return is_fragment(request) and not asks_to_load(request)


def about(request: AccountRequest, listing: Listing) -> dict[str, Any]:
    """What the page says of the list: how old it is, why it is no newer, and whether it is still to be asked for."""
    is_fresh = listing.fetched_at is None or listing.fetched_at > timezone.now() - FRESH
    goes_on = not request.GET.keys().isdisjoint({"q", "page", "at"})
    return {
        "listing": listing,
        "stale": listing.error and explain(listing.error),
        "is_refreshing": not (is_fresh or goes_on or asks_to_load(request)),
    }
