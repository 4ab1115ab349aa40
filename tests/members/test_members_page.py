from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.roles import Role
from integrations.clients.member_access import set_limit
from tests.factories import ClientAccountFactory, InvitationFactory, MembershipFactory, actor
from tests.members.helpers import url

pytestmark = pytest.mark.django_db


def test_people_are_listed_with_role_clients_and_dates(browser: Client, owner: Membership) -> None:
    member = MembershipFactory(team=owner.team, role=Role.VIEWER, user__name="Kim Berg", user__email="kim@example.com")
    set_limit(member, [ClientAccountFactory(team=owner.team, name="Bergwind")], actor(owner.user))
    Membership.objects.filter(pk=member.pk).update(ends_at=timezone.now() + timedelta(days=400))

    page = browser.get(url("members", owner.team)).content.decode()

    member.refresh_from_db()
    assert member.last_day
    for text in ("Kim Berg", "kim@example.com", "Viewer", "Bergwind", str(member.last_day.year)):
        assert text in page


def test_who_has_left_by_date_stands_last(browser: Client, owner: Membership) -> None:
    MembershipFactory(team=owner.team, user__name="Aaron", ends_at=timezone.now() - timedelta(days=1))
    Membership.objects.exclude(pk=owner.pk).update(role=Role.EDITOR)

    page = browser.get(url("members", owner.team))

    assert [str(member.user) for member in page.context["members"]] == [owner.user.name, "Aaron"]
    assert "ended on" in page.content.decode()


def test_people_and_invitations_of_other_teams_are_not_listed(browser: Client, owner: Membership) -> None:
    other, invitation = MembershipFactory(user__name="Stranger"), InvitationFactory()

    page = browser.get(url("members", owner.team)).content.decode()

    assert other.user.name not in page
    assert invitation.email not in page


def test_open_invitations_are_listed_with_what_is_wrong_with_them(browser: Client, owner: Membership) -> None:
    InvitationFactory(team=owner.team, email="open@example.com", invited_by=owner.user)
    InvitationFactory(team=owner.team, email="late@example.com", invited_by=owner.user, expires_at=timezone.now())
    InvitationFactory(team=owner.team, email="gone@example.com", invited_by=MembershipFactory().user)
    InvitationFactory(team=owner.team, email="used@example.com", accepted_at=timezone.now())
    InvitationFactory(team=owner.team, email="withdrawn@example.com", withdrawn_at=timezone.now())

    page = browser.get(url("members", owner.team))

    listed = [invitation.email for invitation in page.context["invitations"]]
    assert listed == ["gone@example.com", "late@example.com", "open@example.com"]
    text = page.content.decode()
    assert "expired" in text
    assert "whoever sent it may not invite any more" in text


def test_an_admin_is_offered_no_way_to_change_owners(client: Client, owner: Membership) -> None:
    admin = MembershipFactory(team=owner.team, role=Role.ADMIN)
    invitation = InvitationFactory(team=owner.team, role=Role.OWNER, invited_by=owner.user)
    client.force_login(admin.user)

    page = client.get(url("members", owner.team)).content.decode()

    assert url("member", owner.team, member=admin.pk) in page
    assert url("member", owner.team, member=owner.pk) not in page
    assert url("invitation_withdraw", owner.team, invitation=invitation.pk) not in page
    assert (
        "Owners are changed by owners alone." in client.get(url("member", owner.team, member=owner.pk)).content.decode()
    )


def test_the_left_column_leads_to_the_page_for_those_who_may(client: Client, owner: Membership) -> None:
    link = f'href="{url("members", owner.team)}"'
    for role, is_offered in [(Role.ADMIN, True), (Role.EDITOR, False)]:
        client.force_login(MembershipFactory(team=owner.team, role=role).user)
        assert (link in client.get(url("team", owner.team)).content.decode()) == is_offered


def test_the_number_of_queries_does_not_grow(
    browser: Client, owner: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def fill() -> None:
        for _ in range(5):
            account = ClientAccountFactory(team=owner.team)
            set_limit(MembershipFactory(team=owner.team, role=Role.EDITOR), [account], actor(owner.user))
            InvitationFactory(team=owner.team, invited_by=owner.user).accounts.set([account])

    fill()
    browser.get(url("members", owner.team))
    with django_assert_max_num_queries(50) as few:
        browser.get(url("members", owner.team))
    fill()
    with django_assert_max_num_queries(len(few)):
        browser.get(url("members", owner.team))
