"""Locking somebody out, staying in, and reaching people through a team that they have left."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.sessions import end_all
from integrations.members import invitations
from tests.accounts.helpers import NEW_PASSWORD, is_signed_in, link_in, log_of, sign_in
from tests.accounts.test_second_factor import code
from tests.factories import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

TOO_MANY = "Too many failed login attempts"
WRONG = {"code": "000000"}


@pytest.fixture
def home(owner: Membership) -> Client:
    """A browser in which the owner has signed in, before they had a second factor, and signed out."""
    browser = Client()
    browser.cookies["device"] = sign_in_with_device(owner.user)
    return browser


@pytest.fixture
def secret(owner: Membership) -> str:
    """What the owner's authenticator app knows."""
    made = generate_totp_secret()
    TOTP.activate(owner.user, made)
    return made


def sign_in_with_device(user: User) -> str:
    browser = Client()
    assert sign_in(browser, user.email).status_code == 302
    return str(browser.cookies["device"].value)


def post_code(browser: Client, typed: dict[str, str], where: str = "mfa_authenticate") -> Any:
    return browser.post(reverse(where), typed)


def test_who_knows_the_password_alone_uses_up_no_codes_of_the_owner(
    owner: Membership, home: Client, secret: str
) -> None:
    running = Client()
    running.force_login(owner.user)
    thief = Client()
    sign_in(thief, owner.user.email)
    answers = [post_code(thief, WRONG).content.decode() for _ in range(6)]
    assert TOO_MANY in answers[-1]

    assert TOO_MANY not in post_code(running, WRONG, "mfa_reauthenticate").content.decode()
    sign_in(home, owner.user.email)
    post_code(home, {"code": code(secret)})
    assert is_signed_in(home)


def test_a_known_device_and_a_session_have_five_codes(owner: Membership, home: Client, secret: str) -> None:
    running = Client()
    running.force_login(owner.user)
    sign_in(home, owner.user.email)
    for browser, where in ((home, "mfa_authenticate"), (running, "mfa_reauthenticate")):
        answers = [post_code(browser, WRONG, where) for _ in range(6)]
        stopped = [answer.status_code == 429 or TOO_MANY in answer.content.decode() for answer in answers]
        assert stopped == [False] * 5 + [True]


def test_devices_of_a_thief_are_strangers_after_the_password_has_changed(owner: Membership) -> None:
    devices = [sign_in_with_device(owner.user) for _ in range(3)]
    owner.user.set_password(NEW_PASSWORD)
    owner.user.save()
    assert guesses_with(devices, owner) == 5


def test_devices_are_strangers_once_all_sessions_were_ended(owner: Membership) -> None:
    devices = [sign_in_with_device(owner.user) for _ in range(3)]
    end_all(owner.user, by=None)
    assert guesses_with(devices, owner) == 5


def test_many_devices_have_no_attempts_without_end(owner: Membership) -> None:
    assert guesses_with([sign_in_with_device(owner.user) for _ in range(6)], owner) == 20


def guesses_with(devices: list[str], owner: Membership) -> int:
    """How many wrong passwords are taken from these devices."""
    taken = 0
    for place, device in enumerate(devices):
        for number in range(6):
            browser = Client(REMOTE_ADDR=f"192.0.2.{place}")
            browser.cookies["device"] = device
            taken += TOO_MANY not in sign_in(browser, owner.user.email, f"guess {number}").content.decode()
    return taken


@pytest.mark.django_db(transaction=True)
def test_a_device_stays_known_to_who_changes_the_password_there(owner: Membership) -> None:
    browser = Client()
    sign_in(browser, owner.user.email)
    browser.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    browser.post("/accounts/logout/")
    for number in range(6):
        sign_in(Client(), owner.user.email, f"guess {number}")
    sign_in(browser, owner.user.email, NEW_PASSWORD)
    assert is_signed_in(browser)


def test_a_new_address_goes_with_the_session_that_asked_for_it(browser: Client, owner: Membership) -> None:
    thief = Client()
    sign_in(thief, owner.user.email)
    thief.post(reverse("account_email"), {"action_add": "", "email": "thief@example.com"})
    assert EmailAddress.objects.filter(email="thief@example.com").exists()
    browser.get(reverse("profile"))
    session = UserSession.objects.get(session_key=thief.session.session_key)
    browser.post(reverse("sessions"), {"session": session.pk})
    assert not EmailAddress.objects.filter(email="thief@example.com").exists()


