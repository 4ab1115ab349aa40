from uuid import UUID, uuid4

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import TeamRequest, sent_from, team_view
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.clients.access import AccountRequest, account_view, to_keys
from integrations.clients.errors import Obstructed, OtherAccount, TakenByOtherClient, UntoldAccount
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.keys import services, words
from integrations.clients.keys.checking import check_all_of_team
from integrations.clients.keys.forms import KeyForm, NewClientForm
from integrations.clients.keys.pages import (
    ask,
    clients_page,
    key_context,
    key_page,
    keys_page,
    new_client_page,
    say_stored,
)
from integrations.clients.keys.proposals import Proposal
from integrations.clients.logins import Login
from integrations.klicktipp import AccessDenied


@team_view(Capability.ADD_CLIENTS)
def first_client(request: TeamRequest) -> HttpResponse:
    """A team's first client account, made with nothing but its key."""
    if request.method != "POST":
        return redirect("team", team=request.team.slug)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return clients_page(request, form)
    login, action = Login.by_customer_key(form.cleaned_data["customer_key"]), uuid4()
    try:
        tested = services.try_for_new(request.team, "", login, Actor.of(request), action)
    except EXPLAINED as error:
        return clients_page(request, form, _at_the_key(request, form, error, action))
    name = services.name_for(request.team, tested.identity)
    return ask(
        request,
        request.team,
        None,
        None,
        Proposal(tested, name, request.team.accounts.free_colour(), is_named_by_account=True),
    )


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
        tested = services.try_for_new(request.team, name, login, Actor.of(request), action)
    except EXPLAINED as error:
        return new_client_page(request, form, _at_the_key(request, form, error, action))
    return ask(request, request.team, None, None, Proposal(tested, name, colour))


@account_view(Capability.SEE_CLIENTS)
def keys(request: AccountRequest) -> HttpResponse:
    """The keys of a client account: the shared one, and the user's own."""
    return keys_page(request)


@account_view(Capability.MANAGE_CLIENTS)
def replace_key(request: AccountRequest) -> HttpResponse:
    """Store the shared customer key, or another one for the same KlickTipp account."""
    return _replace(request, None)


@account_view(Capability.STORE_OWN_KEY)
def replace_own_key(request: AccountRequest) -> HttpResponse:
    """Store a customer key that is used for the calls of this user alone, or another one."""
    return _replace(request, request.user.pk)


@team_view(Capability.MANAGE_CLIENTS)
@sent_from("team")
def check_connections(request: TeamRequest) -> HttpResponse:
    """Ask KlickTipp for all client accounts whether it still accepts their shared keys, once a minute."""
    once = f"connections-checked:{request.membership.pk}"
    if not cache.add(once, True, 60):
        messages.info(request, _("The connections have just been checked."))
        return redirect("team", team=request.team.slug)
    try:
        checked = check_all_of_team(request.membership, Actor.of(request))
    except Obstructed as error:
        cache.delete(once)
        messages.warning(request, explain(error).what)
        return redirect("team", team=request.team.slug)
    if not checked:
        cache.delete(once)
    if failed := [one for one in checked if one.error]:
        messages.warning(request, words.of_failed_checks(checked, failed))
    elif checked:
        told = ngettext("The connection works.", "All %(number)s connections work.", len(checked))
        messages.success(request, told % {"number": len(checked)})
    return redirect("team", team=request.team.slug)


@account_view(Capability.MANAGE_CLIENTS)
@sent_from("client_keys")
def test_connection(request: AccountRequest) -> HttpResponse:
    """Ask KlickTipp whether it still accepts the shared key."""
    return _test(request, None)


@account_view(Capability.STORE_OWN_KEY)
@sent_from("client_keys")
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
    login, actor, action = Login.by_customer_key(form.cleaned_data["customer_key"]), request.errand.actor, uuid4()
    try:
        services.must_be_as_shown(request.account, user_id, shown)
        tested = services.try_for(request.account, login, actor, action, user_id)
        if request.account.identity:
            services.store(request.account, tested, actor, uuid4(), user_id, shown)
            return say_stored(request, login)
    except EXPLAINED as error:
        return key_page(request, user_id, form, _at_the_key(request, form, error, action))
    return ask(request, request.team, request.account, user_id, Proposal(tested))


def _test(request: AccountRequest, user_id: int | None) -> HttpResponse:
    action = uuid4()
    try:
        services.check_connection(request.account, request.errand.actor, action, user_id)
    except EXPLAINED as error:
        request.account.refresh_from_db()
        return keys_page(request, explain(error, action, seen_by=request.membership))
    accepted = _("KlickTipp accepts the customer key.")
    if (credential := request.account.credentials.held_by(user_id).first()) and credential.is_api_user:
        accepted = _("KlickTipp accepts the API user.")
    messages.success(request, accepted)
    return to_keys(request.account)


def _remove(request: AccountRequest, user_id: int | None) -> HttpResponse:
    context = key_context(request, user_id)
    if request.method == "POST":
        services.remove_key(request.account, request.errand.actor, user_id)
        removed = _("The customer key is removed from this portal.")
        if context["credential"] and context["credential"].is_api_user:
            removed = _("The API user is removed from this portal.")
        messages.success(request, removed)
        return to_keys(request.account)
    shared = request.account.credentials.shared().first()
    context["words"] = words.of_removing(context["credential"], shared, request.account, is_own=context["is_own"])
    return render(request, "clients/keys/remove.html", context)


def _at_the_key(request: TeamRequest, form: NewClientForm | KeyForm, error: Exception, action: UUID) -> Explanation:
    """What stood in the way of a key, and where it is the key itself, a mark at its field."""
    failure = explain(error, action, seen_by=request.membership)
    if isinstance(error, AccessDenied):
        form.add_error("customer_key", _("This key was not accepted."))
    elif isinstance(error, OtherAccount | TakenByOtherClient | UntoldAccount):
        form.add_error("customer_key", _("This key cannot be used for this client."))
    return failure
