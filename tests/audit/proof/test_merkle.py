"""The tree in tiles is RFC 6962's: compared with the recursive definitions of the RFC, and with pymerkle."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_inclusion

from integrations.audit.proof.merkle import (
    HASH_SIZE,
    WIDTH,
    Tree,
    Unreadable,
    extend,
    leaf_hash,
    root_by_inclusion,
    tiles_of,
    width_of,
)

LARGEST = 600
LEAVES = [b"entry %d" % number for number in range(LARGEST)]


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if is_whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], is_whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def grown(*steps: int) -> dict[tuple[int, int], bytes]:
    """The tiles of a tree that grew to these sizes, one after the other."""
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        hashes = [leaf_hash(leaf) for leaf in LEAVES[size:step]]
        tiles = tiles | extend(size, hashes, lambda level, index, kept=tiles: kept[level, index])
        size = step
    return tiles


def tree(size: int, tiles: dict[tuple[int, int], bytes]) -> Tree:
    return Tree(size, lambda level, index: tiles[level, index])


ALL = grown(LARGEST)
SIZES = st.integers(1, LARGEST)


@settings(max_examples=60)
@given(st.lists(SIZES, min_size=1, max_size=6).map(lambda sizes: sorted(set(sizes))))
def test_however_a_tree_has_grown_its_tiles_and_its_root_are_the_same(sizes: list[int]) -> None:
    tiles = grown(*sizes)
    assert tiles == grown(sizes[-1])
    assert tree(sizes[-1], tiles).root() == mth(LEAVES[: sizes[-1]])


def test_the_root_of_every_size_is_that_of_the_standard() -> None:
    assert [tree(size, ALL).root() for size in range(LARGEST + 1)] == [
        mth(LEAVES[:size]) for size in range(LARGEST + 1)
    ]


@settings(max_examples=150)
@given(SIZES, st.data())
def test_every_size_is_provable_from_the_tiles_of_a_larger_tree(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    older = data.draw(st.integers(1, size))
    of_size, leaves = tree(size, ALL), LEAVES[:size]
    assert of_size.root() == mth(leaves)
    proof = of_size.inclusion(index)
    assert proof == path(index, leaves)
    assert root_by_inclusion(leaf_hash(LEAVES[index]), index, size, proof) == mth(leaves)
    assert of_size.consistency(older) == subproof(older, leaves)


@settings(max_examples=100)
@given(SIZES, st.data())
def test_a_proof_proves_nothing_else(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size + 1))
    proof, root = tree(size, ALL).inclusion(index), mth(LEAVES[:size])
    leaf = leaf_hash(LEAVES[index])
    assert root_by_inclusion(leaf_hash(b"another entry"), index, size, proof) != root
    assert root_by_inclusion(leaf, index, size, [*proof, leaf]) is None
    if proof:
        assert root_by_inclusion(leaf, index, size, proof[:-1]) is None
    if other != index:
        assert root_by_inclusion(leaf, other, size, proof) != root


def test_tiles_are_those_of_the_standard() -> None:
    """The example of tlog-tiles: a tree of size 70,000."""
    assert tiles_of(70_000) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert tiles_of(256) == [(0, 1, 0), (1, 0, 1)]
    assert tiles_of(1) == [(0, 0, 1)]
    assert [width_of(0, 272, 70_000), width_of(0, 273, 70_000), width_of(0, 274, 70_000)] == [256, 112, 0]
    assert {place: len(tile) // HASH_SIZE for place, tile in ALL.items()} == {
        (0, 0): WIDTH,
        (0, 1): WIDTH,
        (0, 2): LARGEST - 2 * WIDTH,
        (1, 0): 2,
    }


def test_a_tile_that_is_too_short_is_told() -> None:
    short = ALL | {(0, 2): ALL[0, 2][:-HASH_SIZE]}
    with pytest.raises(Unreadable):
        tree(LARGEST, short).root()
    with pytest.raises(Unreadable):
        extend(LARGEST, [leaf_hash(b"next")], lambda level, index: short[level, index])


def test_pymerkle_agrees() -> None:
    other = InmemoryTree(algorithm="sha256")
    for leaf in LEAVES:
        other.append_entry(leaf)
    for size in (1, 2, 3, 7, 255, 256, 257, 511, 600):
        of_size = tree(size, ALL)
        assert of_size.root() == other.get_root(size)
        for index in {0, size // 2, size - 1}:
            proof = other.prove_inclusion(index + 1, size)
            assert of_size.inclusion(index) == proof.path[1:]
            verify_inclusion(leaf_hash(LEAVES[index]), of_size.root(), proof)
