"""Keeps the history of who can reach what: what is so now is compared with what the history says, and the difference is
written, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.mfa import FACTORS
from accounts.models import Membership, Team, User
from integrations.audit.actors import Actor
from integrations.clients.models import ClientAccess, ClientAccount, Credential
from integrations.members.access_review.models import AccessPeriod, Fact, What

_kept_back: ContextVar[list[dict[str, int]] | None] = ContextVar("kept_back", default=None)


class _Now(NamedTuple):
    """What changes about a fact while it stays the same one."""

    until: datetime | None
    user_label: str
    account_label: str


def keep_up(**of: int) -> None:
    """Bring the history of a team, a user or a client account up to now: `team_id`, `user_id`, `account_id`, or what
    several of them have in common."""
    scopes = _kept_back.get()
    if scopes is None:
        _keep_up(timezone.now(), of)
    else:
        scopes.append(of)


@contextmanager
def together() -> Iterator[None]:
    """What changes within is one change: between its steps nobody could do anything. The caller holds the
    transaction."""
    scopes: list[dict[str, int]] = []
    token = _kept_back.set(scopes)
    try:
        yield
    finally:
        _kept_back.reset(token)
    now = timezone.now()
    for scope in dict.fromkeys(tuple(sorted(of.items())) for of in scopes):
        _keep_up(now, dict(scope))


def end(team_id: int, user_id: int) -> None:
    """A person leaves the team now, with all that they have there; the rows that say so go next."""
    now = timezone.now()
    _open(now).filter(team_id=team_id, user_id=user_id).update(until=now)


def catch_up() -> None:
    """For the clock: names that have changed, memberships that have ended by themselves, and what was changed past the
    portal."""
    teams = {*Team.objects.values_list("pk", flat=True), *_open(timezone.now()).values_list("team_id", flat=True)}
    for team_id in sorted(teams | {AccessPeriod.NONE}):
        keep_up(team_id=team_id)


def _keep_up(now: datetime, of: dict[str, int]) -> None:
    """The history is read before what is so: what somebody else changes in between is then theirs to write, and is
    refused here as written twice, or has ended already."""
    known = list(_open(now).filter(**of))
    so = dict(_so(now, of))
    for period in known:
        wanted = so.get(period.what, _Now(now, period.user_label, period.account_label))
        if wanted != (period.until, period.user_label, period.account_label):
            _open(now).filter(pk=period.pk).update(**wanted._asdict())
    new = so.keys() - {period.what for period in known}
    AccessPeriod.objects.bulk_create(
        (AccessPeriod(**what._asdict(), **so[what]._asdict(), since=now, known_since=now) for what in sorted(new)),
        ignore_conflicts=True,
    )


def _open(now: datetime) -> QuerySet[AccessPeriod]:
    return AccessPeriod.objects.filter(Q(until=None) | Q(until__gt=now))


def _so(now: datetime, of: dict[str, int]) -> Iterator[tuple[What, _Now]]:
    """What is so, of what the scope asks for."""
    none = AccessPeriod.NONE

    def those(rows: QuerySet[Any], **paths: str) -> QuerySet[Any]:
        """Those of the rows that the scope asks for, by the ways from a row to its team, user and client account."""
        if any(value != none for name, value in of.items() if name not in paths):
            return rows.none()
        return rows.filter(**{paths[name]: value for name, value in of.items() if name in paths})

    for account in those(ClientAccount.objects.all(), team_id="team_id", account_id="pk"):
        yield What(Fact.CLIENT, account.team_id, none, account.pk, "", ""), _Now(None, "", account.name)
    current = Membership.objects.current(now)
    for member in those(current.select_related("user"), team_id="team_id", user_id="user_id"):
        label = _label(member.user)
        yield What(Fact.MEMBER, member.team_id, member.user_id, none, member.role, ""), _Now(member.ends_at, label, "")
        if not member.is_limited:
            yield What(Fact.SEES, member.team_id, member.user_id, none, "", ""), _Now(None, label, "")
    limits = ClientAccess.objects.filter(membership__in=current.filter(is_limited=True))
    limits = limits.select_related("membership__user", "account")
    for limit in those(limits, team_id="membership__team_id", user_id="membership__user_id", account_id="account_id"):
        member, account = limit.membership, limit.account
        seen = _Now(None, _label(member.user), account.name)
        yield What(Fact.SEES, member.team_id, member.user_id, account.pk, "", ""), seen
    keys = Credential.objects.select_related("user", "account")
    for key in those(keys, team_id="account__team_id", user_id="user_id", account_id="account_id"):
        stored = _Now(None, _label(key.user) if key.user else "", key.account.name)
        name = key.username or key.last_four
        yield What(Fact.KEY, key.account.team_id, key.user_id or none, key.account_id, key.kind, name), stored
    factors = Authenticator.objects.filter(type__in=FACTORS).order_by("pk").values_list("user_id", "type")
    for user_id, kind in those(factors, user_id="user_id"):
        yield What(Fact.FACTOR, none, user_id, none, kind, ""), _Now(None, "", "")


def _label(user: User) -> str:
    return Actor(str(user), email=user.email).label
