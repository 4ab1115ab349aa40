import re
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Team, User
from accounts.roles import Role
from tests.accounts.helpers import is_signed_in, log_of, sign_in
from tests.factories import PASSWORD, MembershipFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def set_member(*arguments: str) -> str:
    """What the command prints."""
    printed = StringIO()
    call_command("set_member", *arguments, stdout=printed)
    return printed.getvalue()


def test_a_new_person_signs_in_with_the_printed_password(client: Client) -> None:
    printed = set_member("Kim@Example.com", "--team", "Berg & Tal", "--name", "Kim Berg")

    password = re.search(r"^Password: (\S{16,})$", printed, re.MULTILINE)
    assert password, printed
    sign_in(client, "kim@example.com", password[1])
    assert is_signed_in(client)
    membership = Membership.objects.get()
    assert (membership.user.email, membership.user.name) == ("kim@example.com", "Kim Berg")
    assert (membership.team.name, membership.team.slug, membership.role) == ("Berg & Tal", "berg-tal", Role.OWNER)


def test_a_password_that_was_given_is_not_printed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(f"{PASSWORD}\n"))
    printed = set_member("kim@example.com", "--team", "Berg", "--password")

    assert "kim@example.com is owner of Berg" in printed
    assert PASSWORD not in printed
    sign_in(client, "kim@example.com", PASSWORD)
    assert is_signed_in(client)


def test_a_weak_password_that_was_given_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("klicktipp2026\n"))
    with pytest.raises(CommandError, match="hard to guess"):
        set_member("kim@example.com", "--team", "Berg", "--password")
    assert not User.objects.exists()


def test_two_new_persons_get_two_passwords() -> None:
    first = set_member("kim@example.com", "--team", "Berg").splitlines()[-1]
    second = set_member("jan@example.com", "--team", "Berg").splitlines()[-1]

    assert first.startswith("Password: ")
    assert first != second


def test_an_existing_person_keeps_name_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory(email="kim@example.com", name="Kim Berg")

    monkeypatch.setattr(sys, "stdin", StringIO("not-this-one-please\n"))
    printed = set_member("KIM@example.com", "--team", "Tal", "--name", "Other", "--password")

    assert "Password" not in printed
    user.refresh_from_db()
    assert user.name == "Kim Berg"
    assert user.check_password(PASSWORD)
    assert user.memberships.get().team.name == "Tal"
    assert User.objects.count() == 1


def test_the_team_is_found_by_its_slug_and_by_its_name() -> None:
    team = TeamFactory(name="Berg & Tal", slug="bt")

    set_member("kim@example.com", "--team", "bt")
    set_member("jan@example.com", "--team", "Berg & Tal")

    assert Team.objects.get() == team
    assert team.memberships.count() == 2


def test_a_name_that_several_teams_have_is_refused_with_their_slugs() -> None:
    TeamFactory(name="Berg", slug="berg-ag")
    TeamFactory(name="Berg", slug="berg-gmbh")

    with pytest.raises(CommandError, match="berg-ag, berg-gmbh"):
        set_member("kim@example.com", "--team", "Berg")

    assert not User.objects.exists()
    assert not Membership.objects.exists()


def test_the_role_of_a_member_changes_and_the_log_tells_of_it(owner: Membership) -> None:
    member = MembershipFactory(team=owner.team, role=Role.VIEWER, user__name="Kim")

    set_member(member.user.email, "--team", owner.team.slug, "--role", "admin")

    member.refresh_from_db()
    assert member.role == Role.ADMIN
    assert log_of(owner.team) == ["The portal's operator changed the role of Kim from Viewer to Admin"]


def test_a_member_whose_time_was_over_comes_back(client: Client, owner: Membership) -> None:
    left = MembershipFactory(team=owner.team, role=Role.EDITOR, ends_at=timezone.now() - timedelta(days=1))

    set_member(left.user.email, "--team", owner.team.slug, "--role", "editor")

    client.force_login(left.user)
    assert client.get(f"/t/{owner.team.slug}/").status_code == 200


def test_the_last_owner_stays_owner(owner: Membership) -> None:
    with pytest.raises(CommandError, match="last owner"):
        set_member(owner.user.email, "--team", owner.team.slug, "--role", "viewer")

    owner.refresh_from_db()
    assert owner.role == Role.OWNER


@pytest.mark.parametrize(
    "email", ["kim", "kim@", "kim@example", "Kim <kim@example.com>", "", "k" * 250 + "@example.com"]
)
def test_what_is_no_email_address_is_refused(email: str) -> None:
    with pytest.raises(CommandError, match="email"):
        set_member(email, "--team", "Berg")

    assert not User.objects.exists()
    assert not Team.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [("--team", "x" * 101), ("--team", ""), ("--team", "Berg", "--name", "x" * 101)],
)
def test_a_name_that_is_too_long_or_missing_is_refused_and_nothing_is_left_behind(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="name"):
        set_member("kim@example.com", *arguments)

    assert not User.objects.exists()
    assert not Team.objects.exists()


def test_the_longest_names_are_taken() -> None:
    set_member("kim@example.com", "--team", "x" * 100, "--name", "y" * 100)
    set_member("jan@example.com", "--team", f"{'x' * 99}z")

    assert sorted(Team.objects.values_list("slug", flat=True)) == ["x" * 40, "x" * 40 + "-2"]


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CommandError, match="boss"):
        set_member("kim@example.com", "--team", "Berg", "--role", "boss")
