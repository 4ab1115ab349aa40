"""What the log hands out, as C2SP writes it: checkpoints, proofs of inclusion, proofs of growth, names of tiles.

https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-proof, https://c2sp.org/tlog-tiles,
https://c2sp.org/tlog-witness (the body of `add-checkpoint` is a proof of growth)
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.audit.proof.merkle import HASH_SIZE, WIDTH
from integrations.audit.proof.notes import NotANote, from_base64, text_of

PROOF_BEGINS = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_LONGEST_PROOF = 63
_TILE = re.compile(
    r"(?P<level>[0-9]|[1-5][0-9]|6[0-3]|entries)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class NotAProof(Exception):
    """A file that is neither a proof nor a checkpoint, or a broken one."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint says: a log had so many leaves, and this root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def of(cls, note: str) -> Head:
        """The head in a signed note, whoever has signed it. Raises `NotAProof`."""
        try:
            lines = text_of(note).split("\n")
        except NotANote:
            raise NotAProof from None
        if len(lines) < 4 or not all(lines[:-1]) or not _NUMBER.fullmatch(lines[1]):
            raise NotAProof
        return cls(lines[0], int(lines[1]), _hash(lines[2]))


@dataclass(frozen=True)
class Inclusion:
    """A proof that the leaf at an index belongs to the tree of a checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        return f"{PROOF_BEGINS}\nindex {self.index}\n{_lines(self.hashes)}\n{self.checkpoint}"

    @classmethod
    def of(cls, text: str) -> Inclusion:
        """Raises `NotAProof`."""
        above, blank, checkpoint = text.partition("\n\n")
        lines = above.split("\n")
        begins = lines.pop(0)
        if lines and lines[0].startswith("extra "):
            lines.pop(0)
        index = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
        if begins != PROOF_BEGINS or not blank or not _NUMBER.fullmatch(index) or len(lines) > _LONGEST_PROOF:
            raise NotAProof
        return cls(int(index), tuple(_hash(line) for line in lines), checkpoint)


def growth(older: int, hashes: Sequence[bytes], checkpoint: str) -> str:
    """A proof that the tree of a checkpoint begins with the tree of the size `older`."""
    return f"old {older}\n{_lines(hashes)}\n{checkpoint}"


@dataclass(frozen=True)
class TileName:
    """A tile's place. Of bundles of entries the level is None."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        index = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"{'entries' if self.level is None else self.level}/{index}{partial}"

    @classmethod
    def of(cls, path: str) -> TileName | None:
        """The place that a path below `tile/` names, if it does."""
        match = _TILE.fullmatch(path)
        if not match:
            return None
        level = None if match["level"] == "entries" else int(match["level"])
        name = cls(level, int(re.sub("[x/]", "", match["index"])), int(match["width"] or WIDTH))
        return name if name.path == path else None


def _lines(hashes: Sequence[bytes]) -> str:
    return "".join(f"{b64encode(each).decode()}\n" for each in hashes)


def _hash(text: str) -> bytes:
    found = from_base64(text)
    if found is None or len(found) != HASH_SIZE:
        raise NotAProof
    return found
