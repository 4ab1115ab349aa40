"""Encryption of secrets at rest. `ENCRYPTION_KEYS` lists Fernet keys, the newest first; older ones still decrypt.

Each secret is encrypted for a purpose, such as "customer key of client account 7", with a key that follows from one of
those and the purpose: who may write rows can so not have a secret shown by putting it in the place of another.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Undecryptable(Exception):
    """No key in `ENCRYPTION_KEYS` fits, or not for this purpose: the secret has to be stored anew."""


@lru_cache(maxsize=256)
def _key_for(purpose: str, key: str) -> Fernet:
    Fernet(key)  # raises for what is no such key
    derive = HKDF(SHA256(), length=32, salt=None, info=f"ktportal: {purpose}".encode())
    return Fernet(urlsafe_b64encode(derive.derive(urlsafe_b64decode(key))))


def _fernet(purpose: str) -> MultiFernet:
    return MultiFernet([_key_for(purpose, key) for key in settings.ENCRYPTION_KEYS])


def last_four(secret: str) -> str:
    """The end of a secret, which may be shown and logged; "" for one so short that it would tell too much of it."""
    return secret[-4:] if len(secret) >= 12 else ""


def encrypt(secret: str, purpose: str) -> str:
    return _fernet(purpose).encrypt(secret.encode()).decode()


def rotate(token: str, purpose: str) -> str:
    """The same secret encrypted with the newest key."""
    try:
        return _fernet(purpose).rotate(token.encode()).decode()
    except InvalidToken:
        raise Undecryptable from None


def decrypt(token: str, purpose: str) -> str:
    try:
        return _fernet(purpose).decrypt(token.encode()).decode()
    except InvalidToken:
        raise Undecryptable from None


def give_purpose(token: str, purpose: str) -> str:
    """A secret that was encrypted before there were purposes, encrypted for one; as it is if it is none. For
    migrations alone: it would undo what purposes are for."""
    try:
        secret = MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS]).decrypt(token.encode())
    except InvalidToken:
        return token
    return encrypt(secret.decode(), purpose)
