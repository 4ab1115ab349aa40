"""Whoever may no longer work for a team loses the customer keys of their own for its client accounts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from accounts.services import set_role
from integrations.audit.models import AuditEntry, Source
from integrations.audit.presentation import LoggedAction
from integrations.clients.keys.entitlement import remove_keys_of_former_members
from integrations.clients.models import ClientAccount, Credential
from integrations.clock.chores import run_due_chores
from tests.factories import ClientAccountFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def own_key(membership: Membership, account: ClientAccount) -> Credential:
    credential = Credential(account=account, user=membership.user, stored_at=timezone.now())
    credential.secret = "a-key-of-one's-own-abcd"
    credential.save()
    return credential


@pytest.fixture
def account(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Bergwind", customer_key="the-shared-key")


@pytest.fixture
def editor(account: ClientAccount) -> Membership:
    """An editor with a key of their own."""
    membership = MembershipFactory(team=account.team, role=Role.EDITOR)
    own_key(membership, account)
    return membership


def losses() -> list[str]:
    entries = AuditEntry.objects.filter(sentence="clients.own_key_lost")
    assert {entry.source for entry in entries} <= {Source.SYSTEM}
    return [LoggedAction([entry]).sentence for entry in entries]


def sentence(membership: Membership, account: ClientAccount) -> str:
    removed = f"The portal removed the customer key …abcd that {membership.user} had stored for {account}"
    return f"{removed} and may no longer use"


def end(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).update(ends_at=timezone.now())


LEAVING: list[Callable[[Membership], object]] = [
    Membership.delete,
    lambda membership: Membership.objects.filter(pk=membership.pk).delete(),
    lambda membership: membership.user.delete(),
    lambda membership: set_role(membership.team, membership.user, Role.VIEWER, by=None),
    lambda membership: set_role(membership.team, membership.user, Role.AUDITOR, by=None),
]


@pytest.mark.parametrize("leave", LEAVING, ids=["removed", "removed in bulk", "person deleted", "viewer", "auditor"])
def test_the_key_goes_with_the_right_to_it(
    account: ClientAccount, editor: Membership, leave: Callable[[Membership], object]
) -> None:
    told = sentence(editor, account)

    leave(editor)

    assert [credential.owner for credential in Credential.objects.all()] == ["shared"]
    assert losses() == [told]


def test_a_role_that_may_have_one_keeps_it(editor: Membership) -> None:
    set_role(editor.team, editor.user, Role.ADMIN, by=None)

    assert Credential.objects.filter(user=editor.user).exists()
    assert losses() == []


def test_each_key_is_lost_with_an_event_of_its_own(account: ClientAccount, editor: Membership) -> None:
    other = ClientAccountFactory(team=account.team, name="Hafenkaffee")
    own_key(editor, other)

    editor.delete()

    assert sorted(losses()) == [sentence(editor, account), sentence(editor, other)]


def test_keys_for_other_teams_and_of_other_people_stay(account: ClientAccount, editor: Membership) -> None:
    elsewhere = MembershipFactory(user=editor.user, role=Role.EDITOR)
    kept = {own_key(elsewhere, ClientAccountFactory(team=elsewhere.team)).pk}
    kept.add(own_key(MembershipFactory(team=account.team, role=Role.EDITOR), account).pk)

    editor.delete()
    remove_keys_of_former_members()

    assert set(Credential.objects.exclude(user=None).values_list("pk", flat=True)) == kept


def test_the_clock_removes_the_keys_of_memberships_that_ended_by_themselves(
    account: ClientAccount, editor: Membership
) -> None:
    run_due_chores()
    assert Credential.objects.filter(user=editor.user).exists()
    end(editor)

    remove_keys_of_former_members()
    remove_keys_of_former_members()

    assert not Credential.objects.filter(user=editor.user).exists()
    assert losses() == [sentence(editor, account)]


def test_a_membership_that_ends_later_keeps_its_keys(editor: Membership) -> None:
    Membership.objects.filter(pk=editor.pk).update(ends_at=timezone.now() + timedelta(minutes=1))

    remove_keys_of_former_members()

    assert Credential.objects.filter(user=editor.user).exists()


def test_a_key_that_was_stored_while_its_owner_was_removed_does_not_stay(
    account: ClientAccount, editor: Membership
) -> None:
    editor.delete()
    own_key(editor, account)

    remove_keys_of_former_members()

    assert not Credential.objects.filter(user=editor.user).exists()
    assert len(losses()) == 2


def test_the_clock_knows_the_chore() -> None:
    assert dict(settings.CLOCK_CHORES)["integrations.clients.keys.entitlement.remove_keys_of_former_members"] <= 60


@pytest.mark.django_db(transaction=True)
def test_two_clocks_log_one_loss(account: ClientAccount, editor: Membership) -> None:
    end(editor)

    def run(_: int) -> None:
        try:
            remove_keys_of_former_members()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert losses() == [sentence(editor, account)]
