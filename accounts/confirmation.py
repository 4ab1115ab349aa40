"""Confirming that it is still the same person: what reaches far asks for it half an hour after the last time."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import unsent
from accounts.roles import Capability

ASKED_FOR = frozenset(
    {
        Capability.STORE_OWN_KEY,
        Capability.ADD_CLIENTS,
        Capability.MANAGE_CLIENTS,
        Capability.MANAGE_MEMBERS,
        Capability.MANAGE_TEAM,
        Capability.DELETE_CONTACTS,
    }
)
"""What is confirmed: keys, roles, members, deletions and the settings of the team."""


def confirmed_lately(request: HttpRequest) -> bool:
    """Whether the person has signed in, or confirmed that it is them, in the last half hour: with the second factor, in
    a session that began with it."""
    records = get_authentication_records(request, request.user)
    counted = [record for record in records if record["method"] == "mfa"] or records
    return bool(counted) and time.time() - counted[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask(request: HttpRequest) -> HttpResponse:
    """The way to the confirmation and back. A form waits in its page, or in one that keeps its fields."""
    if request.method == "GET" and not (request.htmx and not request.htmx.boosted):  # type: ignore[attr-defined]
        return redirect_to_login(request.get_full_path(), way_to_confirm(request))
    if not request.htmx and unsent.keeps_form(request):  # type: ignore[attr-defined]
        return unsent.keep(request, confirm_url=way_to_confirm(request))
    return render(request, "accounts/confirm.html", {"confirm_url": way_to_confirm(request)}, status=403)


def way_to_confirm(request: HttpRequest) -> str:
    """The page that asks for the second factor or, of who has none, for the password."""
    return str(get_adapter(request).get_reauthentication_methods(request.user)[0]["url"])
