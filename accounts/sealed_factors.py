"""Seals each second factor for its person: who may write rows of the database can so neither have the codes of somebody
else shown as their own, nor put a factor of their own into somebody else's place."""

import json
from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation

from ktportal.encryption import Undecryptable, decrypt, encrypt, rotate

SEAL: Final = "seal"
"""The name under which a factor's data has it."""


def seal(user_id: int, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data of a factor with the seal that belongs to it."""
    return data | {SEAL: encrypt(_digest(kind, data), _purpose(user_id))}


def rotate_seal(user_id: int, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data with a seal of the newest key for what has been encrypted anew. Raises `Undecryptable`."""
    rotate(data.get(SEAL, ""), _purpose(user_id))
    return seal(user_id, kind, data)


def is_sealed(user_id: int, kind: str, data: dict[str, Any]) -> bool:
    try:
        return decrypt(data.get(SEAL, ""), _purpose(user_id)) == _digest(kind, data)
    except Undecryptable:
        return False


def _digest(kind: str, data: dict[str, Any]) -> str:
    told = {name: value for name, value in data.items() if name != SEAL}
    return sha256(json.dumps([kind, told], sort_keys=True).encode()).hexdigest()


def _purpose(user_id: int) -> str:
    return f"second factors of user {user_id}"


def seal_before_saving(instance: Any, **_: Any) -> None:
    instance.data = seal(instance.user_id, instance.type, instance.data)


def refuse_without_seal(instance: Any, **_: Any) -> None:
    """A factor that comes from the database has an ID."""
    is_stored = instance.pk is not None and {"data", "type", "user_id"} <= instance.__dict__.keys()
    if is_stored and not is_sealed(instance.user_id, instance.type, instance.data):
        raise SuspiciousOperation(f"The second factor {instance.pk} is not its person's.")
