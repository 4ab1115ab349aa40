"""A member's page: role, clients, last day, and removing them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Membership
from accounts.roles import Role
from integrations.clients.member_access import limit_of, set_limit
from integrations.clients.models import ClientAccount, Credential
from tests.accounts.helpers import log_of
from tests.factories import ClientAccountFactory, InvitationFactory, MembershipFactory, actor
from tests.members.helpers import send, url
from tests.pages import errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(owner: Membership) -> Membership:
    return MembershipFactory(team=owner.team, role=Role.EDITOR, user__name="Kim")


@pytest.fixture
def bergwind(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Bergwind")


@pytest.fixture
def admin(client: Client, owner: Membership) -> Client:
    """A browser in which an admin of the team is signed in."""
    client.force_login(MembershipFactory(team=owner.team, role=Role.ADMIN, user__name="Ada").user)
    return client


def now(member: Membership) -> Membership:
    return Membership.objects.get(pk=member.pk)


def change(browser: Client, member: Membership, **typed: Any) -> Any:
    """Send the member's form as it is shown, but for what is typed."""
    shown = browser.get(url("member", member.team, member=member.pk))
    form = shown.context["form"] if shown.status_code == 200 else None
    sent = {name: form[name].value() for name in form.fields} if form else {}
    sent = {name: list(value) if isinstance(value, set) else value for name, value in sent.items()}
    return send(
        browser, "member", member, **{name: value for name, value in (sent | typed).items() if value is not None}
    )


# --- Role ---


def test_a_role_is_changed_and_logged(admin: Client, kim: Membership) -> None:
    response = change(admin, kim, **{"role": "viewer"})

    assert response["Location"] == url("member", kim.team, member=kim.pk)
    assert now(kim).role == Role.VIEWER
    assert log_of(kim.team)[-1] == "Ada changed the role of Kim from Editor to Viewer"


@pytest.mark.parametrize("typed", ["owner", "king", ""])
def test_an_admin_makes_nobody_an_owner(admin: Client, kim: Membership, typed: str) -> None:
    response = change(admin, kim, **{"role": typed})

    assert list(errors(response, "form")) == ["role"]
    assert now(kim).role == Role.EDITOR


@pytest.mark.parametrize("name", ["member", "member_remove"])
def test_an_admin_changes_nothing_of_an_owner(admin: Client, owner: Membership, name: str) -> None:
    MembershipFactory(team=owner.team, role=Role.OWNER)
    typed = {"role": "viewer", "sees": "all", "day": ""}

    assert send(admin, name, owner, **typed).status_code == 403
    assert now(owner).role == Role.OWNER


def test_an_owner_makes_others_owners(browser: Client, kim: Membership, bergwind: ClientAccount) -> None:
    set_limit(kim, [bergwind], actor())
    Membership.objects.filter(pk=kim.pk).update(ends_at=timezone.now() + timedelta(days=3))

    change(browser, kim, **{"role": "owner"})

    assert (now(kim).role, now(kim).is_limited, now(kim).ends_at) == (Role.OWNER, False, None)


def test_the_last_owner_stays_owner(browser: Client, owner: Membership) -> None:
    response = change(browser, owner, **{"role": "admin"})

    assert errors(response, "form") == {"role": ["This is the team's last owner. Make somebody else an owner first."]}
    assert 'value="admin"' in response.content.decode()
    assert now(owner).role == Role.OWNER


def test_an_owner_whose_membership_ends_does_not_count(browser: Client, owner: Membership) -> None:
    other = MembershipFactory(team=owner.team, role=Role.OWNER)
    Membership.objects.filter(pk=other.pk).update(ends_at=timezone.now() + timedelta(days=1))

    assert change(browser, owner, **{"role": "admin"}).status_code == 422


def test_who_gives_up_the_right_goes_on_at_the_teams_page(browser: Client, owner: Membership) -> None:
    MembershipFactory(team=owner.team, role=Role.OWNER)

    response = change(browser, owner, **{"role": "viewer"})

    assert response["Location"] == url("team", owner.team)
    assert now(owner).role == Role.VIEWER


# --- Clients ---


def test_a_member_is_limited_and_not_any_more(admin: Client, kim: Membership, bergwind: ClientAccount) -> None:
    change(admin, kim, **{"sees": "some", "accounts": [bergwind.pk]})
    assert limit_of(now(kim)) == {bergwind.pk}
    page = admin.get(url("member", kim.team, member=kim.pk))
    assert page.context["form"]["accounts"].value() == [bergwind.pk]

    change(admin, kim, **{"sees": "all", "accounts": [bergwind.pk]})
    assert limit_of(now(kim)) is None
    assert log_of(kim.team)[-2:] == ["Ada limited Kim to Bergwind", "Ada let Kim see all clients"]


