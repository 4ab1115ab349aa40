"""The page on which a person says whether a login opens the right KlickTipp account, before it is stored."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import TeamRequest, team_view
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.audit.errors import AlreadyStarted
from integrations.audit.reading import account_of
from integrations.clients.access import AccountRequest, account_view, to_client, to_keys
from integrations.clients.explain import EXPLAINED, explain
from integrations.clients.forms import ClientForm
from integrations.clients.keys import proposals, services, words
from integrations.clients.keys.forms import KeyForm, NewClientForm
from integrations.clients.keys.pages import key_page, new_client_page, say_stored
from integrations.clients.keys.proposals import Proposal
from integrations.clients.models import ClientAccount

_PROCESSES_SHOWN = 8


@team_view(Capability.ADD_CLIENTS)
def confirm_new_client(request: TeamRequest) -> HttpResponse:
    """Make the client account for a tested login, once it has been confirmed."""
    place = proposals.place_of(request.team.pk)
    typed = {name: request.POST[name] for name in ("name", "colour") if name in request.POST}
    proposal = _waiting(request, place, _form_of_new_client(request, place, typed))
    if isinstance(proposal, HttpResponse):
        return proposal
    form = ClientForm(typed or {"name": proposal.name, "colour": proposal.colour}, membership=request.membership)
    if form.is_valid() and request.method == "POST":
        name, colour = form.cleaned_data["name"], form.cleaned_data["colour"]
        try:
            account = services.add_client(request.team, name, colour, proposal.tested, Actor.of(request), proposal.id)
        except (AlreadyStarted, *EXPLAINED) as error:
            proposals.drop(request.session, place)
            if stored := _stored(request, proposal.id):
                return to_client(stored)
            return new_client_page(
                request,
                NewClientForm(membership=request.membership, initial=typed),
                explain(error, seen_by=request.membership),
            )
        proposals.drop(request.session, place)
        messages.success(request, _("%(client)s is connected.") % {"client": account})
        return to_client(account)
    status = 422 if request.method == "POST" else 200
    return _page(request, proposal, status, name=form["name"].value(), colour=form["colour"].value(), form=form)


def _form_of_new_client(request: TeamRequest, place: str, typed: dict[str, str]) -> str:
    """Where another key can be typed, with the name and colour of before, unless the name was the other account's."""
    proposal = proposals.waiting(request.session, place)
    if proposal is None or not proposal.is_named_by_account:
        form = _form_name(proposal, "client_new", "client_new_api_user")
        return f"{reverse(form, kwargs={'team': request.team.slug})}?{urlencode(typed)}".removesuffix("?")
    is_first = not request.team.accounts.exists()
    return reverse("team" if is_first else "client_new", kwargs={"team": request.team.slug})


@account_view(Capability.MANAGE_CLIENTS)
def confirm_key(request: AccountRequest) -> HttpResponse:
    """Store a tested login as the client's shared one, once it has been confirmed."""
    return _confirm(request, None, "client_key", "client_api_user")


@account_view(Capability.STORE_OWN_KEY)
def confirm_own_key(request: AccountRequest) -> HttpResponse:
    """Store a tested login for the calls of this user alone, once it has been confirmed."""
    return _confirm(request, request.user.pk, "client_own_key", "client_own_api_user")


def _form_name(proposal: Proposal | None, of_key: str, of_api_user: str) -> str:
    """The form in which what waits was typed."""
    return of_api_user if proposal and proposal.tested.login.is_api_user else of_key


def _confirm(request: AccountRequest, user_id: int | None, of_key: str, of_api_user: str) -> HttpResponse:
    place = proposals.place_of(request.team.pk, request.account, user_id)
    form_name = _form_name(proposals.waiting(request.session, place), of_key, of_api_user)
    back = reverse(form_name, kwargs={"team": request.team.slug, "account": request.account.slug})
    proposal = _waiting(request, place, back)
    if isinstance(proposal, HttpResponse):
        return proposal
    if request.method != "POST":
        account = request.account
        return _page(request, proposal, name=account.name, colour=account.colour, is_own=user_id is not None)
    proposals.drop(request.session, place)
    try:
        services.store(request.account, proposal.tested, request.errand.actor, proposal.id, user_id)
    except AlreadyStarted:
        return to_keys(request.account)
    except EXPLAINED as error:
        return key_page(request, user_id, KeyForm(), explain(error, seen_by=request.membership))
    return say_stored(request, proposal.tested.login)


def _waiting(request: TeamRequest, place: str, back: str) -> Proposal | HttpResponse:
    """What is to be decided on, or the way on where nothing is: it was stored before, turned down, or has gone."""
    if request.method == "POST":
        if stored := _stored(request, request.POST.get("proposal", "")):
            return to_keys(stored) if hasattr(request, "account") else to_client(stored)
        if "drop" in request.POST:
            proposals.drop(request.session, place)
            return redirect(back)
    proposal = proposals.waiting(request.session, place)
    if proposal is None:
        messages.info(
            request,
            _(
                "No tested key is waiting here: it waits for an hour, and until you sign out. Perhaps it has been "
                "stored already; if not, please start again."
            ),
        )
        return redirect(back)
    if request.method == "POST" and request.POST.get("proposal") != str(proposal.id):
        messages.warning(
            request, _("Another key was tested meanwhile, so nothing was stored. Please look at this one.")
        )
        return redirect(request.path)
    return proposal


def _stored(request: TeamRequest, proposal_id: UUID | str) -> ClientAccount | None:
    """The client account for which an earlier submit of the same form has stored the login."""
    try:
        account_id = account_of(request.team.pk, UUID(str(proposal_id)))
    except ValueError:
        return None
    visible = ClientAccount.objects.visible_to(request.membership)
    return visible.filter(pk=account_id).first() if account_id else None


def _page(
    request: TeamRequest,
    proposal: Proposal,
    status: int = 200,
    *,
    name: str,
    form: ClientForm | None = None,
    **context: Any,
) -> HttpResponse:
    names = [process.name for process in proposal.tested.optin_processes if not process.is_predefined]
    context |= {
        "words": words.of_confirming(proposal, name, has_errors=bool(form and form.errors)),
        "proposal": proposal,
        "name": name,
        "form": form,
        "four": services.last_four_or_dots(proposal.tested.login.last_four),
        "api_user": proposal.tested.login.username,
        "identity": proposal.tested.identity,
        "processes": names[:_PROCESSES_SHOWN],
        "further_processes": len(names[_PROCESSES_SHOWN:]),
        "is_used_elsewhere": services.is_used_by_another_team(request.team, proposal.tested.identity),
    }
    return render(request, "clients/keys/confirm.html", context, status=status)
