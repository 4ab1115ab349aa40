"""C2SP's signed notes: a text and who has signed it, Ed25519. Knows neither Django nor the log.

https://c2sp.org/signed-note
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_MOST_SIGNATURES = 100
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")


class NotANote(Exception):
    """What is no signed note at all."""


class NotSigned(Exception):
    """A note that none of the known keys has signed, or whose signature by a known key is wrong."""


@dataclass(frozen=True)
class Key:
    """A public key under the name that it signs with."""

    name: str
    public: Ed25519PublicKey

    @property
    def _encoded(self) -> bytes:
        return _ED25519 + self.public.public_bytes_raw()

    @property
    def id(self) -> bytes:
        return sha256(f"{self.name}\n".encode() + self._encoded).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key, as other tools want it."""
        return f"{self.name}+{self.id.hex()}+{b64encode(self._encoded).decode()}"


def sign(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """The note with this text, which ends with a new line, signed under a name without spaces and plus signs."""
    signature = Key(name, private.public_key()).id + private.sign(text.encode())
    return f"{text}\n— {name} {b64encode(signature).decode()}\n"


def text_of(note: str) -> str:
    """The text of a note, whoever has signed it. Raises `NotANote`."""
    return _parts(note)[0]


def open_note(note: str, keys: Iterable[Key]) -> str:
    """The text of a note that one of the keys has signed. Raises `NotANote` and `NotSigned`."""
    text, signatures = _parts(note)
    known = {(key.name, key.id): key.public for key in keys}
    is_signed = False
    for name, signature in signatures:
        if public := known.get((name, signature[:4])):
            try:
                public.verify(signature[4:], text.encode())
            except InvalidSignature:
                raise NotSigned from None
            is_signed = True
    if not is_signed:
        raise NotSigned
    return text


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, below = note.rpartition("\n\n")
    lines = below.split("\n")
    if not blank or _CONTROL.search(note) or lines.pop() or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise NotANote
    return f"{text}\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    match = _SIGNATURE.fullmatch(line)
    if not match:
        raise NotANote
    signature = from_base64(match["signature"])
    if signature is None or len(signature) <= 4:
        raise NotANote
    return match["name"], signature


def from_base64(text: str) -> bytes | None:
    """What is encoded, if it is encoded in the one way that there is."""
    try:
        decoded = b64decode(text, validate=True)
    except (Error, ValueError):
        return None
    return decoded if b64encode(decoded).decode() == text else None
