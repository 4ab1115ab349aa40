"""Confirming that it is still the same person: what reaches far asks for it half an hour after the last time."""

import time

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
    """Whether the person has signed in, or confirmed that it is them, in the last half hour."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask(request: HttpRequest) -> HttpResponse:
    """The way to the confirmation and back. A form waits in its page, or in one that keeps its fields."""
    if request.method == "GET" and not (request.htmx and not request.htmx.boosted):  # type: ignore[attr-defined]
        return redirect_to_login(request.get_full_path(), "account_reauthenticate")
    if not request.htmx and unsent.keeps_form(request):  # type: ignore[attr-defined]
        return unsent.keep(request, is_to_confirm=True)
    return render(request, "accounts/confirm.html", status=403)
