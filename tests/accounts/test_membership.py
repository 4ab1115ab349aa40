from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import LastOwner
from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import set_role
from accounts.signals import membership_changed
from tests.accounts.helpers import log_of
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def team_page(browser: Client, membership: Membership) -> int:
    browser.force_login(membership.user)
    return int(browser.get(reverse("team", args=[membership.team.slug])).status_code)


def test_an_ended_membership_gives_no_access(client: Client) -> None:
    membership = MembershipFactory(ends_at=timezone.now() - timedelta(seconds=1))

    assert team_page(client, membership) == 404


def test_a_membership_gives_access_until_it_ends(client: Client) -> None:
    membership = MembershipFactory(ends_at=timezone.now() + timedelta(minutes=1))
    assert team_page(client, membership) == 200

    Membership.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert client.get(reverse("team", args=[membership.team.slug])).status_code == 404


def test_a_removed_member_has_no_access(client: Client, owner: Membership) -> None:
    assert team_page(client, owner) == 200

    Membership.objects.all().delete()

    assert client.get(reverse("team", args=[owner.team.slug])).status_code == 404


def test_a_role_holds_from_the_next_page_on(client: Client, owner: Membership) -> None:
    client.force_login(owner.user)
    page = reverse("client_new", args=[owner.team.slug])
    assert client.get(page).status_code == 200

    Membership.objects.update(role=Role.VIEWER)

    assert client.get(page).status_code == 403


def test_a_new_member_and_who_added_them_are_logged(owner: Membership) -> None:
    new = UserFactory(name="Kim")

    set_role(owner.team, new, Role.EDITOR, by=owner.user)

    assert log_of(owner.team) == [f"{owner.user.name} added Kim to the team as Editor"]


def test_a_changed_role_is_logged_with_the_former_one(owner: Membership) -> None:
    member = MembershipFactory(team=owner.team, role=Role.VIEWER, user__name="Kim")

    set_role(owner.team, member.user, Role.ADMIN, by=owner.user)

    member.refresh_from_db()
    assert member.role == Role.ADMIN
    assert log_of(owner.team) == [f"{owner.user.name} changed the role of Kim from Viewer to Admin"]


def test_the_same_role_again_changes_and_logs_nothing(owner: Membership) -> None:
    assert set_role(owner.team, owner.user, Role.OWNER, by=owner.user) == owner
    assert log_of(owner.team) == []


def test_the_last_owner_stays_owner(owner: Membership) -> None:
    MembershipFactory(team=owner.team, role=Role.ADMIN)
    MembershipFactory(role=Role.OWNER)

    with pytest.raises(LastOwner):
        set_role(owner.team, owner.user, Role.ADMIN, by=owner.user)

    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    assert log_of(owner.team) == []


def test_one_of_two_owners_can_become_something_else(owner: Membership) -> None:
    MembershipFactory(team=owner.team, role=Role.OWNER)

    assert set_role(owner.team, owner.user, Role.ADMIN, by=owner.user).role == Role.ADMIN


@pytest.mark.parametrize("absent", ["ended", "deactivated"])
def test_an_owner_who_cannot_come_back_does_not_count(owner: Membership, absent: str) -> None:
    other = MembershipFactory(team=owner.team, role=Role.OWNER)
    if absent == "ended":
        Membership.objects.filter(pk=other.pk).update(ends_at=timezone.now() - timedelta(days=1))
    else:
        User.objects.filter(pk=other.user.pk).update(is_active=False)

    with pytest.raises(LastOwner):
        set_role(owner.team, owner.user, Role.ADMIN, by=owner.user)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_who_had_left_is_a_member_again_with_a_role(owner: Membership, role: Role) -> None:
    left = MembershipFactory(
        team=owner.team, role=Role.EDITOR, user__name="Kim", ends_at=timezone.now() - timedelta(days=1)
    )

    set_role(owner.team, left.user, role, by=owner.user)

    assert left.user.memberships.current().get().role == role
    assert log_of(owner.team) == [f"{owner.user.name} added Kim to the team as {role.label}"]


def test_a_date_that_lies_ahead_stays(owner: Membership) -> None:
    ends_at = timezone.now() + timedelta(days=30)
    member = MembershipFactory(team=owner.team, role=Role.VIEWER, ends_at=ends_at)

    set_role(owner.team, member.user, Role.EDITOR, by=owner.user)

    member.refresh_from_db()
    assert (member.role, member.ends_at) == (Role.EDITOR, ends_at)


def test_a_role_that_cannot_be_logged_is_not_given(owner: Membership) -> None:
    def full_disk(**_: Any) -> None:
        raise OperationalError("disk full")

    new = UserFactory()
    membership_changed.connect(full_disk)
    try:
        with pytest.raises(OperationalError):
            set_role(owner.team, new, Role.ADMIN, by=owner.user)
    finally:
        membership_changed.disconnect(full_disk)

    assert not new.memberships.exists()
    assert log_of(owner.team) == []
