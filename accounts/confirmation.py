"""Confirming that it is still the same person: what reaches far asks for it half an hour after the last time."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import unsent
from accounts.mfa import has_second_factor
from accounts.models import User
from accounts.roles import Capability

ASKED_FOR = frozenset(
    {
        Capability.STORE_OWN_KEY,
        Capability.ADD_CLIENTS,
        Capability.MANAGE_CLIENTS,
        Capability.MANAGE_MEMBERS,
        Capability.MANAGE_LOG,
        Capability.MANAGE_TEAM,
        Capability.DELETE_CONTACTS,
    }
)
"""What is confirmed: keys, roles, members, deletions, the settings of the log and of the team. Exports are, too: see
`exports`."""


def confirmed_lately(request: HttpRequest) -> bool:
    """Whether the person has signed in, or confirmed that it is them, in the last half hour: with the second factor, in
    a session that began with it."""
    if not isinstance(request.user, User):
        return False
    records = get_authentication_records(request, request.user)
    recent = [each for each in records if time.time() - each["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT]
    if any(each["method"] == "mfa" for each in recent):
        return True
    began_with_factor = any(each["method"] == "mfa" for each in records)
    return bool(recent) and not (began_with_factor and has_second_factor(request.user))


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
