"""Covers final entries: their leaves are appended to the tree of their log, and a checkpoint is signed over it."""

import logging
import time
from collections import deque
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Length

from integrations.audit.models import Outcome
from integrations.audit.proof import keys, merkle
from integrations.audit.proof.canonical import COLUMNS, forms_of
from integrations.audit.proof.formats import Head, NotAProof
from integrations.audit.proof.logs import Log, with_news
from integrations.audit.proof.models import Checkpoint, Tile
from integrations.audit.proof.notes import NotANote, NotSigned, open_note

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
    if problem := what_stops(log, newest):
        raise NotToBeCovered(problem)
    entries = _final(list(log.entries_after(newest).values(*COLUMNS)[:AT_ONCE]))
    if not entries:
        return 0
    if log.account_id and entries[-1]["account_number"] != size + len(entries):
        raise NotToBeCovered(f"entries are missing behind number {size}.")
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


def what_stops(log: Log, newest: Checkpoint | None) -> str:
    """What keeps the portal from signing over more of a log than its newest checkpoint does: rows that it has not
    written itself, which the database lets nobody take away. "" where there is nothing."""
    size = newest.size if newest else 0
    found = wrong_with(log, newest) if newest else ""
    if not found and log.tiles.annotate(bytes=Length("hashes")).filter(_beyond(size)).exists():
        found = f"there are tiles beyond the {size} entries that are covered."
    return found if found and log.newest() == newest else ""


def wrong_with(log: Log, newest: Checkpoint) -> str:
    """Why the newest checkpoint of a log is none that the portal has signed over its tiles; "" where it is."""
    name = f"its checkpoint over {newest.size} entries"
    try:
        head = Head.of(newest.note)
        open_note(newest.note, keys.known(head.origin))
        has_root = log.tree(newest.size).root() == head.root
    except (NotAProof, NotANote, NotSigned):
        return f"{name} is broken, or not signed with a key of LOG_SIGNING_KEYS."
    except merkle.Unreadable:
        has_root = False
    if Log.by_origin(head.origin) != log or head.size != newest.size:
        return f"{name} says that it is over {head.size} entries of {head.origin}."
    return "" if has_root else f"its tiles are not those of {name}."


def _beyond(size: int) -> Q:
    """Tiles that hold more than a tree of this size has."""
    levels = {level: (full, width) for level, full, width in merkle.tiles_of(size)} if size else {}
    beyond = ~Q(level__in=levels)
    for level, (full, width) in levels.items():
        longer = Q(index=full, bytes__gt=width * merkle.HASH_SIZE)
        beyond |= Q(level=level) & (Q(index__gt=full) | longer)
    return beyond


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
