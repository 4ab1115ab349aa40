"""Compares whole logs with what was signed: entries with leaves, leaves with tiles, and these with every checkpoint."""

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from integrations.audit import triggers
from integrations.audit.models import AuditEntry, EntryCounter, Outcome, RetentionRecord
from integrations.audit.proof import keys, timestamps
from integrations.audit.proof.canonical import COLUMNS, forms_if_any
from integrations.audit.proof.formats import Head, NotAProof
from integrations.audit.proof.logs import Log
from integrations.audit.proof.merkle import (
    HASH_SIZE,
    WIDTH,
    Tree,
    Unreadable,
    hashes_in,
    leaf_hash,
    root_over,
    tiles_of,
)
from integrations.audit.proof.models import WHOLE_TEAM, Checkpoint, Tile
from integrations.audit.proof.notes import NotANote, NotSigned, open_note

COVERED_WITHIN = timedelta(minutes=10)
"""After it is final an entry is in a checkpoint, if the clock runs."""

_AT_ONCE = 2000
_MOST_NAMED = 20


def all_logs(team_id: int | None = None, account_id: int | None = None) -> list[Log]:
    """Every log that has, or had, entries: of one team or one client account where that is asked for."""
    places: set[tuple[int, int]] = set()
    for model in (EntryCounter, Checkpoint):
        found = model._default_manager.all()
        found = found if team_id is None else found.filter(team_id=team_id)
        found = found if account_id is None else found.filter(account_id=account_id)
        places |= set(found.values_list("team_id", "account_id").distinct())
    return [Log(*place) for place in sorted(places)]


def problems_of_guard() -> Iterator[str]:
    if missing := triggers.missing(connection):
        yield f"the database's guard is missing or changed: {', '.join(missing)}"


def problems_of_numbers(team_id: int) -> Iterator[str]:
    """Entries of a team that are missing among its numbers, but for those that a retention record covers."""
    records = RetentionRecord.objects.filter(team_id=team_id)
    removed = records.aggregate(through=Max("through_number"))["through"] or 0
    counter = EntryCounter.objects.filter(team_id=team_id, account_id=WHOLE_TEAM).first()
    last, expected = counter.last if counter else 0, removed + 1
    numbers = AuditEntry.objects.filter(team_id=team_id, number__gt=removed, number__lte=last).order_by("number")
    for number in numbers.values_list("number", flat=True).iterator(10_000):
        if number > expected:
            yield f"team {team_id}: {_span('entry', expected, number - 1)} missing, and no retention record says why"
        expected = number + 1
    if expected <= last:
        yield f"team {team_id}: {_span('entry', expected, last)} missing at the end, and no retention record says why"


def _span(what: str, first: int, last: int) -> str:
    return f"{what} {first} is" if first == last else f"{what} {first} to {last} are"


def problems_of(log: Log) -> Iterator[str]:
    """What is wrong with a log, in words for an operator; nothing where it is as it was signed."""
    newest = log.newest()
    yield from _of_tiles(log, newest.size if newest else 0)
    before = None
    while newest and before != newest:
        before, problems = next_stretch(log, before, newest)
        yield from problems
    yield from _of_stamps(log)
    yield from _of_the_rest(log, newest)


def next_stretch(log: Log, before: Checkpoint | None, newest: Checkpoint) -> tuple[Checkpoint, list[str]]:
    """What is wrong with the checkpoints behind one, or behind none, and the entries that they cover, up to one that
    covers some thousand more or is the newest; and which that is."""
    begin, read = before.size if before else 0, lru_cache(maxsize=64)(log.read_tile)
    through, problems = newest, list[str]()
    for checkpoint in log.checkpoints.filter(size__gt=begin, size__lte=newest.size).iterator(500):
        problems += _of_checkpoint(log, checkpoint, Tree(checkpoint.size, read))
        if checkpoint.size - begin >= _AT_ONCE:
            through = checkpoint
            break
    return through, [*problems, *_of_entries(log, before, through)]


def _of_tiles(log: Log, size: int) -> Iterator[str]:
    """Every tile is there, none goes beyond the newest checkpoint, and each hash above level 0 follows from below."""
    expected = {}
    for level, full, width in tiles_of(size) if size else []:
        expected[level] = full * WIDTH + width
        found = 0
        for tile in log.tiles.filter(level=level).order_by("index").iterator(100):
            hashes = hashes_in(bytes(tile.hashes))
            if tile.index * WIDTH != found or len(tile.hashes) % HASH_SIZE:
                yield f"the tile before or at {tile} is missing or broken"
            found = tile.index * WIDTH + len(hashes)
            if level and not _follows_from_below(log, tile, hashes):
                yield f"the tile {tile} does not follow from the level below"
        if found < expected[level] or (found > expected[level] and _is_newest(log, size)):
            yield f"level {level} of the tiles has {found} hashes instead of {expected[level]}"
    if log.tiles.exclude(level__in=expected).exists() and _is_newest(log, size):
        yield "there are tiles that no checkpoint covers"


