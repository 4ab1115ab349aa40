"""Passwords that take seconds to rate: what may stand for a letter is tried in every combination."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import hashing
from accounts.crowds import Crowded, Gate
from accounts.hashing import from_place_of
from accounts.models import Membership, User
from ktportal import settings as production
from tests.accounts.helpers import NEW_PASSWORD, log_of, sign_in
from tests.factories import PASSWORD, InvitationFactory, MembershipFactory

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
    gate = Gate(1, waiting=1, patience=0.01)
    monkeypatch.setattr("accounts.passwords._one_at_a_time", gate)
    with gate.passed(), pytest.raises(Crowded):
        validate_password("correct horse battery staple")
    validate_password("correct horse battery staple")


def test_passwords_are_hashed_a_few_at_a_time_and_few_wait(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a processor for half a second, and strangers have as many networks as they like."""
    now: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def slowly(*_: Any, **__: Any) -> bytes:
        with lock:
            now.append(1)
            most.append(len(now))
        time.sleep(0.1)
        with lock:
            now.pop()
        return b"a hash"

    monkeypatch.setattr("django.contrib.auth.hashers.pbkdf2", slowly)
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    refused: list[int] = []

    def guess(number: int) -> None:
        try:
            make_password(f"guess {number}")
        except Crowded:
            refused.append(number)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= max(1, (os.cpu_count() or 1) - 1)
    assert len(refused) >= 32 - 8 - len(most)


def test_what_was_not_compared_was_not_guessed(owner: Membership, crowded: Gate) -> None:
    owner.user.set_password(PASSWORD)
    owner.user.save()
    stranger = Client()
    for _ in range(6):
        with crowded.passed():
            answer = sign_in(stranger, owner.user.email, "a wrong password")
            assert (answer.status_code, answer["Retry-After"]) == (503, "5")
            assert "try again in a moment" in answer.content.decode()
    assert sign_in(stranger, owner.user.email).status_code == 302
    assert not log_of(None)
    assert User.objects.get(pk=owner.user.pk).check_password(PASSWORD)


@pytest.fixture
def crowded(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """The gate before hashing: who is inside keeps all others out."""
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    monkeypatch.setattr("accounts.hashing.AFewAtATime.iterations", 1)
    gate = Gate(1, waiting=1, patience=0.01)
    monkeypatch.setattr("accounts.hashing._gate", gate)
    monkeypatch.setattr("accounts.hashing._came", {})
    return gate


def test_strangers_who_fill_the_gate_keep_nobody_out_who_has_signed_in_there_before(
    owner: Membership, crowded: Gate
) -> None:
    owner.user.set_password(PASSWORD)
    owner.user.save()
    home = Client()
    assert sign_in(home, owner.user.email).status_code == 302
    home.post(reverse("account_logout"))
    with crowded.passed():
        assert sign_in(Client(), owner.user.email).status_code == 503
        assert sign_in(home, owner.user.email).status_code == 302
        asked = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        assert home.post("/accounts/password/change/", asked).status_code == 302


def test_one_person_who_fills_the_gate_of_known_devices_keeps_nobody_out(
    owner: Membership, crowded: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who signs in again and again with the right password has two places in it."""
    busy = MembershipFactory().user
    devices = {}
    for user in (busy, owner.user):
        user.set_password(PASSWORD)
        user.save()
        devices[user] = Client()
        sign_in(devices[user], user.email)
        devices[user].post(reverse("account_logout"))
    gate = Gate(3, waiting=1, patience=0.01)
    monkeypatch.setattr("accounts.hashing._gate_of_known_places", gate)
    with gate.passed(busy.email), gate.passed(busy.email):
        assert sign_in(devices[busy], busy.email).status_code == 503
        assert sign_in(devices[owner.user], owner.user.email).status_code == 302
    assert sign_in(devices[busy], busy.email).status_code == 302


def test_five_people_who_agree_to_fill_the_gate_of_known_devices_keep_nobody_out(
    crowded: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each on two devices, again and again: in the first moment each has a place, afterwards they share two."""
    may_go_on = threading.Event()
    monkeypatch.setattr("django.contrib.auth.hashers.pbkdf2", lambda *_, **__: may_go_on.wait(30) and b"a hash")
    answers: list[str] = []

    def come(person: str) -> threading.Thread:
        def hash_once() -> None:
            try:
                with from_place_of(person):
                    make_password("a password")
                answers.append(f"{person} passed")
            except Crowded:
                answers.append(f"{person} was refused")

        thread = threading.Thread(target=hash_once)
        thread.start()
        return thread

    five = [f"{name}@example.org" for name in ("ada", "bo", "cy", "di", "ed")]
    for places, other in ((5 + 2, "kim@example.org"), (2, "lou@example.org")):
        may_go_on.clear()
        answers.clear()
        attackers = [come(person) for person in five * 2]
        wait_until(lambda expected=10 - places: len(answers) == expected)
        honest = come(other)
        time.sleep(0.1)
        may_go_on.set()
        for thread in (*attackers, honest):
            thread.join()
        assert f"{other} passed" in answers
        assert sum("passed" in answer for answer in answers) == places + 1

    assert set(hashing._came) == {*five, "kim@example.org", "lou@example.org"}
    monkeypatch.setattr(hashing, "AGAIN_SECONDS", 0)
    come("max@example.org").join()
    assert set(hashing._came) == {"max@example.org"}


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_the_password_of_an_invited_person_is_hashed_while_nobody_waits_for_the_database(
    owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []
    blocks = len(connection.savepoint_ids)

    def hashed(password: str) -> str:
        inside.append(len(connection.savepoint_ids) > blocks)
        return make_password(password)

    invitation = InvitationFactory(team=owner.team)
    monkeypatch.setattr("integrations.members.invitations.make_password", hashed)
    monkeypatch.setattr("django.contrib.auth.base_user.make_password", _hashed_once_more)
    typed = {"name": "Kim", "password": NEW_PASSWORD}
    assert Client().post(reverse("invitation", args=[invitation.email]), typed).status_code == 302
    assert inside == [False]
    assert User.objects.get(email=invitation.email).check_password(NEW_PASSWORD)


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