def test_a_team_reaches_nobody_whose_membership_has_ended(browser: Client, owner: Membership) -> None:
    former = MembershipFactory(team=owner.team, role=Role.EDITOR, ends_at=timezone.now() - timedelta(days=1))
    theirs = Client()
    theirs.force_login(former.user)
    url = reverse("member_sessions", kwargs={"team": owner.team.slug, "member": former.pk})
    assert browser.post(url).status_code == 403
    assert is_signed_in(theirs)

    leave = reverse("member_leave", kwargs={"team": owner.team.slug})
    assert leave in theirs.get(reverse("profile")).content.decode()
    page = theirs.get(leave)
    assert "has ended" in page.content.decode()
    assert "clients" not in page.context
    assert theirs.get(reverse("team", kwargs={"team": owner.team.slug})).status_code == 404
    theirs.post(leave)
    assert not Membership.objects.filter(pk=former.pk).exists()


def test_nobody_is_signed_out_again_and_again(browser: Client, owner: Membership) -> None:
    member = MembershipFactory(team=owner.team, role=Role.EDITOR)
    url = reverse("member_sessions", kwargs={"team": owner.team.slug, "member": member.pk})
    assert [browser.post(url).status_code for _ in range(6)] == [302] * 5 + [429]


def test_an_address_that_looks_alike_is_another() -> None:
    UserFactory(email="miss.folding@example.com")
    for like in ("mıss.folding@example.com", "mi\u017fs.folding@example.com"):
        assert User.objects.with_address(like) is None
        assert not invitations.has_account(like)
        with pytest.raises(User.DoesNotExist):
            User.objects.get_by_natural_key(like)
    assert User.objects.with_address(" Miss.Folding@example.com")


@pytest.mark.parametrize("what", ["password", "sessions"])
def test_a_half_done_sign_in_ends_with_the_password_and_the_sessions(owner: Membership, secret: str, what: str) -> None:
    thief = Client()
    sign_in(thief, owner.user.email)
    if what == "password":
        owner.user.set_password(NEW_PASSWORD)
        owner.user.save()
    else:
        end_all(owner.user, by=None)
    post_code(thief, {"code": code(secret)})
    assert not is_signed_in(thief)


def test_addresses_of_ipv4_are_no_network_of_ipv6(owner: Membership) -> None:
    for number in range(11):
        last = sign_in(Client(REMOTE_ADDR="::ffff:203.0.113.7"), f"nobody{number}@example.com")
    assert TOO_MANY in last.content.decode()
    other = Client(REMOTE_ADDR="::ffff:198.51.100.9")
    sign_in(other, owner.user.email)
    assert is_signed_in(other)


def test_looking_at_a_confirmation_signs_nobody_out(browser: Client) -> None:
    other = UserFactory()
    address = EmailAddress.objects.create(user=other, email="new@example.com", verified=False)
    link = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    assert browser.get(link).status_code == 200
    assert is_signed_in(browser)
    browser.post(link)
    assert not is_signed_in(browser)


@pytest.mark.django_db(transaction=True)
def test_who_asks_for_anothers_links_keeps_none_from_them(owner: Membership) -> None:
    for number in range(12):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post(reverse("account_reset_password"), {"email": owner.user.email})
    victim = Client()
    answer = victim.post(reverse("account_reset_password"), {"email": owner.user.email})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert victim.get(link_in(mail.outbox[-1]), follow=True).status_code == 200


def test_a_password_alone_makes_no_new_one(owner: Membership, secret: str) -> None:
    """Who found a session from an hour ago has not the second factor."""
    browser = Client()
    sign_in(browser, owner.user.email)
    browser.post(reverse("mfa_authenticate"), {"code": code(secret)})
    session: Any = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 31 * 60
    session.save()

    change = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    browser.post(reverse("account_change_password"), change)
    asked = browser.get(reverse("account_change_password"))

    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    assert User.objects.get(pk=owner.user.pk).check_password(PASSWORD)


def test_wrong_old_passwords_are_counted_with_those_of_the_sign_in_and_logged(owner: Membership) -> None:
    browser = Client()
    sign_in(browser, owner.user.email)
    for number in range(4):
        wrong = {"oldpassword": f"guess {number}", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        browser.post(reverse("account_change_password"), wrong)
    assert [line for line in log_of(owner.team) if "tried to sign in" in line][3:]

    typed = {"password": "another guess"}
    assert TOO_MANY not in browser.post(reverse("account_reauthenticate"), typed).content.decode()
    assert TOO_MANY in browser.post(reverse("account_reauthenticate"), typed).content.decode()
