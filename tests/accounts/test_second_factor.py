"""The second factor: an app's codes, recovery codes, and a team that requires one."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from tests.accounts.helpers import is_signed_in, log_of, sign_in
from tests.factories import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def set_up(browser: Client) -> str:
    """Set up an app; its secret."""
    page = browser.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    done: Any = browser.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done.status_code == 302, done.content.decode()
    return str(secret)


def test_after_the_password_comes_a_code(browser: Client, owner: Membership, client: Client) -> None:
    secret = set_up(browser)
    kept = Authenticator.objects.get(user=owner.user, type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in kept

    fresh = Client()
    assert sign_in(fresh, owner.user.email)["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(fresh)
    assert fresh.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert log_of(owner.team)[-1] == f"Somebody tried a wrong second factor of {owner.user.name}"
    fresh.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert is_signed_in(fresh)


def test_a_recovery_code_lets_in_once(browser: Client, owner: Membership) -> None:
    set_up(browser)
    codes = browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    kept = str(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).data)
    assert all(each not in kept for each in codes)
    for expected in (True, False):
        fresh = Client()
        sign_in(fresh, owner.user.email)
        fresh.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_signed_in(fresh) is expected


@pytest.mark.django_db(transaction=True)
def test_the_log_tells_what_was_set_up_and_removed(browser: Client, owner: Membership) -> None:
    set_up(browser)
    browser.post(reverse("mfa_generate_recovery_codes"))
    browser.post(reverse("mfa_deactivate_totp"))
    name = owner.user.name
    assert [line for line in log_of(owner.team) if "signed in" not in line] == [
        f"{name} added a second factor to their sign-in",
        f"{name} ended all sessions of {name}",
        f"{name} made new recovery codes",
        f"{name} made new recovery codes",
        f"{name} removed a second factor from their sign-in",
    ]


def test_a_team_that_requires_one_lets_nobody_in_without_after_the_grace(browser: Client, owner: Membership) -> None:
    member = MembershipFactory(team=owner.team, role="editor")
    theirs = Client()
    theirs.force_login(member.user)
    url = reverse("team_second_factor", kwargs={"team": owner.team.slug})
    team = reverse("team", kwargs={"team": owner.team.slug})

    refused = browser.post(url, {"grace": "7"})
    assert refused.status_code == 422
    assert "Add a second factor to your own sign-in first." in refused.content.decode()
    set_up(browser)
    assert browser.post(url, {"grace": "7"}).status_code == 302
    within = theirs.get(team).content.decode()
    assert f"{owner.team} requires a second factor" in within

    owner.team.refresh_from_db()
    owner.team.second_factor_from = timezone.now() - timedelta(seconds=1)
    owner.team.save()
    assert theirs.get(team)["Location"] == reverse("mfa_index")
    assert "Add one to go on" in theirs.get(reverse("mfa_index")).content.decode()
    assert browser.get(team).status_code == 200
    set_up(theirs)
    assert theirs.get(team).status_code == 200

    browser.post(url, {"grace": ""})
    owner.team.refresh_from_db()
    assert owner.team.second_factor_from is None
    assert [line.partition(" from ")[0] for line in log_of(owner.team) if "requires" in line] == [
        f"{owner.user.name} requires a second factor of the team's members",
        f"{owner.user.name} requires no second factor of the team's members any more",
    ]


def test_the_members_page_shows_who_has_one(browser: Client, owner: Membership) -> None:
    MembershipFactory(team=owner.team)
    set_up(browser)
    page = browser.get(reverse("members", kwargs={"team": owner.team.slug}))
    assert {member.user.pk: member.has_second_factor for member in page.context["members"]}[owner.user.pk]
    assert sum(member.has_second_factor for member in page.context["members"]) == 1


@pytest.mark.django_db(transaction=True)
def test_sessions_that_began_without_it_end_and_a_stolen_password_undoes_nothing(
    browser: Client, owner: Membership
) -> None:
    thief = Client()
    sign_in(thief, owner.user.email)
    secret = set_up(browser)
    assert is_signed_in(browser)
    assert not is_signed_in(thief)

    mine = Client()
    sign_in(mine, owner.user.email)
    mine.post(reverse("mfa_authenticate"), {"code": code(secret)})
    session: Any = mine.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 31 * 60
    session.save()
    deactivate = reverse("mfa_deactivate_totp")
    assert mine.get(deactivate)["Location"].startswith(reverse("mfa_reauthenticate"))
    mine.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert mine.get(deactivate).status_code == 302
    mine.post(deactivate)
    assert Authenticator.objects.filter(user=owner.user, type=Authenticator.Type.TOTP).exists()
    members = reverse("members", kwargs={"team": owner.team.slug})
    assert mine.get(members)["Location"] == f"{reverse('mfa_reauthenticate')}?next={members}"

    codes = browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    mine.post(reverse("mfa_reauthenticate"), {"code": codes[0]})
    assert mine.get(members).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_has_removed_it_confirms_by_password_again(browser: Client, owner: Membership) -> None:
    secret = set_up(browser)
    mine = Client()
    sign_in(mine, owner.user.email)
    mine.post(reverse("mfa_authenticate"), {"code": code(secret)})
    mine.post(reverse("mfa_deactivate_totp"))
    session: Any = mine.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 31 * 60
    session.save()
    members = reverse("members", kwargs={"team": owner.team.slug})
    assert mine.get(members)["Location"] == f"{reverse('account_reauthenticate')}?next={members}"
    mine.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert mine.get(members).status_code == 200
