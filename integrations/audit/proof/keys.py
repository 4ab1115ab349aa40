"""The keys that sign checkpoints: `LOG_SIGNING_KEYS` lists Ed25519 keys in hex, the newest first, which signs.

What older ones have signed stays good as long as they are listed. Each log signs under a name of its own, its origin.
"""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from integrations.audit.proof import notes


@lru_cache(maxsize=16)
def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))


def sign(text: str, origin: str) -> str:
    return notes.sign(text, origin, _private(settings.LOG_SIGNING_KEYS[0]))


def known(origin: str) -> list[notes.Key]:
    """The keys under the name of a log, the newest first."""
    return [notes.Key(origin, _private(key).public_key()) for key in settings.LOG_SIGNING_KEYS]


def are_well_formed() -> bool:
    try:
        return all(_private(key) for key in settings.LOG_SIGNING_KEYS)
    except ValueError:
        return False
