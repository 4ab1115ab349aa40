"""The palette: everywhere one can go from a page, and the ways to find a contact. A dialog on every page, opened with
Ctrl-K, and a page of its own without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import TeamRequest, UserRequest, is_fragment, signed_in, team_view
from accounts.mfa import is_kept_out
from accounts.models import Membership
from accounts.roles import Capability
from accounts.texts import comes_near, has_in_it
from integrations.addresses import trimmed
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.models import ClientAccount, by_name
from integrations.clients.navigation import OF_CLIENT, OF_PERSON, OF_TEAM, Place, open_to

_LONGEST: Final = 400
LOOKS_LIKE_A_CONTACT: Final = (
    r"^\S+@\S+\.\S+$|^[+0-9][0-9 ()\/.\-]{2,}$|^(?=[0-9]*[A-Za-z])(?=[A-Za-z]*[0-9])[0-9A-Za-z]{4,64}$"
)
"""An email address, a number or contact ID, or a contact key: for Python and for JavaScript alike."""


@dataclass(frozen=True)
class Goal:
    """A line of the palette; `colour` is a client's."""

    label: str
    url: str
    icon: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Group:
    """Some lines of the palette, which `is_offered` shows also where none of all fits."""

    title: str
    goals: list[Goal]
    is_offered: bool = False


@vary_on_headers("HX-Request")
@signed_in
def of_person(request: UserRequest) -> HttpResponse:
    """Where one can go from pages of no team: to each team, and to all that is the team's unless its second factor is
    lacking."""
    memberships = request.user.memberships.current().select_related("team").order_by("team__name")
    teams = [
        Goal(str(membership.team), reverse("team", args=[membership.team.slug]), "users") for membership in memberships
    ]
    inside = [membership for membership in memberships if not is_kept_out(membership)]
    groups = [group for membership in inside for group in _of_team(membership, is_one_of_several=len(teams) > 1)]
    return _palette(request, [*groups, Group(_("Your teams"), teams)], inside, _searchable(inside))


@vary_on_headers("HX-Request")
@team_view(Capability.BELONG)
def of_team(request: TeamRequest) -> HttpResponse:
    """Where one can go from a team's pages."""
    return _palette(request, _of_team(request.membership), [request.membership], _searchable([request.membership]))


@vary_on_headers("HX-Request")
@account_view(Capability.SEE_CLIENTS)
def of_client(request: AccountRequest) -> HttpResponse:
    """Where one can go from a client account's pages."""
    places = _goals(open_to(request.membership, OF_CLIENT), request.team.slug, request.account.slug)
    groups = [Group(str(request.account), places), *_of_team(request.membership, is_in_client=True)]
    return _palette(request, groups, [request.membership], _searchable([request.membership], but=request.account))


def _of_team(membership: Membership, *, is_one_of_several: bool = False, is_in_client: bool = False) -> list[Group]:
    """The team's clients and pages; among several teams under the team's name."""
    team = membership.team
    titles = (_("Clients"), _("Team"))
    if is_one_of_several:
        titles = (f"{team}: {titles[0]}", str(team))
    places = Group(titles[1], _goals(open_to(membership, OF_TEAM), team.slug))
    if not membership.may(Capability.SEE_CLIENTS):
        return [places]
    clients = [
        Goal(str(account), reverse("client", args=[team.slug, account.slug]), colour=account.colour)
        for account in by_name(ClientAccount.objects.visible_to(membership))
    ]
    return [Group(titles[0], clients, is_offered=not is_in_client), places]


def _goals(places: Iterable[Place], *where: str) -> list[Goal]:
    return [Goal(str(place.label), reverse(place.page, args=where), place.icon) for place in places]


def _searchable(memberships: Iterable[Membership], but: ClientAccount | None = None) -> list[Goal]:
    """The client accounts in which a contact may be looked for: where its address is sent."""
    return [
        Goal(str(account), reverse("contacts", args=[membership.team.slug, account.slug]), colour=account.colour)
        for membership in memberships
        if membership.may(Capability.SEE_CLIENTS)
        for account in by_name(ClientAccount.objects.visible_to(membership))
        if account != but
    ]


def _with(groups: Iterable[Group], is_wanted: Callable[[Goal], bool]) -> list[Group]:
    """The groups with those of their goals that are wanted, without groups of none."""
    kept = [replace(group, goals=[goal for goal in group.goals if is_wanted(goal)]) for group in groups]
    return [group for group in kept if group.goals]


def _palette(
    request: UserRequest, groups: list[Group], memberships: list[Membership], searchable: list[Goal]
) -> HttpResponse:
    """memberships: those in whose logs a contact may be looked for, as far as they may see them
    searchable: the clients in which it may be looked for, besides the one that the page is of

    What was typed comes by POST, as it may be an address; where JavaScript runs it is not sent at all."""
    typed = trimmed(request.POST.get("wanted", ""))[:_LONGEST]
    groups = [*groups, Group(_("You"), _goals(OF_PERSON))]
    is_contact = bool(re.search(LOOKS_LIKE_A_CONTACT, typed))
    fitting = _with(groups, lambda goal: has_in_it(goal.label, typed))
    finds_nothing = not fitting and not is_contact
    near = _with(groups, lambda goal: comes_near(goal.label, typed)) if finds_nothing else []
    offered = [group for group in groups if group.is_offered and group.goals]
    context = {
        "logs": [membership for membership in memberships if membership.may(Capability.SEE_LOG)],
        "searchable": searchable,
        "groups": fitting or near or (offered if finds_nothing else []),
        "finds_nothing": finds_nothing,
        "is_far": finds_nothing and not near,
        "has_offered": bool(offered),
        "typed": typed,
        "looks_like_a_contact": LOOKS_LIKE_A_CONTACT,
        "is_contact": is_contact,
    }
    template = "clients/palette.html#list" if is_fragment(request) else "clients/palette.html"
    return render(request, template, context)
