"""Who could reach which client account on a day, as the history tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team, User
from accounts.roles import CAPABILITIES, Capability, Role
from accounts.texts import plain
from integrations.clients.logins import CredentialKind
from integrations.clients.models import ClientAccount
from integrations.members.access_review.models import AccessPeriod, Fact

FACTORS: dict[str, str | Promise] = {
    Authenticator.Type.TOTP: _("authenticator app"),
    Authenticator.Type.WEBAUTHN: _("passkey"),
}


class Day(NamedTuple):
    """A day, of today as much as has passed."""

    begins: datetime
    ends: datetime

    @classmethod
    def on(cls, day: date) -> Day:
        midnights = (datetime.combine(day + timedelta(days=days), time.min) for days in (0, 1))
        begins, ends = map(timezone.make_aware, midnights)
        return cls(begins, min(ends, timezone.now()))


@dataclass(frozen=True)
class Way:
    """How somebody could reach a client account: with which role, key and second factors."""

    role: Role
    key_kind: str = ""
    key_name: str = ""
    is_own_key: bool = False
    factors: tuple[str, ...] = ()

    @property
    def key(self) -> str | Promise:
        """As it may be shown; "" where there was none, or none that the role lets use."""
        if self.key_kind == CredentialKind.API_USER:
            return self.key_name
        return f"…{self.key_name or '•••'}" if self.key_kind else ""

    @property
    def is_api_user(self) -> bool:
        return self.key_kind == CredentialKind.API_USER

    @property
    def factor_names(self) -> list[str | Promise]:
        return [FACTORS.get(kind, kind) for kind in self.factors]


@dataclass(frozen=True)
class Reach:
    """That a person could reach a client account in one way, since a time, on the whole day or a part of it.

    from_: where that began on the day itself, after something else or nothing
    until: where it ended on the day itself
    """

    user_id: int
    person: str
    way: Way
    since: datetime
    from_: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Client:
    """A client account that there was on the day, by its present name, or the last one."""

    id: int
    name: str


def history_begins(team: Team) -> datetime | None:
    """When the portal began to keep the history of the team's members. What is older it knows in parts."""
    told: datetime | None = AccessPeriod.objects.filter(team_id=team.pk).aggregate(since=Min("known_since"))["since"]
    return told


def clients_ever(membership: Membership) -> list[Client]:
    """The client accounts of the team that the member may see, for who is not limited also those that have gone."""
    return _clients(membership, Q())


def clients_on(membership: Membership, day: Day) -> list[Client]:
    """Those of them that there were on the day."""
    return _clients(membership, _overlaps(day))


def reaches(team: Team, clients: Collection[Client], day: Day) -> list[tuple[Client, list[Reach]]]:
    """For each of these client accounts who could reach it on the day, by name. The same number of queries for any
    number of them."""
    ids = [AccessPeriod.NONE, *(client.id for client in clients)]
    periods = list(AccessPeriod.objects.filter(_overlaps(day), team_id=team.pk, account_id__in=ids))
    people = {period.user_id: period.user_label for period in periods if period.fact == Fact.MEMBER}
    factors = AccessPeriod.objects.filter(_overlaps(day), fact=Fact.FACTOR, team_id=AccessPeriod.NONE)
    periods += factors.filter(user_id__in=people)
    people |= {user.pk: f"{user} <{user.email}>" if user.name else user.email for user in _users(people)}
    by_name = sorted(people, key=lambda user_id: (plain(people[user_id]), user_id))
    told: dict[tuple[int, int], list[AccessPeriod]] = defaultdict(list)
    for period in periods:
        told[period.account_id, period.user_id].append(period)
    none = AccessPeriod.NONE
    return [
        (
            client,
            [
                reach
                for user_id in by_name
                for reach in _in_turn(
                    user_id,
                    people[user_id],
                    [
                        *told[none, user_id],
                        *told[client.id, user_id],
                        *told[client.id, none],
                    ],
                    day,
                )
            ],
        )
        for client in clients
    ]


def _users(ids: Iterable[int]) -> Iterable[User]:
    return User.objects.filter(pk__in=list(ids)).only("name", "email")


def _clients(membership: Membership, when: Q) -> list[Client]:
    periods = AccessPeriod.objects.filter(when, team_id=membership.team_id, fact=Fact.CLIENT)
    names = dict(periods.order_by("since").values_list("account_id", "account_label"))
    visible = dict(ClientAccount.objects.visible_to(membership).values_list("pk", "name"))
    if membership.is_limited:
        names = {account_id: name for account_id, name in names.items() if account_id in visible}
    named = (Client(account_id, visible.get(account_id, name)) for account_id, name in names.items())
    return sorted(named, key=lambda client: (plain(client.name), client.id))


def _overlaps(day: Day) -> Q:
    return Q(since__lt=day.ends) & (Q(until=None) | Q(until__gt=day.begins))


def _in_turn(user_id: int, person: str, periods: Iterable[AccessPeriod], day: Day) -> Iterator[Reach]:
    """The ways, one after the other, in which somebody could reach a client account on the day; `periods` are all that
    there is to tell of the two."""
    periods = list(periods)
    moments = {moment for period in periods for moment in (period.since, period.until) if moment}
    turns = sorted({day.begins, day.ends, *(moment for moment in moments if day.begins < moment < day.ends)})
    before: Reach | None = None
    for begins, ends in pairwise(turns):
        valid = [period for period in periods if period.since <= begins and (not period.until or period.until > begins)]
        made_of = _made_of(valid)
        way = _way(made_of) if made_of else None
        if before and way != before.way:
            yield before
            before = None
        if way:
            from_ = before.from_ if before else (begins if begins > day.begins else None)
            since = before.since if before else max(period.since for period in made_of)
            before = Reach(user_id, person, way, since, from_, ends if ends < day.ends else None)
    if before:
        yield before


def _made_of(valid: Iterable[AccessPeriod]) -> list[AccessPeriod]:
    """Those of the valid periods that together let somebody reach a client account; none where they do not."""
    by_fact: dict[str, list[AccessPeriod]] = defaultdict(list)
    for period in valid:
        by_fact[period.fact].append(period)
    needed = [periods[0] for fact in (Fact.CLIENT, Fact.MEMBER, Fact.SEES) if (periods := by_fact[fact])]
    if len(needed) < 3:
        return []
    may_use_keys = Capability.SEE_CLIENTS in CAPABILITIES[Role(by_fact[Fact.MEMBER][0].kind)]
    own_first = sorted(by_fact[Fact.KEY], key=lambda period: -period.user_id)
    return [*needed, *(own_first[:1] if may_use_keys else ()), *by_fact[Fact.FACTOR]]


def _way(periods: Iterable[AccessPeriod]) -> Way:
    role, kind, name, is_own, factors = Role.AUDITOR, "", "", False, []
    for period in periods:
        match period.fact:
            case Fact.MEMBER:
                role = Role(period.kind)
            case Fact.KEY:
                kind, name, is_own = period.kind, period.name, period.user_id != AccessPeriod.NONE
            case Fact.FACTOR:
                factors.append(period.kind)
    return Way(role, kind, name, is_own, tuple(sorted(factors)))
