"""To KlickTipp's grant page and back: nothing is stored here, a granted key waits for its confirmation."""

from dataclasses import asdict
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.access import TeamRequest, UserRequest, sent_from, team_view
from accounts.mfa import is_kept_out
from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.actors import Actor
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.errors import Obstructed
from integrations.clients.explain import EXPLAINED, Explanation, explain
from integrations.clients.keys import grants, services
from integrations.clients.keys.forms import CustomerKeyField, NewClientForm
from integrations.clients.keys.pages import ask, new_client_page
from integrations.clients.keys.proposals import Proposal
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Grant
from integrations.messages import Obstacle

_COOKIE = "grant"
_SALT = "integrations.clients.keys.grant_views"
_REFUSED = "refused_grant"


@team_view(Capability.ADD_CLIENTS)
@sent_from("client_new")
def grant_new_client(request: TeamRequest) -> HttpResponse:
    """To KlickTipp for the key of a new client account; without a name it gets one of the KlickTipp account."""
    form = NewClientForm(request.POST, membership=request.membership, is_granted=True)
    if not form.is_valid():
        return new_client_page(request, form)
    name, colour = form.cleaned_data["name"], form.cleaned_data["colour"]
    return _to_klicktipp(request, name=name, colour=colour)


@account_view(Capability.MANAGE_CLIENTS)
@sent_from("client_key")
def grant_key(request: AccountRequest) -> HttpResponse:
    """To KlickTipp for a client's shared key."""
    return _to_klicktipp(request, request.account)


@account_view(Capability.STORE_OWN_KEY)
@sent_from("client_own_key")
def grant_own_key(request: AccountRequest) -> HttpResponse:
    """To KlickTipp for a key of the user's own."""
    return _to_klicktipp(request, request.account, is_own=True)


def _to_klicktipp(request: TeamRequest, account: ClientAccount | None = None, **wanted: Any) -> HttpResponse:
    if not grants.are_offered():
        raise Http404
    state, url = grants.begin(request.user, request.team, account, **wanted)
    response = redirect(url)
    response.set_signed_cookie(
        _COOKIE,
        state,
        salt=_SALT,
        max_age=int(grants.LASTS.total_seconds()),
        path=reverse("grant_callback", args=[state]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_GET
def callback(request: UserRequest, state: str) -> HttpResponse:
    """Back from KlickTipp: take the key out of the address, test it, and go on to the page that asks about it."""
    customer_key = _take_key(request)
    grant = grants.find(state)
    response = _go_on(request, grant, state, customer_key)
    response.delete_cookie(_COOKIE, path=request.path, samesite="Lax")
    response.headers["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_store=True)
    return response


def _take_key(request: UserRequest) -> str:
    """The customer key, which nothing finds in the request afterwards. "" for none, and for several."""
    pairs = [pair.partition("=") for pair in request.META.get("QUERY_STRING", "").split("&")]
    for name in ("QUERY_STRING", "RAW_URI", "REQUEST_URI"):
        request.META[name] = ""
    request.GET = QueryDict()
    found = [unquote(value) for name, _, value in pairs if name == "customerkey"]
    return found[0] if len(found) == 1 else ""


def _go_on(request: UserRequest, grant: Grant | None, state: str, customer_key: str) -> HttpResponse:
    actor, action = Actor.of(request), uuid4()
    begun_here = request.get_signed_cookie(_COOKIE, default="", salt=_SALT, max_age=grants.LASTS)
    membership = None
    try:
        grant, membership = grants.redeem(grant, begun_here == state, actor)
        vars(request).update(team=grant.team, membership=membership, account=grant.account)
        return _propose(request, grant, _login(grant, customer_key, actor), actor, action)
    except EXPLAINED as error:
        has_called = not isinstance(error, Obstructed)
        return _to_refusal(request, grant, explain(error, action if has_called else None, seen_by=membership))


def _login(grant: Grant, customer_key: str, actor: Actor) -> Login:
    try:
        return Login.by_customer_key(CustomerKeyField(required=True).clean(customer_key))
    except ValidationError:
        is_missing = not customer_key
        obstacle = Obstacle.GRANT_WITHOUT_KEY if is_missing else Obstacle.GRANT_WITH_MALFORMED_KEY
        raise grants.refused(grant, obstacle, actor) from None


def _propose(request: UserRequest, grant: Grant, login: Login, actor: Actor, action: UUID) -> HttpResponse:
    user_id = grant.user_id_of_key
    if grant.account:
        tested = services.try_for(grant.account, login, actor, action, user_id)
        proposal = Proposal(tested, is_granted=True)
    else:
        tested = services.try_for_new(grant.team, grant.name, login, actor, action)
        name = grant.name or services.name_for(grant.team, tested.identity)
        proposal = Proposal(tested, name, grant.colour, is_named_by_account=not grant.name, is_granted=True)
    response = ask(request, grant.team, grant.account, user_id, proposal)
    response.status_code = 303
    return response


def _to_refusal(request: UserRequest, grant: Grant | None, failure: Explanation) -> HttpResponse:
    """On to a page whose address has no key, as neither history nor address bar may keep it."""
    told = asdict(failure) | {"action": str(failure.action) if failure.action else None}
    if not request.user.is_authenticated:  # no session for strangers: each would be a row
        return _see_other(f"{reverse('grant_refused')}?{urlencode({'why': signing.dumps(told, salt=_REFUSED)})}")
    theirs = {"again": _form_url(grant), "team": grant.team_id} if grant and grant.user_id == request.user.pk else {}
    request.session[_REFUSED] = {"failure": told} | theirs
    return _see_other(reverse("grant_refused"))


def _see_other(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


@require_GET
def refusal(request: UserRequest) -> HttpResponse:
    """Why the last way back from KlickTipp in this visit led to no key."""
    told = request.session.get(_REFUSED) or _told_to_stranger(request.GET.get("why", ""))
    if not told:
        return redirect("home")
    memberships = Membership.objects.current().filter(user=request.user.pk, team=told.get("team"))
    membership = memberships.select_related("team", "user").first()
    if membership and not is_kept_out(membership):
        vars(request).update(team=membership.team, membership=membership)
    return render(request, "clients/keys/grant_refused.html", told)


def _told_to_stranger(signed: str) -> dict[str, Any] | None:
    try:
        return {"failure": signing.loads(signed, salt=_REFUSED, max_age=3600)}
    except signing.BadSignature:
        return None


def _form_url(grant: Grant) -> str:
    if grant.account is None:
        return reverse("client_new", kwargs={"team": grant.team.slug})
    name = "client_own_key" if grant.is_own else "client_key"
    return reverse(name, kwargs={"team": grant.team.slug, "account": grant.account.slug})
