"""What people take with them. It takes long or is an entry of the log, so nobody else's page may have it begin."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.access import UserRequest
from accounts.crowds import one_at_a_time

_OTHERS: Final = {"cross-site", "same-site"}
"""What browsers say of a request that a page of another site, or of another host of the same one, has made."""


def export(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that exports: one at a time for each person. Who is led there by another site, as by a link in a mail, is
    asked first whether they want it."""
    alone = one_at_a_time(view)

    @wraps(view)
    def wanted(request: UserRequest, **arguments: Any) -> HttpResponseBase:
        if request.headers.get("Sec-Fetch-Site") in _OTHERS:
            return render(request, "accounts/export_offered.html", status=403)
        return alone(request, **arguments)

    return wanted
