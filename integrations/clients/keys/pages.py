"""The pages that several views of client accounts and their keys show."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import TeamRequest, UserRequest
from accounts.models import Team
from accounts.roles import Capability
from integrations.clients.access import AccountRequest, to_keys
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import Explanation
from integrations.clients.keys import grants, proposals, words
from integrations.clients.keys.forms import KeyForm, NewClientForm
from integrations.clients.keys.proposals import Proposal
from integrations.clients.logins import CredentialKind, Login
from integrations.clients.models import ClientAccount, Credential, by_name
from integrations.clock import signs


def ask(
    request: UserRequest, team: Team, account: ClientAccount | None, user_id: int | None, proposal: Proposal
) -> HttpResponse:
    """On to the page that asks whether the login opens the right KlickTipp account, where it waits for the answer."""
    proposals.keep(request.session, proposals.place_of(team.pk, account, user_id), proposal)
    if account is None:
        return redirect("client_new_confirm", team=team.slug)
    name = "client_own_key_confirm" if user_id else "client_key_confirm"
    return redirect(name, team=team.slug, account=account.slug)


def new_client_page(request: TeamRequest, form: NewClientForm, failure: Explanation | None = None) -> HttpResponse:
    """The form for a new client account."""
    failed = bool(form.errors or failure)
    context = {"form": form, "failure": failure, "can_be_granted": grants.are_offered()}
    return render(request, "clients/keys/new_client.html", context, status=422 if failed else 200)


def key_page(
    request: AccountRequest, user_id: int | None, form: KeyForm, failure: Explanation | None = None
) -> HttpResponse:
    """The form for the shared customer key, or for the user's own."""
    known = key_context(request, user_id)
    kind, is_own = CredentialKind.CUSTOMER_KEY, known["is_own"]
    context = known | {
        "words": words.of_storing(kind, known["credential"], request.account, is_own=is_own),
        "form": form,
        "failure": failure,
        "can_be_granted": grants.are_offered(),
    }
    return render(request, "clients/keys/key.html", context, status=422 if form.errors or failure else 200)


def key_context(request: AccountRequest, user_id: int | None) -> dict[str, Any]:
    """What a page about the shared key, or about the user's own, has to know."""
    return {"credential": request.account.credentials.held_by(user_id).first(), "is_own": user_id is not None}


def say_stored(request: AccountRequest, login: Login) -> HttpResponse:
    """Say that the login is stored, on the page of the client account's keys."""
    key = _("The customer key is stored; KlickTipp accepts it.")
    api_user = _("Username and password are stored; KlickTipp accepts them.")
    messages.success(request, api_user if login.is_api_user else key)
    return to_keys(request.account)


def clients_page(request: TeamRequest, form: KeyForm, failure: Explanation | None = None) -> HttpResponse:
    """The list of client accounts or, for whoever may make the first one, the form for its key."""
    accounts = ClientAccount.objects.visible_to(request.membership)
    own = Credential.objects.held_by(request.user.pk).filter(account__in=accounts)
    context = {
        "accounts": by_name(accounts),
        "with_own_key": set(own.values_list("account_id", flat=True)),
        "form": form,
        "failure": failure,
        "can_be_granted": grants.are_offered(),
        "silent": signs.silent(request.team.created_at) if request.membership.may(Capability.MANAGE_TEAM) else [],
    }
    return render(request, "clients/clients.html", context, status=422 if form.errors or failure else 200)


def keys_page(request: AccountRequest, failure: Explanation | None = None) -> HttpResponse:
    """The keys of a client account, with what has just failed."""
    credentials = request.account.credentials
    context = {
        "shared": credentials.shared().select_related("stored_by").first(),
        "own": credentials.held_by(request.user.pk).first(),
        "used": credential_for(request.account, request.user.pk),
        "failure": failure,
    }
    return render(request, "clients/keys/keys.html", context, status=422 if failure else 200)
