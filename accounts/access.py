"""The one place where a request is tied to a team and a capability.

What a user may not see is a 404, what a user may see but not do is a 403.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from accounts import confirmation, unsent
from accounts.mfa import lacks_required_factor
from accounts.models import Membership, Team, User
from accounts.roles import Capability
from accounts.signals import access_refused


class UserRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


class TeamRequest(UserRequest):
    team: Team
    membership: Membership
    lacks_factor: bool
    """Whether the team requires a second factor, now or after a time of grace, and the person has none."""


def is_fragment(request: UserRequest) -> bool:
    """Whether htmx asks for a part of a page; a boosted link or form wants the page as a whole."""
    return bool(request.htmx) and not request.htmx.boosted


View = Callable[..., HttpResponseBase]


def sent_from(page: str) -> Callable[[View], View]:
    """A view that takes what a form sends. Opened by itself, as by reloading, it leads to the form's page, by the name
    of its URL."""

    def decorate(view: View) -> View:
        @wraps(view)
        def for_forms(request: HttpRequest, *positions: Any, **arguments: Any) -> HttpResponseBase:
            return view(request, *positions, **arguments) if request.method == "POST" else _to_page(request, page)

        return for_forms

    return decorate


def part_of(page: str) -> Callable[[View], View]:
    """A view that htmx asks for a part of a page. Opened by itself it leads to that page, by the name of its URL."""

    def decorate(view: View) -> View:
        @wraps(view)
        def for_htmx(request: UserRequest, *positions: Any, **arguments: Any) -> HttpResponseBase:
            return view(request, *positions, **arguments) if request.htmx else _to_page(request, page)

        return for_htmx

    return decorate


def _to_page(request: HttpRequest, page: str) -> HttpResponseBase:
    """To the page that has the first arguments of the request's own URL, as many as it takes."""
    arguments = request.resolver_match.kwargs if request.resolver_match else {}
    names = list(arguments)
    for count in range(len(names), 0, -1):
        with suppress(NoReverseMatch):
            return redirect(reverse(page, kwargs={name: arguments[name] for name in names[:count]}))
    return redirect(page)


def signed_in(view: View) -> View:
    """A view for people who are signed in. Others are led to the sign-in, and a form of theirs is kept meanwhile."""

    @wraps(view)
    def for_people(request: UserRequest, *positions: Any, **arguments: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *positions, **arguments)
        if request.method == "POST" and not request.htmx and unsent.keeps_form(request):
            return unsent.keep(request)
        return redirect_to_login(request.get_full_path())

    for_people.keeps_form = True  # type: ignore[attr-defined]
    return for_people


@contextmanager
def _refusals_are_told(request: UserRequest, team: str) -> Iterator[None]:
    """Tells the listeners what a signed-in person asks for below a team's address and does not get."""
    try:
        yield
    except (Http404, PermissionDenied) as refusal:
        membership = request.user.memberships.select_related("team").filter(team__slug=team).first()
        is_missing = isinstance(refusal, Http404)
        access_refused.send(View, request=request, membership=membership, is_missing=is_missing)
        raise


def team_view(capability: Capability, *, also_ended: bool = False) -> Callable[[View], View]:
    """A view below `/t/<team>/` for members of that team whose role has `capability`, and with `also_ended` for those,
    too, whose access has ended.

    The view gets the request with `team` and `membership` set, and the URL's further arguments.
    """

    def decorate(view: View) -> View:
        asks = capability in confirmation.ASKED_FOR and not getattr(view, "asks_who_it_is", False)

        @wraps(view)
        @signed_in
        def for_members(request: TeamRequest, team: str, **arguments: Any) -> HttpResponseBase:
            with _refusals_are_told(request, team):
                memberships = request.user.memberships.all() if also_ended else request.user.memberships.current()
                membership = memberships.select_related("team").filter(team__slug=team).first()
                if membership is None:
                    raise Http404
                request.team, request.membership = membership.team, membership
                if not membership.may(capability):
                    raise PermissionDenied
                request.lacks_factor = lacks_required_factor(membership.team, request.user)
                since = membership.team.second_factor_from
                if request.lacks_factor and since and since <= timezone.now() and not membership.has_ended:
                    return redirect("mfa_index")
                if asks and not confirmation.confirmed_lately(request):
                    return confirmation.ask(request)
                return view(request, **arguments)

        for_members.capability = capability  # type: ignore[attr-defined]
        return for_members

    return decorate
