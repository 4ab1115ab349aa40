"""Passwords that take seconds to rate: what may stand for a letter is tried in every combination."""

import time
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import passwords
from accounts.models import Membership, User
from tests.factories import InvitationFactory

pytestmark = pytest.mark.django_db
EVIL = ("4@8({[<369#!1|0$5+7%2" + "password1loveme" * 4)[:72]


@pytest.fixture
def rated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are rated."""
    passwords: list[str] = []

    def rate(password: str, **_: Any) -> dict[str, int]:
        passwords.append(password)
        return {"score": 0}

    monkeypatch.setattr("accounts.passwords.zxcvbn", rate)
    return passwords


def test_no_password_takes_long_to_rate() -> None:
    began = time.process_time()
    for password in (EVIL, "1!|7+" * 14, ("1|7+" + "password1loveme" * 5)[:72], "4@8({[<369#!1|0$5+7%2" * 3):
        with suppress(ValidationError):
            validate_password(password)
    assert time.process_time() - began < 10


def test_who_waits_long_for_a_rating_is_told_instead_of_holding_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.passwords._PATIENCE", 0.01)
    with passwords._one_at_a_time, pytest.raises(ValidationError, match="try again in a moment"):
        validate_password("correct horse battery staple")
    validate_password("correct horse battery staple")


def test_a_new_password_is_hashed_while_nobody_waits_for_the_database(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SIGNUP = "open"
    inside: list[bool] = []
    blocks = len(connection.savepoint_ids)

    def hashed(password: str) -> str:
        inside.append(len(connection.savepoint_ids) > blocks)
        return make_password(password)

    monkeypatch.setattr("accounts.forms.make_password", hashed)
    monkeypatch.setattr("django.contrib.auth.base_user.make_password", _hashed_once_more)
    typed = {"email": "new@example.org", "password1": "correct horse battery staple"}
    assert Client().post("/accounts/signup/", typed).status_code == 302
    assert inside == [False]
    assert User.objects.get(email="new@example.org").check_password("correct horse battery staple")


def _hashed_once_more(password: str | None) -> str:
    assert password is None, "hashed once more"
    return make_password(None)


def test_the_name_comes_first_and_a_network_has_twenty_tries_a_minute(owner: Membership, rated: list[str]) -> None:
    link = reverse("invitation", args=[InvitationFactory(team=owner.team).email])
    stranger = Client()
    wrong_name = stranger.post(link, {"name": "www.evil.example", "password": EVIL})
    assert (wrong_name.status_code, rated) == (422, [])
    answers = [stranger.post(link, {"name": "Kim", "password": EVIL}).status_code for _ in range(20)]
    assert answers == [422] * 19 + [429]
    assert len(rated) == 19


def test_the_address_comes_first_at_sign_up(settings: Any, rated: list[str]) -> None:
    settings.SIGNUP = "open"
    Client().post("/accounts/signup/", {"email": "no address", "password1": EVIL})
    assert rated == []


def test_members_who_change_their_password_share_the_limit_of_their_network(browser: Client, rated: list[str]) -> None:
    typed = {"oldpassword": "x", "password1": EVIL}
    answers = [browser.post("/accounts/password/change/", typed).status_code for _ in range(7)]
    assert answers[-1] == 429


def test_breached_passwords_that_look_random_are_refused() -> None:
    for breached in ("3rjs5la8qe", "taishan2011", "123admin321"):
        with pytest.raises(ValidationError):
            validate_password(breached)
