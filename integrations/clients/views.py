from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import TeamRequest, UserRequest, team_view
from accounts.models import Team
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.clients import grants, keys, proposals, services
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.forms import ClientForm, KeyForm, NewClientForm, RemoveClientForm
from integrations.clients.gateway import credential_for
from integrations.clients.keys import OtherAccount, TakenByOtherClient, UntoldAccount
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Colour, Credential
from integrations.clients.proposals import Proposal
from integrations.klicktipp import AccessDenied


@team_view(Capability.BELONG)
def clients(request: TeamRequest) -> HttpResponse:
    """The team's client accounts; for an auditor, who sees none, the log."""
    if not request.membership.may(Capability.SEE_CLIENTS):
        return redirect("log", team=request.team.slug)
    return _clients_page(request, KeyForm())


@team_view(Capability.ADD_CLIENTS)
def first_client(request: TeamRequest) -> HttpResponse:
    """A team's first client account, made with nothing but its key."""
    if request.method != "POST":
        return redirect("team", team=request.team.slug)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _clients_page(request, form)
    login, action = Login.by_customer_key(form.cleaned_data["customer_key"]), uuid4()
    try:
        tested = keys.try_for_new(request.team, "", login, Actor.of(request), action)
    except EXPLAINED as error:
        return _clients_page(request, form, _at_the_key(request, form, error, action))
    name = keys.name_for(request.team, tested.identity)
    return ask(request, request.team, None, None, Proposal(tested, name, Colour.BLUE, is_named_by_account=True))


def _clients_page(request: TeamRequest, form: KeyForm, failure: Explanation | None = None) -> HttpResponse:
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


@team_view(Capability.ADD_CLIENTS)
def new_client(request: TeamRequest) -> HttpResponse:
    """A client account with its customer key: tested at KlickTipp, then to be confirmed before anything is stored."""
    if request.method != "POST":
        known = {name: request.GET.get(name) for name in ("name", "colour") if name in request.GET}
        return new_client_page(request, NewClientForm(membership=request.membership, initial=known))
    form = NewClientForm(request.POST, membership=request.membership)
    if not form.is_valid():
        return new_client_page(request, form)
    name, colour, action = form.cleaned_data["name"], form.cleaned_data["colour"], uuid4()
    login = Login.by_customer_key(form.cleaned_data["customer_key"])
    try:
        tested = keys.try_for_new(request.team, name, login, Actor.of(request), action)
    except EXPLAINED as error:
        return new_client_page(request, form, _at_the_key(request, form, error, action))
    return ask(request, request.team, None, None, Proposal(tested, name, colour))


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
    return render(request, "clients/new.html", context, status=422 if failed else 200)


@account_view(Capability.SEE_CLIENTS)
def client(request: AccountRequest) -> HttpResponse:
    """The client account's overview: its connection, and where to go from here."""
    return _client_page(request)


@account_view(Capability.MANAGE_CLIENTS)
def change_client(request: AccountRequest) -> HttpResponse:
    """Name and colour of a client account. The log goes on showing the name of the time."""
    form = ClientForm(request.POST or None, membership=request.membership, instance=request.account)
    if request.method == "POST" and form.is_valid():
        services.change_client(
            request.account, form.cleaned_data["name"], form.cleaned_data["colour"], Actor.of(request)
        )
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
        services.remove_client(request.account, Actor.of(request))
        messages.success(request, _("%(client)s is removed from this portal.") % {"client": request.account})
        return redirect("team", team=request.team.slug)
    return render(request, "clients/remove.html", {"form": form}, status=422 if form.errors else 200)


@account_view(Capability.MANAGE_CLIENTS)
def replace_key(request: AccountRequest) -> HttpResponse:
    """Store the shared customer key, or another one for the same KlickTipp account."""
    return _replace(request, None)


@account_view(Capability.STORE_OWN_KEY)
def replace_own_key(request: AccountRequest) -> HttpResponse:
    """Store a customer key that is used for the calls of this user alone, or another one."""
    return _replace(request, request.user.pk)


@require_POST
@account_view(Capability.MANAGE_CLIENTS)
def test_connection(request: AccountRequest) -> HttpResponse:
    """Ask KlickTipp whether it still accepts the shared key."""
    return _test(request, None)


@require_POST
@account_view(Capability.STORE_OWN_KEY)
def test_own_key(request: AccountRequest) -> HttpResponse:
    """Ask KlickTipp whether it still accepts the user's own key."""
    return _test(request, request.user.pk)


