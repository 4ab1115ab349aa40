"""How good a password has to be."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

KIM = User(email="kim.hafenblick@agentur.example", name="Kim Hafenblick")


def test_what_people_would_choose_is_refused() -> None:
    for password in (
        "passwort12", "hallo12345", "Sommer2026!", "klicktipp2026", "KlickTipp!2026", "qwertzuiop1", "Frühling2026",
        "hafenblick77", "kim.hafenblick@agentur.example", "1234567890", "aaaaaaaaaaaa", "ichliebedich1", "P@ssw0rt2026",
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            validate_password(password, KIM)


def test_what_is_hard_to_guess_is_taken() -> None:
    for password in (
        "a-long-test-password",
        "Zug Tinte Apfelkern Nordwind",
        "vT9#kq2!mWz",
        "x" * 20 + "Regal" * 30 + "?",
    ):
        validate_password(password, KIM)


def test_the_rest_of_a_long_password_and_many_substitutes_take_nothing_from_it() -> None:
    for password in ("vT9#k(q2)!mW{z|7$", "4@8({[<369#!1|0$5+7%2", "correct horse battery staple, and so on" * 50):
        validate_password(password, KIM)
    with pytest.raises(ValidationError):
        validate_password("P@$$w0rd1!", KIM)
