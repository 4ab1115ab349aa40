"""The history says on every day that has been what was so on it, whatever has changed since."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import deactivate, remove_member, set_role
from integrations.audit.actors import COMMAND
from integrations.clients.models import ClientAccount, Credential
from integrations.clients.services import change_client, remove_client
from integrations.clients.signals import client_changed
from integrations.members import invitations, services
from integrations.members.access_review import history
from integrations.members.access_review.models import AccessPeriod, Fact
from tests.factories import (
    ClientAccountFactory,
    InvitationFactory,
    MembershipFactory,
    UserFactory,
    actor,
    add_client,
    store_key,
)
from tests.members.access_review.helpers import Calendar, told_on
from tests.service import Service

EDITS = (Role.ADMIN, Role.EDITOR)
HAS_KEYS = (*EDITS, Role.VIEWER)


@dataclass
class Member:
    """How somebody stands in the team, as one would write it down by hand."""

    role: Role
    sees: set[int] | None = None
    ends: datetime | None = None
    is_active: bool = True
    factors: set[str] = field(default_factory=set)


@dataclass
class Book:
    """The plain rule: who can reach what at a moment, of a team whose owner has been there all the time."""

    owner: str
    members: dict[str, Member] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    own: dict[tuple[int, str], str] = field(default_factory=dict)
    factors: dict[str, set[str]] = field(default_factory=dict)

    def at(self, moment: datetime) -> set[tuple[Any, ...]]:
        everybody = {self.owner: Member(Role.OWNER), **self.members}
        return {
            (account, person, member.role, *self._key(account, person, member), tuple(sorted(self._factors(person))))
            for account in self.keys
            for person, member in everybody.items()
            if member.is_active
            and (member.ends is None or moment < member.ends)
            and (member.sees is None or account in member.sees)
        }

    def _key(self, account: int, person: str, member: Member) -> tuple[str, bool]:
        if (account, person) in self.own:
            return self.own[account, person], True
        return (self.keys[account] if member.role in (*HAS_KEYS, Role.OWNER) else ""), False

    def _factors(self, person: str) -> set[str]:
        return self.factors.get(person, set())

    def forget_keys(self) -> None:
        """Own keys go with the right to them."""
        self.own = {
            (account, person): key
            for (account, person), key in self.own.items()
            if account in self.keys
            and (member := self.members.get(person))
            and member.role in EDITS
            and (member.sees is None or account in member.sees)
        }

    def copy(self) -> Book:
        members = {person: Member(**vars(member)) for person, member in self.members.items()}
        factors = {person: set(kinds) for person, kinds in self.factors.items()}
        return Book(self.owner, members, dict(self.keys), dict(self.own), factors)


class Life:
    """Changes at random what the services change, and writes it down by hand."""

    def __init__(self, seed: int, owner: Membership, first: date) -> None:
        self.random = random.Random(seed)
        self.owner, self.team, self.first = owner, owner.team, first
        self.book = Book(_name(owner.user))
        self.people = [UserFactory() for _ in range(3)]
        self.accounts: list[ClientAccount] = []

    def step(self, now: datetime) -> None:
        acts = (self.client, self.client, self.join, self.join, self.change, self.change, self.change, self.key)
        self.random.choice((*acts, self.own_key, self.own_key, self.leave, self.factor, self.sleep, self.close))(now)
        self.book.forget_keys()

    def client(self, now: datetime) -> None:
        account = ClientAccountFactory(team=self.team)
        self.accounts.append(account)
        client_changed.send(ClientAccount, account_id=account.pk)
        self.book.keys[account.pk] = ""

    def close(self, now: datetime) -> None:
        if self.accounts:
            account = self.accounts.pop(self.random.randrange(len(self.accounts)))
            remove_client(account, COMMAND)
            del self.book.keys[account.pk]
            for member in self.book.members.values():
                if member.sees is not None:
                    member.sees.discard(account.pk)

    def _store(self, account: ClientAccount, user: User | None) -> str:
        four = f"{self.random.randrange(10_000):04}"
        with transaction.atomic():
            account.credentials.held_by(user.pk if user else None).delete()
            key = Credential(account=account, user=user, stored_at=timezone.now())
            key.secret = f"a-secret-customer-key-{four}"
            key.save()
            client_changed.send(ClientAccount, account_id=account.pk)
        return key.last_four

    def key(self, now: datetime) -> None:
        if self.accounts:
            account = self.random.choice(self.accounts)
            self.book.keys[account.pk] = self._store(account, None)

    def own_key(self, now: datetime) -> None:
        for user, member in self._members(now):
            seen = [one for one in self.accounts if member.sees is None or one.pk in member.sees]
            if member.role in EDITS and seen and member.is_active:
                account = self.random.choice(seen)
                self.book.own[account.pk, _name(user)] = self._store(account, user)
                return

    def _members(self, now: datetime) -> Iterator[tuple[User, Member]]:
        people = self.random.sample(self.people, len(self.people))
        for user in people:
            member = self.book.members.get(_name(user))
            if member and (member.ends is None or member.ends > now):
                yield user, member

    def join(self, now: datetime) -> None:
        for user in self.people:
            if _name(user) not in self.book.members:
                role = self.random.choice((*HAS_KEYS, Role.AUDITOR))
                set_role(self.team, user, role, by=None)
                self.book.members[_name(user)] = Member(role, is_active=user.is_active)
                return

    def change(self, now: datetime) -> None:
        for user, member in self._members(now):
            role = self.random.choice((*HAS_KEYS, Role.AUDITOR))
            some = self.random.sample(self.accounts, self.random.randint(0, len(self.accounts)))
            limit = some if self.random.random() < 0.6 else None
            days = self.random.randint(1, 4)
            last_day = timezone.localdate(now) + timedelta(days=days) if self.random.random() < 0.4 else None
            membership = Membership.objects.get(team=self.team, user=user)
            services.change(membership, role, limit, last_day, self.owner, actor())
            member.role, member.sees = role, None if limit is None else {account.pk for account in limit}
            member.ends = services.end_of(last_day) if last_day else None
            return

    def leave(self, now: datetime) -> None:
        for user, _member in self._members(now):
            remove_member(Membership.objects.get(team=self.team, user=user), by=user)
            del self.book.members[_name(user)]
            return

    def sleep(self, now: datetime) -> None:
        user = self.random.choice(self.people)
        user.refresh_from_db()
        deactivate(user, undo=not user.is_active)
        if member := self.book.members.get(_name(user)):
            member.is_active = user.is_active

    def factor(self, now: datetime) -> None:
        user, kind = self.random.choice(self.people), self.random.choice(("totp", "webauthn"))
        kinds = self.book.factors.setdefault(_name(user), set())
        if kind in kinds:
            Authenticator.objects.get(user=user, type=kind).delete()
            kinds.remove(kind)
        else:
            Authenticator.objects.create(user=user, type=kind, data={})
            kinds.add(kind)


def _name(user: User) -> str:
    return f"{user.name} <{user.email}>"


@pytest.mark.parametrize("seed", range(12))
def test_every_day_reads_as_it_was_written_down_by_hand(
    owner: Membership, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    first = timezone.localdate() + timedelta(days=1)
    morning = timezone.make_aware(datetime.combine(first, datetime.min.time())) + timedelta(hours=8)
    calendar = Calendar(monkeypatch, morning)
    life = Life(seed, owner, first)
    history.catch_up()
    written: list[tuple[datetime, Book]] = [(calendar.now, life.book.copy())]
    for _ in range(45):
        calendar.now += timedelta(minutes=life.random.choice((7, 60, 240, 900)))
        life.step(calendar.now)
        written.append((calendar.now, life.book.copy()))
        if life.random.random() < 0.2:
            history.catch_up()
    last = timezone.localdate(calendar.now)
    calendar.now += timedelta(days=2)

    for days in range((last - first).days + 1):
        day = first + timedelta(days=days)
        begins = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        expected: set[tuple[Any, ...]] = set()
        before = [(moment, book) for moment, book in written if moment <= begins]
        if before:
            expected |= before[-1][1].at(begins)
        for moment, book in written:
            if begins < moment < begins + timedelta(days=1):
                expected |= book.at(moment)
        assert told_on(owner.team, day) == expected, day


def test_what_the_services_do_is_in_the_history_at_once(owner: Membership, service: Service) -> None:
    """Nothing is left for the clock to find, whoever does it."""
    history.catch_up()
    account = add_client(owner.team, "Bergwind", service.customer_keys[0])
    other = add_client(owner.team, "Hafenkaffee", service.customer_keys[1])
    editor = set_role(owner.team, UserFactory(), Role.EDITOR, by=None)
    store_key(account, service.customer_keys[0], editor.user)
    change_client(other, "Hafen", other.colour, "DE", actor())
    services.change(editor, Role.EDITOR, [other], timezone.localdate(), owner, actor())
    invited = UserFactory()
    invitation = InvitationFactory(team=owner.team, email=invited.email, invited_by=owner.user, is_limited=True)
    invitation.accounts.set([account])
    invitations.accept(invitation, invited, actor(invited))
    Authenticator.objects.create(user=invited, type="totp", data={})
    assert _unwritten() == []

    remove_client(account, actor())
    deactivate(invited)
    services.remove(editor, owner)
    Authenticator.objects.all().delete()

    assert _unwritten() == []
    assert {period.user_id for period in AccessPeriod.objects.filter(until=None)} == {0, owner.user_id}


def _unwritten() -> list[tuple[Any, ...]]:
    """What the clock would write."""
    before = set(AccessPeriod.objects.values_list())
    history.catch_up()
    return sorted(set(AccessPeriod.objects.values_list()) - before, key=str)


def test_who_was_invited_to_some_clients_never_saw_the_others(owner: Membership) -> None:
    account, other = ClientAccountFactory(team=owner.team), ClientAccountFactory(team=owner.team)
    history.catch_up()
    invited = UserFactory()
    invitation = InvitationFactory(team=owner.team, email=invited.email, invited_by=owner.user, is_limited=True)
    invitation.accounts.set([account])

    invitations.accept(invitation, invited, actor(invited))

    seen = {told[0] for told in told_on(owner.team, timezone.localdate()) if told[1] == _name(invited)}
    assert seen == {account.pk} != {other.pk}
    assert not AccessPeriod.objects.filter(fact=Fact.SEES, user_id=invited.pk, account_id=AccessPeriod.NONE)


def test_what_comes_to_nothing_is_not_in_the_history(owner: Membership) -> None:
    user = UserFactory()
    with transaction.atomic():
        set_role(owner.team, user, Role.EDITOR, by=None)
        assert AccessPeriod.objects.filter(user_id=user.pk).exists()
        transaction.set_rollback(True)
    assert not AccessPeriod.objects.filter(user_id=user.pk).exists()


def test_who_leaves_goes_with_their_key_in_one_step(owner: Membership) -> None:
    """Nobody reads that they could have gone on with the shared key, until they were gone, too."""
    account = ClientAccountFactory(team=owner.team, customer_key="shared-key-1111")
    editor = MembershipFactory(team=owner.team, role=Role.EDITOR)
    key = Credential(account=account, user=editor.user, stored_at=timezone.now())
    key.secret = "own-key-2222"
    key.save()
    history.catch_up()

    remove_member(editor, by=owner.user)

    ways = {told[3:5] for told in told_on(owner.team, timezone.localdate()) if told[1] == _name(editor.user)}
    assert ways == {("2222", True)}


def test_what_is_older_than_the_history_is_known_since_it_began(owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team, customer_key="shared-key-1111")
    viewer = MembershipFactory(team=owner.team, role=Role.VIEWER, is_limited=True)
    viewer.client_access.create(account=account)
    MembershipFactory(team=owner.team, ends_at=timezone.now() - timedelta(days=1), role=Role.VIEWER)
    Authenticator.objects.create(user=viewer.user, type="totp", data={})
    Membership.objects.update(created_at=timezone.now() - timedelta(days=9))
    AccessPeriod.objects.all().delete()
    migration = import_module("integrations.members.access_review.migrations.0002_what_is_known")

    migration.begin(apps, None)

    assert _unwritten() == []
    joined = AccessPeriod.objects.get(fact=Fact.MEMBER, user_id=viewer.user_id)
    assert timezone.now() - joined.since > timedelta(days=8)
    assert timezone.now() - joined.known_since < timedelta(minutes=5)
    assert told_on(owner.team, timezone.localdate()) >= {
        (account.pk, _name(owner.user), Role.OWNER, "1111", False, ()),
        (account.pk, _name(viewer.user), Role.VIEWER, "1111", False, ("totp",)),
    }


def test_names_are_kept_up_and_stay_when_their_bearers_have_gone(owner: Membership, service: Service) -> None:
    account = add_client(owner.team, "Bergwind", service.customer_keys[0])
    change_client(account, "Bergwerk", account.colour, "DE", actor())
    remove_client(account, actor())
    assert set(AccessPeriod.objects.filter(account_id=account.pk).values_list("account_label", flat=True)) == {
        "Bergwerk"
    }