def test_a_key_that_goes_with_the_limit_is_told(
    admin: Client, kim: Membership, owner: Membership, bergwind: ClientAccount
) -> None:
    harbour = ClientAccountFactory(team=owner.team, name="Harbour Lane")
    credential = Credential(account=harbour, user=kim.user, stored_at=timezone.now())
    credential.secret = "a-key-of-one's-own-abcd"
    credential.save()

    change(admin, kim, **{"sees": "some", "accounts": [bergwind.pk]})

    page = admin.get(url("member", kim.team, member=kim.pk)).content.decode()
    assert "Kim lost their own customer key for Harbour Lane" in page


def test_some_clients_are_one_at_least_and_the_teams_own(admin: Client, kim: Membership) -> None:
    foreign = ClientAccountFactory()
    for accounts in ([], [foreign.pk], ["x"]):
        response = change(admin, kim, **{"sees": "some", "accounts": accounts})
        assert list(errors(response, "form")) == ["accounts"]
    assert foreign.name not in response.content.decode()
    assert limit_of(now(kim)) is None


def test_an_owner_cannot_be_limited(browser: Client, owner: Membership, bergwind: ClientAccount) -> None:
    response = change(browser, owner, **{"sees": "some", "accounts": [bergwind.pk]})

    assert list(errors(response, "form")) == ["sees"]
    assert "An owner sees all clients." in response.content.decode()


# --- Last day ---


def test_the_last_day_is_one_with_access(admin: Client, kim: Membership) -> None:
    today = timezone.localdate()

    change(admin, kim, **{"day": today.isoformat()})

    ends_at = now(kim).ends_at
    assert ends_at
    assert now(kim).last_day == today
    assert timezone.localtime(ends_at).time().isoformat() == "00:00:00"
    assert timezone.now() < ends_at


def test_the_log_names_the_day_in_the_readers_language(admin: Client, kim: Membership) -> None:
    change(admin, kim, **{"day": "2040-11-30"})
    change(admin, kim, **{"day": ""})

    with translation.override("en-gb"):
        assert log_of(kim.team)[-2:] == [
            "Ada set 30 November 2040 as the last day of Kim in the team",
            "Ada let Kim stay in the team without an end date",
        ]


@pytest.mark.parametrize("typed", ["2020-01-01", "9999-12-31", "soon"])
def test_a_day_that_cannot_be_is_said_and_kept(admin: Client, kim: Membership, typed: str) -> None:
    response = change(admin, kim, **{"day": typed})

    assert list(errors(response, "form")) == ["day"]
    assert f'value="{typed}"' in response.content.decode()
    assert now(kim).ends_at is None


def test_an_owner_has_no_last_day(browser: Client, owner: Membership) -> None:
    MembershipFactory(team=owner.team, role=Role.OWNER)

    assert list(errors(change(browser, owner, **{"day": "2040-11-30"}), "form")) == ["day"]
    assert now(owner).ends_at is None


def test_who_has_left_by_date_comes_back_with_a_later_one(admin: Client, kim: Membership) -> None:
    Membership.objects.filter(pk=kim.pk).update(ends_at=timezone.now() - timedelta(days=3))
    assert "ended on" in admin.get(url("member", kim.team, member=kim.pk)).content.decode()

    change(admin, kim, **{"day": ""})

    assert Membership.objects.current().filter(pk=kim.pk).exists()


def test_a_role_form_that_was_opened_before_the_end_lets_nobody_come_back(admin: Client, kim: Membership) -> None:
    Membership.objects.filter(pk=kim.pk).update(ends_at=timezone.now() - timedelta(days=3))

    change(admin, kim, **{"role": "editor"})

    assert not Membership.objects.current().filter(pk=kim.pk).exists()


# --- All of it at once ---


def test_one_form_changes_all_and_drops_nothing(admin: Client, kim: Membership, bergwind: ClientAccount) -> None:
    everything = {"role": "viewer", "sees": "some", "accounts": [bergwind.pk], "day": "2040-11-30"}

    page = change(admin, kim, **everything | {"day": "soon"})
    assert list(errors(page)) == ["day"]
    assert {name: page.context["form"][name].value() for name in ("role", "sees")} == {"role": "viewer", "sees": "some"}
    assert now(kim).role == Role.EDITOR

    change(admin, kim, **everything)

    assert (now(kim).role, limit_of(now(kim)), str(now(kim).last_day)) == (Role.VIEWER, {bergwind.pk}, "2040-11-30")
    assert len(log_of(kim.team)) == 4


def test_an_owner_becomes_an_editor_with_clients_and_a_last_day_in_one_go(
    browser: Client, owner: Membership, bergwind: ClientAccount
) -> None:
    other = MembershipFactory(team=owner.team, role=Role.OWNER)

    change(browser, other, role="editor", sees="some", accounts=[bergwind.pk], day="2040-11-30")

    assert (now(other).role, limit_of(now(other)), str(now(other).last_day)) == (
        Role.EDITOR,
        {bergwind.pk},
        "2040-11-30",
    )