def _is_newest(log: Log, size: int) -> bool:
    """Whether nothing was covered meanwhile."""
    newest = log.newest()
    return size == (newest.size if newest else 0)


def _follows_from_below(log: Log, tile: Tile, hashes: list[bytes]) -> bool:
    first = tile.index * WIDTH
    below = log.tiles.filter(level=tile.level - 1, index__gte=first, index__lt=first + len(hashes)).order_by("index")
    return [root_over(hashes_in(bytes(each))) for each in below.values_list("hashes", flat=True)] == hashes


def _of_checkpoint(log: Log, checkpoint: Checkpoint, tree: Tree) -> Iterator[str]:
    name = f"the checkpoint over {checkpoint.size} entries"
    try:
        head = Head.of(checkpoint.note)
        open_note(checkpoint.note, keys.known(head.origin))
    except (NotAProof, NotANote):
        yield f"{name} is broken"
        return
    except NotSigned:
        yield f"{name} is not signed with a key of LOG_SIGNING_KEYS"
        return
    if Log.by_origin(head.origin) != log or head.size != checkpoint.size:
        yield f"{name} says that it is over {head.size} entries of {head.origin}"
    try:
        if tree.root() != head.root:
            yield f"{name} has another root than the tiles: they are not what was signed"
    except Unreadable:
        yield f"{name} cannot be compared: tiles are missing"


def _of_entries(log: Log, before: Checkpoint | None, through: Checkpoint) -> Iterator[str]:
    """The entries between two checkpoints have the leaves that were covered."""
    begin, end = before.size if before else 0, through.size
    try:
        leaves = dict(enumerate(log.leaves(begin, end), begin))
    except Unreadable:
        return  # told of the tiles
    place_of = {hashed: index for index, hashed in leaves.items()}
    told = []
    entries = list(log.entries_between(before, through).values(*COLUMNS))
    for entry, hashed in zip(entries, _hashes(entries), strict=True):
        index = entry["account_number"] - 1 if log.account_id else place_of.get(hashed)
        if index is None or leaves.pop(index, None) != hashed:
            told.append(f"entry {entry['number']} of the team is not what was covered: it was changed or put in")
    if log.account_id or not told:
        told += _unexplained(log, sorted(leaves))
    yield from told[:_MOST_NAMED]
    if len(told) > _MOST_NAMED:
        yield f"and {len(told) - _MOST_NAMED} more between leaf {begin} and leaf {end - 1}"


def _hashes(entries: list[dict[str, Any]]) -> list[bytes]:
    """The leaf hashes of entries; b"" for one that has none, as it is of an unknown version or under way again."""
    return [b"" if form is None else leaf_hash(form) for form in forms_if_any(entries)]


def _unexplained(log: Log, gone: list[int]) -> list[str]:
    """Those of the leaves without an entry that no retention record explains; each gap is looked up once."""
    told, removal = [], None
    for place, index in enumerate(gone):
        if not place or gone[place - 1] != index - 1:
            removal = log.removal_of(index)
        if removal is None:
            told.append(f"the entry of leaf {index} is gone, and no retention record says why")
    return told


def _of_stamps(log: Log) -> Iterator[str]:
    """Each time stamp is one over the checkpoint that it is kept for."""
    for stamp in log.stamps.iterator(500):
        checkpoint = log.checkpoints.filter(size=stamp.size).first()
        try:
            if checkpoint is None or not timestamps.is_good(stamp, checkpoint.note):
                at = f"{stamp.told_at:%Y-%m-%d %H:%M} UTC"
                yield f"the time stamp of {at} does not fit the checkpoint over {stamp.size} entries"
        except (OSError, ValueError):
            yield "there are time stamps, and LOG_TIMESTAMP_ROOTS has no certificates to verify them with"
            return


def _of_the_rest(log: Log, newest: Checkpoint | None) -> Iterator[str]:
    """What no checkpoint covers yet: it is all there, and has not been waiting for long."""
    rest = log.entries_after(newest)
    if log.account_id:
        counter = EntryCounter.objects.filter(team_id=log.team_id, account_id=log.account_id).first()
        last, covered = counter.last if counter else 0, newest.size if newest else 0
        if (count := rest.filter(account_number__lte=last).count()) != last - covered:
            yield f"{count} entries follow the newest checkpoint, the counter says {last - covered}"
    oldest = rest.first()
    if oldest and oldest.outcome != Outcome.PENDING and oldest.started_at < timezone.now() - COVERED_WITHIN:
        since = f"{oldest.started_at:%Y-%m-%d %H:%M} UTC"
        yield f"entry {oldest.number} of the team has been waiting for a checkpoint since {since}"
