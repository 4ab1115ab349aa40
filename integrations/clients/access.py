"""Ties a request to a client account, after `accounts.access` has tied it to a team."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from accounts.access import TeamRequest, View, team_view
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount


class AccountRequest(TeamRequest):
    account: ClientAccount
    errand: Errand


def account_view(capability: Capability) -> Callable[[View], View]:
    """A view below `/t/<team>/clients/<account>/` for members who see that client account and have `capability`."""

    def decorate(view: View) -> View:
        @team_view(capability)
        @wraps(view)
        def for_the_account(request: AccountRequest, account: str, **arguments: Any) -> HttpResponseBase:
            visible = ClientAccount.objects.visible_to(request.membership)
            request.account = get_object_or_404(visible, slug=account)
            request.errand = Errand(request.account, Actor.of(request))
            try:
                return view(request, **arguments)
            except ClientAccount.DoesNotExist:  # somebody else has removed it meanwhile
                raise Http404 from None

        return for_the_account

    return decorate


def to_keys(account: ClientAccount) -> HttpResponse:
    """On to the page of the client account's keys."""
    return redirect("client_keys", team=account.team.slug, account=account.slug)


def to_client(account: ClientAccount) -> HttpResponse:
    """On to the client account's overview."""
    return redirect("client", team=account.team.slug, account=account.slug)
