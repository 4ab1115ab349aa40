"""What people take with them. It takes long or is an entry of the log, so nobody else's page may have it begin; and it
leaves the portal, so it is confirmed that it is still the same person."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlsplit

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.access import TeamRequest
from accounts.confirmation import ask, confirmed_lately
from accounts.crowds import one_at_a_time

_OTHERS: Final = {"cross-site", "same-site"}
"""What browsers say of a request that a page of another site, or of another host of the same one, has made."""

_WAITING: Final = "export_waiting"


def export(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that exports: one at a time for each person. Who is led there by another site, as by a link in a mail, is
    asked first whether they want it; who has not confirmed lately that it is them does so first, and is led on
    to the export by a page that leads back, too: a file would leave the one that asked open."""
    alone = one_at_a_time(view)

    @wraps(view)
    def wanted(request: TeamRequest, **arguments: Any) -> HttpResponseBase:
        if request.headers.get("Sec-Fetch-Site") in _OTHERS:
            return render(request, "accounts/export_offered.html", status=403)
        here = request.get_full_path()
        if not confirmed_lately(request):
            request.session[_WAITING] = {"export": here, "page": _page_before(request)}
            return ask(request)
        waiting = request.session.pop(_WAITING, None)
        if waiting and waiting["export"] == here:
            return render(request, "accounts/export_begins.html", {"page": waiting["page"]})
        return alone(request, **arguments)

    wanted.asks_who_it_is = True  # type: ignore[attr-defined]
    return wanted


def _page_before(request: TeamRequest) -> str:
    """The portal's page that has led here, else the team's."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return reverse("team", args=[request.team.slug])
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}".rstrip("?")
