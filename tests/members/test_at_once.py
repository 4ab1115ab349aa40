"""Two people, or two tabs, do the same thing at the same time."""

import pytest
from django.core import mail

from accounts.models import Membership, User
from accounts.roles import Role
from integrations.members import invitations, services
from integrations.members.models import Invitation
from tests.factories import PASSWORD, InvitationFactory, MembershipFactory, UserFactory, actor
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(owner: Membership) -> Membership:
    return MembershipFactory(team=owner.team, role=Role.OWNER)


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("user", "team").get(pk=membership.pk)


def give_role(member: Membership, role: Role, by: Membership) -> None:
    services.change(member, role, None, None, by, actor(by.user))


def owners() -> int:
    return Membership.objects.filter(role=Role.OWNER).count()


@pytest.mark.parametrize("_time", range(3))
def test_two_owners_who_demote_each_other_leave_one(owner: Membership, other: Membership, _time: int) -> None:
    ended = at_once(
        lambda: give_role(again(other), Role.ADMIN, again(owner)),
        lambda: give_role(again(owner), Role.ADMIN, again(other)),
    )

    assert ended == ["", "NotAllowed"]
    assert owners() == 1


@pytest.mark.parametrize("_time", range(3))
def test_two_owners_who_step_down_leave_one(owner: Membership, other: Membership, _time: int) -> None:
    ended = at_once(
        lambda: give_role(again(owner), Role.ADMIN, again(owner)),
        lambda: services.remove(again(other), again(other)),
    )

    assert ended == ["", "LastOwner"]
    assert owners() == 1


def test_who_is_removed_while_they_remove_somebody_else(owner: Membership, other: Membership) -> None:
    ended = at_once(
        lambda: services.remove(again(other), again(owner)), lambda: services.remove(again(owner), again(other))
    )

    assert ended[0] == ""
    assert owners() == 1


@pytest.mark.parametrize("_time", range(2))
def test_an_admin_does_not_demote_who_becomes_an_owner(owner: Membership, _time: int) -> None:
    admin, kim = (MembershipFactory(team=owner.team, role=Role.ADMIN) for _ in range(2))

    ended = at_once(
        lambda: give_role(again(kim), Role.OWNER, again(owner)),
        lambda: give_role(again(kim), Role.VIEWER, again(admin)),
    )

    assert ended in (["", ""], ["", "NotAllowed"])
    assert again(kim).role == Role.OWNER


def test_a_link_is_used_once_by_two_clicks_of_a_new_person(owner: Membership) -> None:
    invitation = InvitationFactory(team=owner.team, invited_by=owner.user)

    def sign_up() -> None:
        invitations.sign_up(Invitation.objects.get(pk=invitation.pk), "Kim", PASSWORD, actor())

    assert at_once(sign_up, sign_up) == ["", "HasAccount"]
    assert User.objects.filter(email=invitation.email).count() == 1
    assert Membership.objects.filter(user__email=invitation.email).count() == 1


def test_a_link_is_used_once_by_two_clicks_of_who_has_an_account(owner: Membership) -> None:
    kim = UserFactory()
    invitation = InvitationFactory(team=owner.team, invited_by=owner.user, email=kim.email)
    joined = []

    def accept() -> None:
        joined.append(invitations.accept(Invitation.objects.get(pk=invitation.pk), kim, actor(kim)))

    assert at_once(accept, accept) == ["", ""]
    assert sorted(joined) == [False, True]
    assert kim.memberships.count() == 1


def test_a_link_is_used_or_withdrawn(owner: Membership) -> None:
    kim = UserFactory()
    invitation = InvitationFactory(team=owner.team, invited_by=owner.user, email=kim.email)

    ended = at_once(
        lambda: invitations.accept(Invitation.objects.get(pk=invitation.pk), kim, actor(kim)),
        lambda: invitations.withdraw(Invitation.objects.get(pk=invitation.pk), again(owner), actor(owner.user)),
    )

    assert ended in (["", "NotValid"], ["", "DoesNotExist"])
    assert kim.memberships.exists() == (ended[1] == "DoesNotExist")


def test_two_admins_invite_the_same_address(owner: Membership, other: Membership) -> None:
    ended = at_once(
        lambda: invitations.invite("kim@example.com", "editor", None, again(owner), actor(owner.user)),
        lambda: invitations.invite("kim@example.com", "viewer", None, again(other), actor(other.user)),
    )

    assert ended == ["", "JustSent"]
    assert Invitation.objects.count() == len(mail.outbox) == 1
