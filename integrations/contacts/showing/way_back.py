"""Where a contact was opened from, for the way back: a page of the list of contacts or of a segment, or an entry of
the log.

It stands in the query of all addresses of the contact's pages. Read from there is what such a page can be asked for,
and nothing else; where it leads is up to the portal.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import Capability
from integrations.audit.query.asked import kept_query
from integrations.clients.access import AccountRequest
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES

_OF_LIST = {
    "status": re.compile("|".join(["", *STATUSES])),
    "bounce": re.compile("|".join(["", *BOUNCE_STATUSES])),
    "tag": re.compile("[1-9][0-9]{0,15}"),
    "list": re.compile("[0-9A-Za-z]{12}"),
    "page": re.compile("[1-9][0-9]{0,6}"),
    "rows": re.compile("all"),
}
_NUMBER = re.compile("[1-9][0-9]{0,17}")
_OF_SEGMENT = {"segment": _NUMBER, "page": _OF_LIST["page"]}


@dataclass(frozen=True)
class WayBack:
    """`query` hands it on."""

    url: str
    text: str
    query: str


def way_back(request: AccountRequest, contact_id: str = "") -> WayBack | None:
    """The way back that a request's query tells of, if any; in a list it leads to the contact's row."""
    asked = request.GET
    if _OF_LIST["list"].fullmatch(asked.get("list", "")):
        kept = {name: asked[name] for name, form in _OF_LIST.items() if name in asked and form.fullmatch(asked[name])}
        query = urlencode(kept)
        url = reverse("contact_browse", args=[request.team.slug, request.account.slug])
        return WayBack(f"{url}?{query}#contact-{contact_id}", _("Back to the list"), query)
    if _NUMBER.fullmatch(asked.get("segment", "")):
        kept = {name: asked[name] for name, form in _OF_SEGMENT.items() if form.fullmatch(asked.get(name, ""))}
        query = urlencode(kept)
        url = reverse("segment", args=[request.team.slug, request.account.slug, int(kept["segment"])])
        return WayBack(f"{url}?page={kept.get('page', 1)}#contact-{contact_id}", _("Back to the segment"), query)
    number = asked.get("entry", "")
    if _NUMBER.fullmatch(number) and request.membership.may(Capability.SEE_LOG):
        filters = kept_query(asked)
        if _NUMBER.fullmatch(asked.get("before", "")):
            filters["before"] = asked["before"]
        url = reverse("log_entry", args=[request.team.slug, int(number)])
        query = filters.urlencode()
        return WayBack(f"{url}?{query}".rstrip("?"), _("Back to the log entry"), f"entry={number}&{query}".rstrip("&"))
    return None


def contact_url(
    request: AccountRequest, contact_id: str, page: str = "contact", *, at: str = "", **arguments: Any
) -> str:
    """The address of one of the contact's pages, by the name of its URL, from which the same way leads back.

    at: the section of the contact's page that is to take the focus
    """
    where = {"team": request.team.slug, "account": request.account.slug, "contact_id": int(contact_id)}
    way = way_back(request)
    query = "&".join(filter(None, [urlencode({"at": at}) if at else "", way.query if way else ""]))
    return f"{reverse(page, kwargs=where | arguments)}?{query}".rstrip("?")
