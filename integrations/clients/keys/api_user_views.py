"""The pages for the second way into a KlickTipp account: username and password of an API user, for tests."""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.access import TeamRequest, team_view
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.errors import OtherAccount, TakenByOtherClient, UntoldAccount
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.keys import services, words
from integrations.clients.keys.forms import ApiUserForm, NewClientByApiUserForm
from integrations.clients.keys.pages import ask, key_context, say_stored
from integrations.clients.keys.proposals import Proposal
from integrations.clients.logins import CredentialKind
from integrations.klicktipp import AccessDenied


@team_view(Capability.ADD_CLIENTS)
def new_client(request: TeamRequest) -> HttpResponse:
    """A client account with an API user: tested at KlickTipp, then to be confirmed before anything is stored."""
    known = {name: request.GET[name] for name in ("name", "colour") if name in request.GET}
    form = NewClientByApiUserForm(request.POST or None, membership=request.membership, initial=known)
    failure: Explanation | None = None
    if form.is_valid():
        name, colour, action = form.cleaned_data["name"], form.cleaned_data["colour"], uuid4()
        try:
            tested = services.try_for_new(request.team, name, form.login, Actor.of(request), action)
            return ask(request, request.team, None, None, Proposal(tested, name, colour))
        except EXPLAINED as error:
            failure = _at_the_login(request, form, error, action)
    failed = bool(form.errors or failure)
    context = {"form": form, "failure": failure}
    return render(request, "clients/keys/new_client_by_api_user.html", context, status=422 if failed else 200)


@account_view(Capability.MANAGE_CLIENTS)
def replace_key(request: AccountRequest) -> HttpResponse:
    """Store an API user in the place of the shared customer key."""
    return _replace(request, None)


@account_view(Capability.STORE_OWN_KEY)
def replace_own_key(request: AccountRequest) -> HttpResponse:
    """Store an API user in the place of this user's own customer key."""
    return _replace(request, request.user.pk)


def _replace(request: AccountRequest, user_id: int | None) -> HttpResponse:
    context = key_context(request, user_id)
    present = context["credential"].username if context["credential"] else ""
    form = ApiUserForm(request.POST or None, initial={"username": present})
    failure: Explanation | None = None
    if form.is_valid():
        actor, action = request.errand.actor, uuid4()
        shown = request.POST.get("present")
        try:
            services.must_be_as_shown(request.account, user_id, shown)
            tested = services.try_for(request.account, form.login, actor, action, user_id)
            if not request.account.identity:
                return ask(request, request.team, request.account, user_id, Proposal(tested))
            services.store(request.account, tested, actor, uuid4(), user_id, shown)
            return say_stored(request, form.login)
        except EXPLAINED as error:
            failure = _at_the_login(request, form, error, action)
    kind, is_own = CredentialKind.API_USER, context["is_own"]
    told = words.of_storing(kind, context["credential"], request.account, is_own=is_own)
    context |= {"words": told, "form": form, "failure": failure}
    return render(request, "clients/keys/api_user.html", context, status=422 if form.errors or failure else 200)


def _at_the_login(request: TeamRequest, form: ApiUserForm, error: Exception, action: UUID) -> Explanation:
    """What stood in the way of an API user, and where it is the user itself, a mark at the password."""
    failure = explain(error, action, seen_by=request.membership)
    if isinstance(error, AccessDenied):
        form.add_error("password", _("Username and password were not accepted."))
    elif isinstance(error, OtherAccount | TakenByOtherClient | UntoldAccount):
        form.add_error("password", _("This API user cannot be used for this client."))
    return failure
