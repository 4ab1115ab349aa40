from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from ktportal.encryption import Undecryptable, decrypt, encrypt, last_four


@given(st.text())
def test_what_was_encrypted_comes_back(secret: str) -> None:
    assert decrypt(encrypt(secret)) == secret


def test_the_same_secret_never_looks_the_same() -> None:
    assert encrypt("customer-key") != encrypt("customer-key")


@pytest.mark.parametrize(
    ("secret", "told"),
    [("", ""), ("four", ""), ("eleven-char", ""), ("customer-key", "-key"), ("k" * 36 + "5e7t", "5e7t")],
)
def test_the_last_four_of_long_secrets_only_are_told(secret: str, told: str) -> None:
    assert last_four(secret) == told


def test_an_older_key_still_decrypts_after_rotation(settings: Any) -> None:
    token = encrypt("customer-key")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert decrypt(token) == "customer-key"


def test_a_lost_key_is_said(settings: Any) -> None:
    token = encrypt("customer-key")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Undecryptable):
        decrypt(token)
