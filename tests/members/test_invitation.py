"""The page behind the link of an invitation."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import remove_member
from integrations.audit.models import AuditEntry
from integrations.clients.member_access import limit_of
from integrations.members.models import Invitation
from tests.accounts.helpers import is_signed_in, log_of, sign_in
from tests.factories import PASSWORD, ClientAccountFactory, InvitationFactory, MembershipFactory, UserFactory
from tests.members.helpers import url
from tests.pages import errors

pytestmark = pytest.mark.django_db

WRONG = "/invitations/no-such-token/"
NEW = {"name": "Kim Berg", "password": PASSWORD}


@pytest.fixture
def invitation(owner: Membership) -> Invitation:
    return InvitationFactory(team=owner.team, email="kim@example.com", invited_by=owner.user)


def link(invitation: Invitation) -> str:
    return reverse("invitation", args=[invitation.email])


def text_of(response: Any) -> str:
    return re.sub(
        r'(?<="csrf-token" content=")\w+|(?<=name="csrfmiddlewaretoken" value=")\w+', "", response.content.decode()
    )


# --- People without an account ---


def test_a_new_person_gives_a_name_and_a_password_and_is_in(client: Client, invitation: Invitation) -> None:
    page = client.get(link(invitation))
    assert list(page.context["form"].fields) == ["name", "password"]

    response = client.post(link(invitation), NEW)

    assert response["Location"] == url("team", invitation.team)
    assert client.get(response["Location"]).status_code == 200
    membership = Membership.objects.get(user__email="kim@example.com")
    assert (membership.user.name, membership.team, membership.role) == ("Kim Berg", invitation.team, Role.EDITOR)
    assert membership.user.memberships.count() == 1


def test_the_address_counts_as_confirmed(client: Client, other_browser: Client, invitation: Invitation) -> None:
    client.post(link(invitation), NEW)

    sign_in(other_browser, "kim@example.com")

    assert is_signed_in(other_browser)


def test_the_log_tells_who_joined_and_by_whose_invitation(
    client: Client, owner: Membership, invitation: Invitation
) -> None:
    client.post(link(invitation), NEW)

    assert log_of(invitation.team) == [
        "Kim Berg signed up",
        f"Kim Berg joined the team as Editor, invited by {owner.user.name}",
        "Kim Berg signed in",
    ]
    assert AuditEntry.objects.get(sentence="members.joined").ip == "127.0.0.1"


def test_the_limit_of_the_invitation_holds_from_the_first_page(client: Client, invitation: Invitation) -> None:
    bergwind = ClientAccountFactory(team=invitation.team, name="Bergwind")
    ClientAccountFactory(team=invitation.team, name="Hafenkaffee")
    invitation.is_limited = True
    invitation.save()
    invitation.accounts.set([bergwind])

    page = client.post(link(invitation), NEW, follow=True).content.decode()

    assert "Bergwind" in page
    assert "Hafenkaffee" not in page
    assert log_of(invitation.team)[1].endswith("and limited to Bergwind")


def test_a_limit_whose_clients_are_gone_lets_see_nothing(client: Client, invitation: Invitation) -> None:
    ClientAccountFactory(team=invitation.team)
    invitation.is_limited = True
    invitation.save()

    client.post(link(invitation), NEW)

    assert limit_of(Membership.objects.get(user__email="kim@example.com")) == set()


@pytest.mark.parametrize("signup", ["invite", "open"])
def test_it_does_not_matter_whether_strangers_may_sign_up(
    client: Client, invitation: Invitation, settings: Any, signup: str
) -> None:
    settings.SIGNUP = signup

    assert client.post(link(invitation), NEW).status_code == 302


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "Kim\x07"),
        ("name", "x" * 50_000),
        ("password", "short"),
        ("password", "password123"),
        ("password", "kim@example.com"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    client: Client, invitation: Invitation, field: str, typed: str
) -> None:
    response = client.post(link(invitation), NEW | {field: typed})

    assert list(errors(response)) == [field]
    assert not User.objects.filter(email="kim@example.com").exists()


def test_the_address_is_the_invitations(client: Client, invitation: Invitation) -> None:
    client.post(link(invitation), NEW | {"email": "jan@example.com"})

    assert User.objects.filter(email="kim@example.com").exists()
    assert not User.objects.filter(email="jan@example.com").exists()


# --- People with an account ---


def test_who_has_an_account_signs_in_and_joins_with_one_button(client: Client, invitation: Invitation) -> None:
    kim = UserFactory(email="kim@example.com", name="Kim")
    elsewhere = MembershipFactory(user=kim)
    login = client.get(link(invitation)).context["login_url"]
    assert client.post(link(invitation), NEW)["Location"] == login
    assert login == f"{reverse('account_login')}?{urlencode({'next': link(invitation)})}"

    back = client.post(login, {"login": "kim@example.com", "password": PASSWORD})
    assert back["Location"] == link(invitation)
    assert "Join" in client.get(back["Location"]).content.decode()
    assert not kim.memberships.filter(team=invitation.team).exists(), "looking changes nothing"
    response = client.post(link(invitation))

    assert response["Location"] == url("team", invitation.team)
    assert kim.memberships.get(team=invitation.team).role == Role.EDITOR
    assert kim.memberships.get(team=elsewhere.team) == elsewhere
    assert log_of(invitation.team)[0].startswith("Kim joined the team as Editor, invited by")


def test_who_has_left_by_date_comes_back_as_invited(client: Client, invitation: Invitation) -> None:
    former = MembershipFactory(
        team=invitation.team, role=Role.ADMIN, user__email="kim@example.com", ends_at=timezone.now()
    )
    client.force_login(former.user)

    client.post(link(invitation))

    former.refresh_from_db()
    assert (former.role, former.ends_at) == (Role.EDITOR, None)


def test_somebody_else_is_told_so_and_may_sign_out(client: Client, invitation: Invitation) -> None:
    other = MembershipFactory().user
    client.force_login(other)

    for page in (client.get(link(invitation)), client.post(link(invitation), NEW)):
        assert "This invitation is for somebody else" in page.content.decode()
    assert not other.memberships.filter(team=invitation.team).exists()

    response = client.post(reverse("account_logout"), {"next": link(invitation)})
    assert response["Location"] == link(invitation)
    assert client.get(link(invitation)).context["form"]


def test_a_member_is_told_that_nothing_changes(client: Client, invitation: Invitation) -> None:
    member = MembershipFactory(team=invitation.team, role=Role.VIEWER, user__email="kim@example.com")
    client.force_login(member.user)

    for page in (client.get(link(invitation)), client.post(link(invitation))):
        assert page.status_code == 200
        assert f"You are already in {invitation.team}" in page.content.decode()
    member.refresh_from_db()
    assert member.role == Role.VIEWER


def test_the_second_click_finds_oneself_in(client: Client, invitation: Invitation) -> None:
    client.post(link(invitation), NEW)

    page = client.post(link(invitation), NEW)

    assert f"You are already in {invitation.team}" in page.content.decode()
    assert sum("joined the team" in told for told in log_of(invitation.team)) == 1


# --- Links that are not valid ---


def expire(invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now())


def use(invitation: Invitation) -> None:
    Client().post(link(invitation), NEW)


def use_and_leave(invitation: Invitation) -> None:
    use(invitation)
    remove_member(Membership.objects.get(user__email=invitation.email), by=None)


def withdraw(invitation: Invitation) -> None:
    Invitation.objects.update(withdrawn_at=timezone.now())


def remove_the_sender(invitation: Invitation) -> None:
    MembershipFactory(team=invitation.team, role=Role.OWNER)
    remove_member(Membership.objects.get(user=invitation.invited_by, team=invitation.team), by=None)


def demote_the_sender(invitation: Invitation) -> None:
    Membership.objects.filter(user=invitation.invited_by).update(role=Role.EDITOR)


def limit_the_sender(invitation: Invitation) -> None:
    Membership.objects.filter(user=invitation.invited_by).update(role=Role.ADMIN, is_limited=True)


def deactivate_the_sender(invitation: Invitation) -> None:
    User.objects.filter(pk=invitation.invited_by_id).update(is_active=False)


def offer_ownership_as_an_admin(invitation: Invitation) -> None:
    Invitation.objects.update(role=Role.OWNER)
    Membership.objects.filter(user=invitation.invited_by).update(role=Role.ADMIN)


@pytest.mark.parametrize(
    "spoil",
    [
        expire,
        use,
        use_and_leave,
        withdraw,
        remove_the_sender,
        demote_the_sender,
        limit_the_sender,
        deactivate_the_sender,
        offer_ownership_as_an_admin,
        Invitation.delete,
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_see_the_same_page_for_every_reason(
    client: Client, invitation: Invitation, spoil: Any, method: str
) -> None:
    wrong = getattr(client, method)(WRONG, NEW)
    spoil(invitation)
    people, members = User.objects.count(), Membership.objects.count()

    response = getattr(client, method)(link(invitation), NEW)

    assert response.status_code == wrong.status_code == 404
    assert text_of(response).replace(link(invitation), "") == text_of(wrong).replace(WRONG, "")
    assert "This invitation is not valid, or no longer" in response.content.decode()
    assert (User.objects.count(), Membership.objects.count()) == (people, members)


def test_a_used_link_does_not_bring_back_who_was_removed(client: Client, invitation: Invitation) -> None:
    client.post(link(invitation), NEW)
    remove_member(Membership.objects.get(user__email="kim@example.com"), by=None)

    assert client.post(link(invitation)).status_code == 404
    assert not Membership.objects.filter(user__email="kim@example.com").exists()


def test_an_owner_is_invited_by_an_owner(client: Client, invitation: Invitation) -> None:
    Invitation.objects.update(role=Role.OWNER)

    client.post(link(invitation), NEW)

    assert Membership.objects.get(user__email="kim@example.com").role == Role.OWNER


# --- Looking ---


def test_mail_scanners_change_nothing(client: Client, invitation: Invitation) -> None:
    for _ in range(3):
        client.get(link(invitation))
        client.head(link(invitation))

    assert Invitation.objects.valid().get() == invitation
    assert client.post(link(invitation), NEW).status_code == 302


def test_the_link_is_kept_by_no_cache_and_told_to_no_other_page(client: Client, invitation: Invitation) -> None:
    for path in (link(invitation), WRONG):
        response = client.get(path)
        assert response["Referrer-Policy"] == "strict-origin"
        assert "no-store" in response["Cache-Control"]


def test_an_invitation_ends_after_its_days(client: Client, invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    assert client.get(link(invitation)).status_code == 200

    expire(invitation)

    assert client.get(link(invitation)).status_code == 404
