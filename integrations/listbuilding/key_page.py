"""What the pages of a listbuilding key have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import reselect, reswap, retarget

from integrations.clients.access import AccountRequest
from integrations.clients.explain import Explanation
from integrations.klicktipp import ServiceError

_View = Callable[..., HttpResponse]
_Gone = Callable[[AccountRequest], HttpResponse]


def of_a_key(gone: _Gone | None = None) -> Callable[[_View], Callable[..., HttpResponse]]:
    """Gives the view the key whose ID is in the address. Where it has been removed that is said with a 404: by `gone`,
    which keeps what was typed, for a form that was sent, else by a page of its own."""

    def decorate(view: _View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def with_the_key(request: AccountRequest, key_id: int, **arguments: Any) -> HttpResponse:
            stored = request.account.listbuilding_keys.select_related("account")
            key = stored.filter(pk=key_id).first()
            if key:
                return view(request, key, **arguments)
            if gone and request.method == "POST":
                return _in_the_place_of_the_page(gone(request))
            return render(request, "listbuilding/key_gone.html", status=404)

        return with_the_key

    return decorate


def _in_the_place_of_the_page(response: HttpResponse) -> HttpResponse:
    """htmx shows it as it shows a form with errors, though it is a 404."""
    return retarget(reselect(reswap(response, "outerHTML"), "#content"), "#content")


def to_keys(request: AccountRequest) -> HttpResponse:
    return redirect("tools_keys", team=request.team.slug, account=request.account.slug)


def with_hint(error: Exception, explanation: Explanation) -> Explanation:
    """KlickTipp has been seen to answer an unknown listbuilding key with an empty error 500."""
    if not (isinstance(error, ServiceError) and error.status == 500):
        return explanation
    hint = _("KlickTipp also answers like this when it does not know the listbuilding key.")
    return replace(explanation, next_step=f"{hint} {explanation.next_step}")
