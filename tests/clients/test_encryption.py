from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from integrations.clients.encryption import Undecryptable, decrypt, encrypt


@given(st.text())
def test_what_was_encrypted_comes_back(secret: str) -> None:
    assert decrypt(encrypt(secret)) == secret


def test_the_same_secret_never_looks_the_same() -> None:
    assert encrypt("customer-key") != encrypt("customer-key")


def test_an_older_key_still_decrypts_after_rotation(settings: Any) -> None:
    token = encrypt("customer-key")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert decrypt(token) == "customer-key"


def test_a_lost_key_is_said(settings: Any) -> None:
    token = encrypt("customer-key")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Undecryptable):
        decrypt(token)
