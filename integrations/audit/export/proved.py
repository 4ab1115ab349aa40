"""The log as JSON Lines that prove themselves: each entry as it was signed, with its proof. See docs/audit.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from accounts.models import Membership
from integrations.audit.export.jsonl import line
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.proof.access import may_see
from integrations.audit.proof.canonical import columns_of, forms_if_any
from integrations.audit.proof.formats import Inclusion
from integrations.audit.proof.logs import Log
from integrations.audit.proof.merkle import HASH_SIZE, WIDTH, Tree, Unreadable, leaf_hash
from integrations.audit.proof.models import Checkpoint
from integrations.audit.proof.signed import newest_signed

_TILES = 512

NOT_COVERED = "not covered by a checkpoint yet"
UNDER_WAY = "under way"
UNKNOWN_FORM = "of a form that this version does not know"
CHANGED = "not what was covered: it was changed, or the log's proof was"
SEEN_IN_PART = "of a log of which you see only a part"


class _Unproved(Exception):
    """Why an entry comes without a proof."""


@dataclass(frozen=True)
class _Span:
    """The entries of a team's log that one checkpoint covers and the one before it does not, by their leaf hashes."""

    after: int
    through: int
    indexes: dict[bytes, int]


class Prover:
    """Proves entries of a team, those of each log under the same checkpoint: the newest one that the portal has signed
    and that has nothing behind the number `through`. So whoever has proofs of as many entries of a log as its
    checkpoint is over, has all of them."""

    def __init__(self, membership: Membership, through: int) -> None:
        self._membership = membership
        self._through = through
        self._read_tile = lru_cache(maxsize=_TILES)(Log.read_tile)
        self._tree = cache(self._newest_tree)
        self._span: _Span | None = None

    def lines(self, batches: Iterable[list[AuditEntry]]) -> Iterator[str]:
        for batch in batches:
            forms = forms_if_any([columns_of(entry) for entry in batch])
            yield "".join(line(self._object(entry, form)) for entry, form in zip(batch, forms, strict=True))

    def _object(self, entry: AuditEntry, form: bytes | None) -> dict[str, Any]:
        if form is None:
            return {
                "number": entry.number,
                "unproved": UNDER_WAY if entry.outcome == Outcome.PENDING else UNKNOWN_FORM,
            }
        try:
            return {"entry": form.decode(), "proof": self._proof(entry, leaf_hash(form))}
        except _Unproved as why:
            return {"entry": form.decode(), "unproved": str(why)}
        except Unreadable:
            return {"entry": form.decode(), "unproved": CHANGED}

    def _proof(self, entry: AuditEntry, hashed: bytes) -> str:
        log = Log.of(entry)
        found = self._tree(log)
        if isinstance(found, str):
            raise _Unproved(found)
        checkpoint, tree = found
        index = self._index(log, entry, hashed, checkpoint)
        place = index % WIDTH * HASH_SIZE
        if tree.read_tile(0, index // WIDTH)[place : place + HASH_SIZE] != hashed:
            raise _Unproved(CHANGED)
        return Inclusion(index, tuple(tree.inclusion(index)), checkpoint.note).text

    def _newest_tree(self, log: Log) -> tuple[Checkpoint, Tree] | str:
        """Where a log has none for the member: why."""
        if not may_see(self._membership, log):
            return SEEN_IN_PART
        newest = newest_signed(log, self._through)
        if newest is None:
            return NOT_COVERED
        return newest, Tree(newest.size, partial(self._read_tile, log))

    def _index(self, log: Log, entry: AuditEntry, hashed: bytes, newest: Checkpoint) -> int:
        if entry.number > newest.through_number:
            raise _Unproved(NOT_COVERED)
        if entry.account_number:
            return entry.account_number - 1
        if self._span is None or not self._span.after < entry.number <= self._span.through:
            self._span = _span(log, entry)
        if hashed not in self._span.indexes:
            raise _Unproved(CHANGED)
        return self._span.indexes[hashed]


def _span(log: Log, entry: AuditEntry) -> _Span:
    through = log.checkpoint_over(entry)
    if through is None:
        raise _Unproved(NOT_COVERED)
    before = log.checkpoints.filter(size__lt=through.size).last()
    begin = before.size if before else 0
    indexes = {hashed: index for index, hashed in enumerate(log.leaves(begin, through.size), begin)}
    return _Span(before.through_number if before else 0, through.through_number, indexes)
