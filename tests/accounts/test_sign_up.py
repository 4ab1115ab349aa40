from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Team, User
from accounts.roles import Role
from tests.accounts.helpers import is_signed_in, link_in, log_of, sign_in
from tests.factories import PASSWORD, TeamFactory, UserFactory
from tests.pages import as_typed

pytestmark = pytest.mark.django_db

NEW = {"email": "kim@example.com", "password1": PASSWORD}


@pytest.fixture
def open_portal(settings: Any) -> None:
    settings.SIGNUP = "open"


def sign_up(browser: Client, language: str = "en-gb", **changes: str) -> Any:
    return browser.post(reverse("account_signup"), NEW | changes, headers={"accept-language": language})


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_cannot_sign_up_by_default(client: Client, settings: Any, method: str) -> None:
    settings.SIGNUP = "invite"

    response = getattr(client, method)(reverse("account_signup"), NEW)

    assert "By invitation only" in response.content.decode()
    assert not User.objects.exists()
    assert mail.outbox == []


def test_the_sign_in_page_offers_signing_up_only_where_it_is_open(client: Client, settings: Any) -> None:
    settings.SIGNUP = "invite"
    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()

    settings.SIGNUP = "open"
    assert reverse("account_signup") in client.get(reverse("account_login")).content.decode()


@pytest.mark.usefixtures("open_portal")
def test_nothing_but_address_and_password_is_asked(client: Client) -> None:
    form = client.get(reverse("account_signup")).context["form"]
    assert list(form.fields) == ["email", "password1"]


@pytest.mark.usefixtures("open_portal")
def test_a_new_person_owns_a_team_of_their_own(client: Client) -> None:
    sign_up(client)

    membership = Membership.objects.get()
    assert (membership.user.email, membership.user.name) == ("kim@example.com", "")
    assert (membership.team.name, membership.team.slug, membership.role) == ("kim", "kim", Role.OWNER)


@pytest.mark.usefixtures("open_portal")
def test_a_team_of_the_same_name_is_another_team(client: Client) -> None:
    there_already = TeamFactory(name="kim", slug="kim")

    sign_up(client)

    team = Membership.objects.get().team
    assert team != there_already
    assert team.slug == "kim-2"


@pytest.mark.usefixtures("open_portal")
def test_an_address_without_a_letter_for_the_address_bar_is_possible(client: Client) -> None:
    sign_up(client, email="++@example.com")

    assert Team.objects.get().slug == "team"


@pytest.mark.usefixtures("open_portal")
def test_nobody_gets_in_before_the_address_is_confirmed(client: Client, other_browser: Client) -> None:
    response = sign_up(client)

    assert response["Location"] == reverse("account_email_verification_sent")
    assert client.get(response["Location"]).status_code == 200
    assert not is_signed_in(client)
    sign_in(other_browser, "kim@example.com")
    assert not is_signed_in(other_browser)


@pytest.mark.usefixtures("open_portal")
def test_the_link_in_the_mail_confirms_the_address(client: Client, other_browser: Client) -> None:
    sign_up(client)
    (message,) = mail.outbox
    assert message.to == ["kim@example.com"]
    link = link_in(message)

    assert other_browser.get(link).status_code == 200
    sign_in(other_browser, "kim@example.com")
    assert not is_signed_in(other_browser), "a mail scanner that opens the link confirms nothing"
    other_browser.post(link)
    sign_in(other_browser, "kim@example.com")

    assert is_signed_in(other_browser)


@pytest.mark.usefixtures("open_portal")
def test_the_mail_is_in_the_language_of_the_browser(client: Client, other_browser: Client) -> None:
    sign_up(client, language="en-GB,en;q=0.9")
    sign_up(other_browser, language="de-AT,de;q=0.9,en;q=0.5", email="jan@example.com")

    english, german = mail.outbox
    assert (english.subject, "Good day," in english.body) == ("Please confirm your email address for ktportal", True)
    assert "E-Mail-Adresse" in as_typed(german.subject)
    assert "Good day," not in german.body


@pytest.mark.usefixtures("open_portal")
def test_signing_up_is_logged(client: Client) -> None:
    sign_up(client)

    assert log_of(Team.objects.get()) == [
        "kim@example.com joined the team as Owner",
        "kim@example.com signed up",
    ]


@pytest.mark.usefixtures("open_portal")
def test_an_address_that_signs_in_already_gets_another_mail_and_the_same_page(
    client: Client, other_browser: Client
) -> None:
    there_already = UserFactory(email="kim@example.com")
    new = sign_up(client, email="jan@example.com")

    response = sign_up(other_browser, email="KIM@example.com")

    assert (response.status_code, response["Location"]) == (new.status_code, new["Location"])
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (
        ["kim@example.com"],
        "You can already sign in to ktportal",
    )
    assert User.objects.count() == 2
    assert not there_already.memberships.exists()


@pytest.mark.usefixtures("open_portal")
def test_the_time_an_answer_takes_does_not_tell_who_has_an_account(
    client: Client, other_browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append("once") or encode(*given))
    sign_up(client)
    for_a_new_account = len(hashed)

    sign_up(other_browser)

    assert for_a_new_account
    assert len(hashed) == 2 * for_a_new_account


@pytest.mark.usefixtures("open_portal")
def test_an_address_that_waits_to_be_confirmed_gets_no_second_team(client: Client, other_browser: Client) -> None:
    first = sign_up(client)

    again = sign_up(other_browser, password1="another-long-password")

    assert (again.status_code, again["Location"]) == (first.status_code, first["Location"])
    assert User.objects.count() == Team.objects.count() == 1


@pytest.mark.usefixtures("open_portal")
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "kim"),
        ("password1", "short"),
        ("password1", "password123"),
        ("password1", "kim@example.com"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(client: Client, field: str, typed: str) -> None:
    response = sign_up(client, **{field: typed})

    assert list(response.context["form"].errors) == [field]
    assert not User.objects.exists()


@pytest.mark.usefixtures("open_portal")
def test_a_sign_up_that_gets_no_team_leaves_no_account(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise IntegrityError

    monkeypatch.setattr("accounts.forms.create_team", fail)
    with pytest.raises(IntegrityError):
        sign_up(client)
    assert not User.objects.exists()


@pytest.mark.usefixtures("open_portal")
def test_who_signs_up_a_moment_later_with_the_same_address_gets_the_usual_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_is_faster(password: str) -> str:
        monkeypatch.setattr("accounts.forms.make_password", make_password)
        UserFactory(email=NEW["email"])
        return make_password(password)

    monkeypatch.setattr("accounts.forms.make_password", somebody_is_faster)
    assert sign_up(client).status_code == 302
    assert Team.objects.count() == 0
