"""Seals each second factor for its person: who may write rows of the database can so neither have the codes of somebody
else shown as their own, nor put a factor of their own into somebody else's place."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation

from ktportal.encryption import Undecryptable, decrypt, encrypt, rotate

SEAL: Final = "seal"
"""The name under which a factor's data has it."""


def seal(user_id: int, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data of a factor with the seal that belongs to it."""
    return data | {SEAL: encrypt(_digest(kind, data), _purpose(user_id))}


def encrypted_anew(
    user_id: int, kind: str, data: dict[str, Any], secrets: Iterable[str], purpose: str
) -> dict[str, Any]:
    """The data with its secrets and its seal encrypted with the newest key. Raises `Undecryptable`, also where it has
    not its person's seal: that must not get one by the way."""
    if not is_sealed(user_id, kind, data):
        raise Undecryptable
    return seal(user_id, kind, data | {name: rotate(data[name], purpose) for name in secrets if name in data})


def is_sealed(user_id: int, kind: str, data: Any) -> bool:
    """Whether this is what was sealed for this person; `data` is whatever stands in the database."""
    if not isinstance(data, dict):
        return False
    try:
        return decrypt(str(data.get(SEAL, "")), _purpose(user_id)) == _digest(kind, data)
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
