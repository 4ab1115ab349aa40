"""How long a sign-in lasts, where one is signed in, and ending that from elsewhere."""

import time
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.browser_names import browser_name
from accounts.forms import ProfileForm
from accounts.models import Membership, User
from accounts.roles import Role
from tests.accounts.helpers import is_signed_in, link_in, log_of, sign_in
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
WORK = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"


@pytest.fixture
def at_home(owner: Membership) -> Client:
    home = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    sign_in(home, owner.user.email)
    return home


@pytest.fixture
def at_work(owner: Membership) -> Client:
    work = Client(headers={"user-agent": WORK})
    sign_in(work, owner.user.email)
    return work


def test_a_session_ends_after_twelve_hours_without_use(at_home: Client) -> None:
    assert at_home.session.get_expiry_age() <= 12 * 3600
    assert at_home.cookies["session"]["max-age"] == 12 * 3600


def test_use_prolongs_it_with_a_write_now_and_then(at_home: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "session" not in at_home.get(reverse("profile")).cookies
    later = time.time() + 11 * 60
    monkeypatch.setattr(sessions.time, "time", lambda: later)
    assert at_home.get(reverse("profile")).cookies["session"]["max-age"] == 12 * 3600
    assert "session" not in at_home.get(reverse("profile")).cookies


def test_a_session_ends_after_thirty_days_however_much_it_is_used(
    at_home: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = at_home.session
    session["began_at"] -= 30 * 24 * 3600 + 1
    session.save()
    assert not is_signed_in(at_home)


def test_the_page_lists_all_and_ends_one(at_home: Client, at_work: Client, owner: Membership) -> None:
    page = at_home.get(reverse("sessions")).content.decode()
    assert "Firefox on Linux" in page
    assert "Edge on Windows" in page
    other = UserSession.objects.get(user_agent=WORK)
    at_home.post(reverse("sessions"), {"session": other.pk})

    assert is_signed_in(at_home)
    assert not is_signed_in(at_work)
    assert UserSession.objects.filter(user=owner.user).get().session_key == at_home.session.session_key
    assert log_of(owner.team)[-1] == f"{owner.user.name} ended a session of their own elsewhere"


def test_nobody_ends_a_session_of_somebody_else_there(at_home: Client, client: Client) -> None:
    stranger = MembershipFactory()
    sign_in(client, stranger.user.email)
    client.post(reverse("sessions"), {"session": UserSession.objects.filter(user_agent__contains="Firefox").get().pk})
    for nonsense in ("x", "9" * 40, "-1"):
        assert client.post(reverse("sessions"), {"session": nonsense}).status_code == 302
    assert is_signed_in(at_home)


def test_all_others_end_at_once(at_home: Client, at_work: Client, owner: Membership) -> None:
    at_home.post(reverse("sessions"))

    assert is_signed_in(at_home)
    assert not is_signed_in(at_work)
    assert log_of(owner.team)[-1] == f"{owner.user.name} ended all sessions of {owner.user.name}"


def test_an_admin_ends_those_of_a_member_and_no_owners(at_home: Client, owner: Membership) -> None:
    admin = MembershipFactory(team=owner.team, role=Role.ADMIN)
    editor = MembershipFactory(team=owner.team, role=Role.EDITOR)
    theirs, managing = Client(), Client()
    sign_in(theirs, editor.user.email)
    sign_in(managing, admin.user.email)

    url = reverse("member_sessions", kwargs={"team": owner.team.slug, "member": editor.pk})
    assert managing.post(url).status_code == 302
    assert not is_signed_in(theirs)
    of_owner = reverse("member_sessions", kwargs={"team": owner.team.slug, "member": owner.pk})
    assert managing.post(of_owner).status_code == 403
    assert is_signed_in(at_home)
    assert is_signed_in(managing)


def test_a_deactivated_person_is_signed_out_and_stays_out(at_home: Client, owner: Membership, client: Client) -> None:
    call_command("deactivate", owner.user.email.upper())
    assert not is_signed_in(at_home)
    sign_in(client, owner.user.email)
    assert not is_signed_in(client)
    call_command("deactivate", owner.user.email, "--undo")
    sign_in(client, owner.user.email)
    assert is_signed_in(client)
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("deactivate", "nobody@example.com")


def test_browsers_are_called_as_people_know_them() -> None:
    for agent, name in {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604.1": "Safari on iPhone",
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36": "Chrome on Android",
        "curl/8.5": "curl/8.5",
        "": "unknown browser",
    }.items():
        assert browser_name(agent) == name


def test_who_was_loaded_before_brings_no_session_back(at_home: Client, at_work: Client, owner: Membership) -> None:
    loaded = User.objects.get(pk=owner.user.pk)
    at_home.post(reverse("sessions"))
    loaded.name = "Somebody else"
    loaded.save()
    assert not is_signed_in(at_work)
    assert User.objects.get(pk=owner.user.pk).name == "Somebody else"


def test_the_profile_writes_what_it_shows_and_nothing_else(at_home: Client, owner: Membership) -> None:
    form = ProfileForm({"name": "Alex", "language": ""}, instance=User.objects.get(pk=owner.user.pk))
    User.objects.filter(pk=owner.user.pk).update(password="changed meanwhile", is_active=False)
    assert form.is_valid()
    form.save(commit=False).save(update_fields=form.Meta.fields)
    now = User.objects.get(pk=owner.user.pk)
    assert (now.name, now.password, now.is_active) == ("Alex", "changed meanwhile", False)


def test_a_pending_address_does_not_outlive_the_sessions(at_home: Client, at_work: Client, owner: Membership) -> None:
    at_work.post(reverse("account_email"), {"action_add": "", "email": "evil@example.com"})
    (message,) = [message for message in mail.outbox if message.to == ["evil@example.com"]]
    at_home.post(reverse("sessions"))
    Client().post(link_in(message))
    owner.user.refresh_from_db()
    assert owner.user.email != "evil@example.com"
    assert list(owner.user.emailaddress_set.values_list("email", flat=True)) == [owner.user.email]


def test_an_admin_of_one_team_is_not_named_in_the_logs_of_others(owner: Membership) -> None:
    elsewhere = MembershipFactory(role=Role.OWNER)
    MembershipFactory(user=elsewhere.user, team=owner.team, role=Role.VIEWER)
    sessions.end_all(elsewhere.user, by=owner.user)
    assert log_of(owner.team)[-1].startswith(owner.user.name)
    assert log_of(elsewhere.team)[-1] == f"An admin of another team ended all sessions of {elsewhere.user.name}"


def test_strangers_ask_for_passkeys_a_few_times_a_minute_and_leave_nothing_for_long(db: None) -> None:
    asked = [
        Client().get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).status_code
        for _ in range(12)
    ]
    assert asked == [200] * 10 + [429] * 2
    assert all(each.expire_date < timezone.now() + timedelta(minutes=6) for each in Session.objects.all())
