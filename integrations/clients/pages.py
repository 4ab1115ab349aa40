"""The pages that more than one view shows: the list of client accounts, and one client account's overview."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import TeamRequest
from integrations.clients.access import AccountRequest
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import Explanation
from integrations.clients.keys import grants
from integrations.clients.keys.forms import KeyForm
from integrations.clients.models import ClientAccount, Credential


def clients_page(request: TeamRequest, form: KeyForm, failure: Explanation | None = None) -> HttpResponse:
    """The list of client accounts or, for whoever may make the first one, the form for its key."""
    accounts = ClientAccount.objects.visible_to(request.membership)
    own = Credential.objects.held_by(request.user.pk).filter(account__in=accounts)
    context = {
        "accounts": accounts,
        "with_own_key": set(own.values_list("account_id", flat=True)),
        "form": form,
        "failure": failure,
        "can_be_granted": grants.are_offered(),
    }
    return render(request, "clients/clients.html", context, status=422 if form.errors or failure else 200)


def client_page(request: AccountRequest, failure: Explanation | None = None) -> HttpResponse:
    """A client account's overview, with what has just failed."""
    credentials = request.account.credentials
    context = {
        "shared": credentials.shared().select_related("stored_by").first(),
        "own": credentials.held_by(request.user.pk).first(),
        "used": credential_for(request.account, request.user.pk),
        "failure": failure,
    }
    return render(request, "clients/client.html", context, status=422 if failure else 200)
