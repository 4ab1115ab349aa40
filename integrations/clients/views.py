from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import TeamRequest, team_view
from accounts.roles import Capability
from integrations.clients import overview, services
from integrations.clients.access import AccountRequest, account_view, to_client
from integrations.clients.calls.gateway import credential_for
from integrations.clients.forms import ClientSettingsForm, RemoveClientForm
from integrations.clients.keys.forms import KeyForm
from integrations.clients.keys.pages import clients_page


@team_view(Capability.BELONG)
def clients(request: TeamRequest) -> HttpResponse:
    """The team's client accounts; for an auditor, who sees none, the log."""
    if not request.membership.may(Capability.SEE_CLIENTS):
        return redirect("log", team=request.team.slug)
    return clients_page(request, KeyForm())


@account_view(Capability.SEE_CLIENTS)
def client(request: AccountRequest) -> HttpResponse:
    """The client account's overview: what was done, what it is worked with, and how its connection stands."""
    context = {
        "used": credential_for(request.account, request.user.pk),
        "actions": overview.done_last(request.errand, request.membership),
        "tags": overview.tags_used_last(request.errand, request.membership),
    }
    return render(request, "clients/client.html", context)


@account_view(Capability.MANAGE_CLIENTS)
def change_client(request: AccountRequest) -> HttpResponse:
    """Name, colour and country of a client account. The log goes on showing the name of the time."""
    form = ClientSettingsForm(request.POST or None, membership=request.membership, instance=request.account)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        services.change_client(request.account, typed["name"], typed["colour"], typed["country"], request.errand.actor)
        messages.success(request, _("Saved."))
        return to_client(request.account)
    if form.errors:
        request.account.refresh_from_db()
    return render(request, "clients/settings.html", {"form": form}, status=422 if form.errors else 200)


@account_view(Capability.MANAGE_CLIENTS)
def remove_client(request: AccountRequest) -> HttpResponse:
    """Remove a client account from the portal, after its name has been typed."""
    form = RemoveClientForm(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        services.remove_client(request.account, request.errand.actor)
        messages.success(request, _("%(client)s is removed from this portal.") % {"client": request.account})
        return redirect("team", team=request.team.slug)
    return render(request, "clients/remove.html", {"form": form}, status=422 if form.errors else 200)
