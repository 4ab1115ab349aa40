"""The palette: everywhere one can go from a page, and the ways to find a contact. A dialog on every page, opened with
Ctrl-K, and a page of its own without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import TeamRequest, UserRequest, is_fragment, signed_in, team_view
from accounts.roles import Capability
from accounts.texts import plain
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
    title: str
    goals: list[Goal]


@vary_on_headers("HX-Request")
@signed_in
def of_person(request: UserRequest) -> HttpResponse:
    """Where one can go from pages of no team."""
    memberships = request.user.memberships.current().select_related("team").order_by("team__name")
    teams = [
        Goal(str(membership.team), reverse("team", args=[membership.team.slug]), "users") for membership in memberships
    ]
    return _palette(request, [Group(_("Your teams"), teams)])


@vary_on_headers("HX-Request")
@team_view(Capability.BELONG)
def of_team(request: TeamRequest) -> HttpResponse:
    """Where one can go from a team's pages."""
    return _palette(request, _of_team(request))


@vary_on_headers("HX-Request")
@account_view(Capability.SEE_CLIENTS)
def of_client(request: AccountRequest) -> HttpResponse:
    """Where one can go from a client account's pages."""
    places = _goals(open_to(request.membership, OF_CLIENT), request.team.slug, request.account.slug)
    return _palette(request, [Group(str(request.account), places), *_of_team(request)])


def _of_team(request: TeamRequest) -> list[Group]:
    places = _goals(open_to(request.membership, OF_TEAM), request.team.slug)
    if not request.membership.may(Capability.SEE_CLIENTS):
        return [Group(_("Team"), places)]
    clients = [
        Goal(str(account), reverse("client", args=[request.team.slug, account.slug]), colour=account.colour)
        for account in by_name(ClientAccount.objects.visible_to(request.membership))
    ]
    return [Group(_("Clients"), clients), Group(_("Team"), places)]


def _goals(places: Iterable[Place], *where: str) -> list[Goal]:
    return [Goal(str(place.label), reverse(place.page, args=where), place.icon) for place in places]


def _palette(request: UserRequest, groups: list[Group]) -> HttpResponse:
    """What was typed comes by POST, as it may be an address; where JavaScript runs it is not sent at all."""
    typed = trimmed(request.POST.get("wanted", ""))[:_LONGEST]
    groups = [*groups, Group(_("You"), _goals(OF_PERSON))]
    fitting = [
        Group(group.title, [goal for goal in group.goals if plain(typed) in plain(goal.label)]) for group in groups
    ]
    context = {
        "groups": [group for group in fitting if group.goals],
        "typed": typed,
        "looks_like_a_contact": LOOKS_LIKE_A_CONTACT,
        "is_contact": bool(re.search(LOOKS_LIKE_A_CONTACT, typed)),
    }
    template = "clients/palette.html#list" if is_fragment(request) else "clients/palette.html"
    return render(request, template, context)
