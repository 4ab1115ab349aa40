"""Covers final entries: their leaves are appended to the tree of their log, and a checkpoint is signed over it."""

import logging
import time
from collections import deque
from typing import Any

from django.db import IntegrityError, transaction

from integrations.audit.models import Outcome
from integrations.audit.proof import keys, merkle
from integrations.audit.proof.canonical import COLUMNS, forms_of
from integrations.audit.proof.formats import Head
from integrations.audit.proof.logs import Log, with_news
from integrations.audit.proof.models import Checkpoint, Tile

AT_ONCE = 4096
"""Entries that one checkpoint adds at most."""

_SECONDS = 20.0

logger = logging.getLogger(__name__)


class NotToBeCovered(Exception):
    """The message says what is wrong with a log: nothing is signed over it."""


def cover(seconds: float = _SECONDS) -> int:
    """For the clock: cover what is final, the logs by turns, until all is done or the time is up; returns how many
    entries. A log with which something is wrong is an error of its own and keeps no other from being covered."""
    ends, count, logs = time.monotonic() + seconds, 0, deque(with_news())
    while logs and time.monotonic() < ends:
        log = logs.popleft()
        try:
            covered = cover_next(log)
        except IntegrityError:
            logger.info("Another process covers %s.", log.origin)
            continue
        except Exception:
            logger.exception("No checkpoint is made of %s.", log.origin)
            continue
        count += covered
        if covered == AT_ONCE:
            logs.append(log)
    return count


def cover_next(log: Log) -> int:
    """Cover the next final entries of a log, up to the first that is under way; returns how many.

    Read and hashed is outside of the transaction, which only inserts: whoever else has covered the same meanwhile has
    computed the same, and one of both gets an `IntegrityError`.
    """
    newest = log.newest()
    size = newest.size if newest else 0
    entries = _final(list(log.entries_after(newest).values(*COLUMNS)[:AT_ONCE]))
    if not entries:
        return 0
    if log.account_id and entries[-1]["account_number"] != size + len(entries):
        raise NotToBeCovered(f"entries are missing behind number {size}.")
    if newest and log.tree(size).root() != Head.of(newest.note).root:
        raise NotToBeCovered(f"its tiles are not those of its checkpoint over {size} entries.")
    tiles = merkle.extend(size, [merkle.leaf_hash(form) for form in forms_of(entries)], log.read_tile)
    head = Head(log.origin, size + len(entries), log.tree(size + len(entries), tiles).root())
    checkpoint = Checkpoint(
        team_id=log.team_id,
        account_id=log.account_id,
        size=head.size,
        through_number=entries[-1]["number"],
        note=keys.sign(head.text, head.origin),
    )
    with transaction.atomic():
        _keep(log, size, tiles)
        checkpoint.save(force_insert=True)
    return len(entries)


def _final(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for place, entry in enumerate(entries):
        if entry["outcome"] == Outcome.PENDING:
            return entries[:place]
    return entries


def _keep(log: Log, size: int, tiles: dict[tuple[int, int], bytes]) -> None:
    begun = {place: tile for place, tile in tiles.items() if merkle.width_of(*place, size)}
    for (level, index), hashes in begun.items():
        log.tiles.filter(level=level, index=index).update(hashes=hashes)
    Tile.objects.bulk_create(
        Tile(team_id=log.team_id, account_id=log.account_id, level=level, index=index, hashes=hashes)
        for (level, index), hashes in tiles.items()
        if (level, index) not in begun
    )
