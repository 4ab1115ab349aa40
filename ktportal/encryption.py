"""Encryption of secrets at rest. `ENCRYPTION_KEYS` lists Fernet keys, the newest first; older ones still decrypt."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Undecryptable(Exception):
    """No key in `ENCRYPTION_KEYS` fits: the secret has to be stored anew."""


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def last_four(secret: str) -> str:
    """The end of a secret, which may be shown and logged; "" for one so short that it would tell too much of it."""
    return secret[-4:] if len(secret) >= 12 else ""


def encrypt(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def rotate(token: str) -> str:
    """The same secret encrypted with the newest key."""
    try:
        return _fernet().rotate(token.encode()).decode()
    except InvalidToken:
        raise Undecryptable from None


def decrypt(token: str) -> str:
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Undecryptable from None