def test_what_somebody_else_has_changed_meanwhile_is_told_and_not_reverted(
    admin: Client, browser: Client, kim: Membership
) -> None:
    shown = admin.get(url("member", kim.team, member=kim.pk)).context["form"]["shown_state"].value()
    change(browser, kim, role="viewer")
    form = {"role": "editor", "sees": "all", "day": "2040-11-30"}

    page = send(admin, "member", kim, **form, shown_state=shown)

    assert "Somebody has changed this meanwhile, so nothing was saved. Now it is: Viewer, all clients" in (
        page.content.decode()
    )
    assert (now(kim).role, now(kim).ends_at) == (Role.VIEWER, None)
    send(admin, "member", kim, **form, shown_state=page.context["form"]["shown_state"].value())
    assert now(kim).role == Role.EDITOR


# --- Removing ---


def test_removing_asks_first_and_says_what_goes_too(admin: Client, kim: Membership, bergwind: ClientAccount) -> None:
    Membership.objects.filter(pk=kim.pk).update(role=Role.ADMIN)
    credential = Credential(account=bergwind, user=kim.user, stored_at=timezone.now())
    credential.secret = "a-key-of-one's-own-abcd"
    credential.save()
    InvitationFactory(team=kim.team, invited_by=kim.user, email="jan@example.com")

    page = admin.get(url("member_remove", kim.team, member=kim.pk)).content.decode()

    assert "the own customer key …abcd for Bergwind" in page
    assert "the open invitation to jan@example.com" in page
    assert Membership.objects.filter(pk=kim.pk).exists()

    response = send(admin, "member_remove", kim)

    assert response["Location"] == url("members", kim.team)
    assert not Membership.objects.filter(pk=kim.pk).exists()
    assert not Credential.objects.exists()
    assert "Ada removed Kim (Admin) from the team" in log_of(kim.team)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_access_ends_at_once_also_in_open_pages(
    admin: Client, other_browser: Client, kim: Membership, headers: dict[str, str]
) -> None:
    other_browser.force_login(kim.user)
    assert other_browser.get(url("team", kim.team)).status_code == 200

    send(admin, "member_remove", kim)

    for name in ("team", "log"):
        response = other_browser.get(url(name, kim.team), headers=headers)
        assert response.status_code == 404
        assert "it belongs to a team or client that you do not see" in response.content.decode()
    assert "You are in no team at present." in other_browser.get(reverse("home")).content.decode()


def test_an_owner_removes_an_owner_who_has_left_and_never_themselves(browser: Client, owner: Membership) -> None:
    other = MembershipFactory(team=owner.team, role=Role.OWNER)
    Membership.objects.filter(pk=other.pk).update(ends_at=timezone.now() - timedelta(days=1))

    assert send(browser, "member_remove", other).status_code == 302
    assert send(browser, "member_remove", owner)["Location"] == url("member_leave", owner.team)
    assert Membership.objects.filter(pk=owner.pk).exists()


def test_a_member_who_was_removed_meanwhile_is_not_there(admin: Client, kim: Membership) -> None:
    kim.delete()
    kim.pk = 4711
    for name, typed in [("member", {"role": "viewer"}), ("member_remove", {})]:
        assert send(admin, name, kim, **typed).status_code == 404


@pytest.mark.parametrize("member", [0, 10**30])
def test_a_number_that_nobody_has_is_not_there(admin: Client, owner: Membership, member: int) -> None:
    assert admin.get(url("member", owner.team, member=member)).status_code == 404


# --- Leaving ---


def leave(browser: Client, member: Membership) -> Any:
    return browser.post(url("member_leave", member.team))


def test_people_leave_themselves(client: Client, kim: Membership) -> None:
    client.force_login(kim.user)
    assert url("member_leave", kim.team) in client.get(reverse("profile")).content.decode()
    assert client.get(url("member_leave", kim.team)).status_code == 200
    assert Membership.objects.filter(pk=kim.pk).exists()

    response = leave(client, kim)

    assert response["Location"] == reverse("home")
    assert not Membership.objects.filter(pk=kim.pk).exists()
    assert log_of(kim.team)[-1] == "Kim left the team"


def test_the_last_owner_does_not_leave(browser: Client, owner: Membership, kim: Membership) -> None:
    response = leave(browser, owner)

    assert response.status_code == 422
    assert "You are the team&#x27;s last owner." in response.content.decode()
    assert Membership.objects.filter(pk=owner.pk).exists()


def test_one_of_two_owners_may_leave(browser: Client, owner: Membership) -> None:
    MembershipFactory(team=owner.team, role=Role.OWNER)

    assert leave(browser, owner).status_code == 302
