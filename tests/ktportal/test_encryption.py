from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from ktportal.encryption import Undecryptable, decrypt, encrypt, give_purpose, last_four


@given(st.text())
def test_what_was_encrypted_comes_back(secret: str) -> None:
    assert decrypt(encrypt(secret, "tests"), "tests") == secret


def test_the_same_secret_never_looks_the_same() -> None:
    assert encrypt("customer-key", "tests") != encrypt("customer-key", "tests")


@pytest.mark.parametrize(
    ("secret", "told"),
    [("", ""), ("four", ""), ("eleven-char", ""), ("customer-key", "-key"), ("k" * 36 + "5e7t", "5e7t")],
)
def test_the_last_four_of_long_secrets_only_are_told(secret: str, told: str) -> None:
    assert last_four(secret) == told


def test_an_older_key_still_decrypts_after_rotation(settings: Any) -> None:
    token = encrypt("customer-key", "tests")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert decrypt(token, "tests") == "customer-key"


def test_a_lost_key_is_said(settings: Any) -> None:
    token = encrypt("customer-key", "tests")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Undecryptable):
        decrypt(token, "tests")


def test_a_secret_is_nothing_in_the_place_of_another() -> None:
    with pytest.raises(Undecryptable):
        decrypt(encrypt("customer-key", "credential of client account 1"), "credential of client account 2")


def test_a_secret_from_before_there_were_purposes_gets_one(settings: Any) -> None:
    old = Fernet(settings.ENCRYPTION_KEYS[0]).encrypt(b"customer-key").decode()
    with pytest.raises(Undecryptable):
        decrypt(old, "tests")
    new = give_purpose(old, "tests")
    assert decrypt(new, "tests") == "customer-key"
    assert [give_purpose(token, "others") for token in (new, "")] == [new, ""]
