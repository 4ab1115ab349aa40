"""RFC 6962's Merkle tree, kept in tiles as C2SP's tlog-tiles says. Knows neither Django nor the log.

A tile holds up to 256 hashes. Those of level 0 are leaf hashes, each of the next level is the hash over a full tile of
the level below. https://c2sp.org/tlog-tiles, https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

HASH_SIZE = 32
WIDTH = 256
_HEIGHT = 8

ReadTile = Callable[[int, int], bytes]
"""From the level and the index of a tile to its hashes, one behind the other, at least as many as the tree has."""


class Unreadable(Exception):
    """Tiles that do not hold what a tree of this size needs."""


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def hashes_in(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def root_over(hashes: Sequence[bytes]) -> bytes:
    """The hash over subtrees of the same height, left to right; over none it is that of nothing."""
    level = list(hashes) or [sha256().digest()]
    while len(level) > 1:
        odd = level[len(level) & ~1 :]
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0]


@lru_cache(maxsize=1024)
def _root_in(tile: bytes) -> bytes:
    """The hash over the hashes of a tile, or of a part of one. The proofs of neighbours share most of them."""
    return root_over(hashes_in(tile))


def extend(size: int, leaves: Sequence[bytes], read_tile: ReadTile) -> dict[tuple[int, int], bytes]:
    """What a tree of this size gets by further leaf hashes: each tile that is new or longer, by level and index."""
    changed: dict[tuple[int, int], bytes] = {}
    level, count, hashes = 0, size, list(leaves)
    while hashes:
        index, width = divmod(count, WIDTH)
        begun = _cut(read_tile(level, index), width) if width else b""
        data = begun + b"".join(hashes)
        tiles = [data[at : at + WIDTH * HASH_SIZE] for at in range(0, len(data), WIDTH * HASH_SIZE)]
        changed |= {(level, index + place): tile for place, tile in enumerate(tiles)}
        hashes = [root_over(hashes_in(tile)) for tile in tiles if len(tile) == WIDTH * HASH_SIZE]
        level, count = level + 1, count // WIDTH
    return changed


def width_of(level: int, index: int, size: int) -> int:
    """How many hashes the tile has in a tree of this size; 0 where there is no such tile."""
    return max(0, min(WIDTH, (size >> _HEIGHT * level) - index * WIDTH))


def tiles_of(size: int) -> list[tuple[int, int, int]]:
    """Level, number of full tiles and width of the partial tile behind them, of each level of a tree of this size."""
    levels = range((max(size, 1).bit_length() - 1) // _HEIGHT + 1)
    return [(level, *divmod(size >> _HEIGHT * level, WIDTH)) for level in levels]


def _cut(tile: bytes, width: int) -> bytes:
    if len(tile) < width * HASH_SIZE:
        raise Unreadable
    return tile[: width * HASH_SIZE]


def _split(count: int) -> int:
    """The largest power of two below count."""
    return 1 << (count - 1).bit_length() - 1


@dataclass(frozen=True)
class Tree:
    """The tree of a size, in tiles that may be those of a larger one. Raises `Unreadable` where they lack something."""

    size: int
    read_tile: ReadTile

    def root(self) -> bytes:
        return self._over(0, self.size) if self.size else root_over([])

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that the tree has its leaf: from the leaf's sibling to the child of the root."""
        proof: list[bytes] = []
        begin, end = 0, self.size
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                proof.append(self._over(middle, end))
                end = middle
            else:
                proof.append(self._over(begin, middle))
                begin = middle
        return proof[::-1]

    def consistency(self, older: int) -> list[bytes]:
        """The proof that the tree begins with the tree of the size `older`, which is not 0."""
        proof: list[bytes] = []
        begin, end, is_whole = 0, self.size, True
        while older != end:
            middle = begin + _split(end - begin)
            if older <= middle:
                proof.append(self._over(middle, end))
                end = middle
            else:
                proof.append(self._over(begin, middle))
                begin, is_whole = middle, False
        return [*([] if is_whole else [self._over(begin, end)]), *proof[::-1]]

    def _over(self, begin: int, end: int) -> bytes:
        """The hash over leaves from `begin`, a multiple of a power of two that is not below their number."""
        count = end - begin
        if count & (count - 1):
            middle = begin + _split(count)
            return node_hash(self._over(begin, middle), self._over(middle, end))
        level, above = divmod(count.bit_length() - 1, _HEIGHT)
        index, place = divmod(begin >> _HEIGHT * level, WIDTH)
        tile = _cut(self.read_tile(level, index), place + (1 << above))
        return _root_in(tile[place * HASH_SIZE :])


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that follows from a leaf hash at its index and the proof; None for a proof of another length.
    https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.3.2"""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for each in proof:
        if not last:
            return None
        if at & 1 or at == last:
            found = node_hash(each, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, each)
        at, last = at >> 1, last >> 1
    return None if last else found
