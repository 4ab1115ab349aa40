"""Makes what proves the log: of an entry that it is in the log, of the log that it has only grown."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass

from integrations.audit.models import AuditEntry
from integrations.audit.proof import formats
from integrations.audit.proof.canonical import UnknownVersion, leaf, leaves_of
from integrations.audit.proof.formats import Inclusion, TileName
from integrations.audit.proof.logs import Log
from integrations.audit.proof.merkle import HASH_SIZE, WIDTH, Unreadable, leaf_hash, width_of
from integrations.audit.proof.models import Checkpoint
from integrations.audit.proof.signed import is_signed, newest_signed

_LARGEST_LEAF = 2**16 - 1


@dataclass(frozen=True)
class Cover:
    """What the log proves of an entry.

    checkpoint: the first one over the entry; None where it is still to come
    is_stray: that is none which the portal has signed, so that it proves nothing
    is_as_covered: the entry is as it was when its hash was signed
    """

    checkpoint: Checkpoint | None
    index: int | None = None
    is_as_covered: bool = False
    is_stray: bool = False


def cover_of(entry: AuditEntry) -> Cover:
    log = Log.of(entry)
    covered = log.checkpoint_over(entry)
    if covered is None:
        return Cover(None)
    if not is_signed(covered):
        return Cover(covered, is_stray=True)
    try:
        hashed = leaf_hash(leaf(entry))
        index = log.index_of(entry, hashed)
        is_as_covered = index is not None and next(log.leaves(index, index + 1)) == hashed
    except (Unreadable, UnknownVersion, ValueError):
        return Cover(covered)
    return Cover(covered, index, is_as_covered)


def inclusion_of(entry: AuditEntry) -> str | None:
    """The `.tlog-proof` of an entry under the newest checkpoint of its log; None where it is not covered, or is not as
    it was covered."""
    cover, newest = cover_of(entry), newest_signed(Log.of(entry))
    if not cover.is_as_covered or cover.index is None or newest is None:
        return None
    with suppress(Unreadable):
        proof = Log.of(entry).tree(newest.size).inclusion(cover.index)
        return Inclusion(cover.index, tuple(proof), newest.note).text
    return None


def growth_since(log: Log, older: int) -> str | None:
    """The proof that the log's newest checkpoint begins with the tree of the size `older`; None where that is none."""
    newest = newest_signed(log)
    if newest is None or not 0 < older <= newest.size:
        return None
    with suppress(Unreadable):
        return formats.growth(older, log.tree(newest.size).consistency(older), newest.note)
    return None


def tile(log: Log, name: TileName) -> bytes | None:
    """What a path below `tile/` holds: hashes, or of the level None the entries themselves; None for what a tree of the
    size of the newest checkpoint has not, and for entries of which one is gone or too large."""
    newest = newest_signed(log)
    level = name.level or 0
    if newest is None or not name.width <= width_of(level, name.index, newest.size):
        return None
    with suppress(Unreadable):
        if name.level is None:
            return bundle(log, name.index * WIDTH, name.index * WIDTH + name.width)
        return log.read_tile(level, name.index)[: name.width * HASH_SIZE]
    return None


def bundle(log: Log, begin: int, end: int) -> bytes | None:
    """The entries of a range, each behind its length; None where one is gone, changed or too large for that."""
    covered = list(log.leaves(begin, end))
    for place in log.places(begin, end):
        try:
            found = {leaf_hash(each): each for each in leaves_of(place)}
        except (UnknownVersion, ValueError):
            return None
        leaves = [found.get(hashed, b"") for hashed in covered]
        if all(0 < len(each) <= _LARGEST_LEAF for each in leaves):
            return b"".join(struct.pack(">H", len(each)) + each for each in leaves)
    return None