@account_view(Capability.MANAGE_CLIENTS)
def remove_key(request: AccountRequest) -> HttpResponse:
    """Forget the shared customer key, after asking once."""
    return _remove(request, None)


@account_view(Capability.STORE_OWN_KEY)
def remove_own_key(request: AccountRequest) -> HttpResponse:
    """Forget the user's own customer key, after asking once."""
    return _remove(request, request.user.pk)


def _replace(request: AccountRequest, user_id: int | None) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if not form.is_valid():
        return key_page(request, user_id, form)
    shown = request.POST.get("present")
    login, actor, action = Login.by_customer_key(form.cleaned_data["customer_key"]), Actor.of(request), uuid4()
    try:
        keys.must_be_as_shown(request.account, user_id, shown)
        tested = keys.try_for(request.account, login, actor, action, user_id)
        if request.account.identity:
            keys.store(request.account, tested, actor, uuid4(), user_id, shown)
            return say_stored(request, login)
    except EXPLAINED as error:
        return key_page(request, user_id, form, _at_the_key(request, form, error, action))
    return ask(request, request.team, request.account, user_id, Proposal(tested))


def key_page(
    request: AccountRequest, user_id: int | None, form: KeyForm, failure: Explanation | None = None
) -> HttpResponse:
    """The form for the shared customer key, or for the user's own."""
    context = key_context(request, user_id) | {
        "form": form,
        "failure": failure,
        "can_be_granted": grants.are_offered(),
    }
    return render(request, "clients/key.html", context, status=422 if form.errors or failure else 200)


def _test(request: AccountRequest, user_id: int | None) -> HttpResponse:
    action = uuid4()
    try:
        keys.check_connection(request.account, Actor.of(request), action, user_id)
    except EXPLAINED as error:
        request.account.refresh_from_db()
        return _client_page(request, explain(error, action, seen_by=request.membership))
    accepted = _("KlickTipp accepts the customer key.")
    if (credential := request.account.credentials.held_by(user_id).first()) and credential.is_api_user:
        accepted = _("KlickTipp accepts the API user.")
    messages.success(request, accepted)
    return to_client(request.account)


def _remove(request: AccountRequest, user_id: int | None) -> HttpResponse:
    context = key_context(request, user_id)
    if request.method == "POST":
        keys.remove_key(request.account, Actor.of(request), user_id)
        removed = _("The customer key is removed from this portal.")
        if context["credential"] and context["credential"].is_api_user:
            removed = _("The API user is removed from this portal.")
        messages.success(request, removed)
        return to_client(request.account)
    context["shared"] = request.account.credentials.shared().first()
    return render(request, "clients/key_remove.html", context)


def key_context(request: AccountRequest, user_id: int | None) -> dict[str, Any]:
    """What a page about the shared key, or about the user's own, has to know."""
    return {"credential": request.account.credentials.held_by(user_id).first(), "is_own": user_id is not None}


def _at_the_key(request: TeamRequest, form: NewClientForm | KeyForm, error: Exception, action: UUID) -> Explanation:
    """What stood in the way of a key, and where it is the key itself, a mark at its field."""
    failure = explain(error, action, seen_by=request.membership)
    if isinstance(error, AccessDenied | OtherAccount | TakenByOtherClient | UntoldAccount):
        form.add_error("customer_key", _("This key was not accepted."))
    return failure


def say_stored(request: AccountRequest, login: Login) -> HttpResponse:
    """Say that the login is stored, on the client account's overview."""
    key = _("The customer key is stored; KlickTipp accepts it.")
    api_user = _("Username and password are stored; KlickTipp accepts them.")
    messages.success(request, api_user if login.is_api_user else key)
    return to_client(request.account)


def to_client(account: ClientAccount) -> HttpResponse:
    """On to the client account's overview."""
    return redirect("client", team=account.team.slug, account=account.slug)


def _client_page(request: AccountRequest, failure: Explanation | None = None) -> HttpResponse:
    credentials = request.account.credentials
    context = {
        "shared": credentials.shared().select_related("stored_by").first(),
        "own": credentials.held_by(request.user.pk).first(),
        "used": credential_for(request.account, request.user.pk),
        "failure": failure,
    }
    return render(request, "clients/client.html", context, status=422 if failure else 200)
