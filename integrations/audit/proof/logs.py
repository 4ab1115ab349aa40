"""A log: the entries of a client account, or of a team those that concern none, as the leaves of one tree.

The leaf at index n of a client account's log is its entry number n + 1, so that none can be left out. In the log of a
team the entries follow each other by their numbers in the team.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from integrations.audit.models import AuditEntry, EntryCounter, RetentionRecord
from integrations.audit.proof.canonical import leaves
from integrations.audit.proof.merkle import WIDTH, Tree, Unreadable, hashes_in, leaf_hash
from integrations.audit.proof.models import WHOLE_TEAM, Checkpoint, Comparison, Tile, TimeStamp

_ORIGIN = re.compile(r"(?P<host>[^/\s+]+)/log/(?P<team>0|[1-9][0-9]{0,17})(?:/(?P<account>[1-9][0-9]{0,17}))?")


@dataclass(frozen=True)
class Log:
    team_id: int
    account_id: int = WHOLE_TEAM

    @classmethod
    def of(cls, entry: AuditEntry) -> Log:
        return cls(entry.team_id, entry.account_id or WHOLE_TEAM)

    @classmethod
    def by_origin(cls, origin: str) -> Log | None:
        """The log of this name, under whatever host the portal had when it was given."""
        match = _ORIGIN.fullmatch(origin)
        return cls(int(match["team"]), int(match["account"] or WHOLE_TEAM)) if match else None

    @property
    def origin(self) -> str:
        """The name that its checkpoints bear: of what never changes but the portal's host."""
        account = f"/{self.account_id}" if self.account_id else ""
        return f"{settings.PORTAL_HOST}/log/{self.team_id}{account}"

    @property
    def entries(self) -> QuerySet[AuditEntry]:
        """In the order of the leaves."""
        if self.account_id:
            return AuditEntry.objects.filter(account_id=self.account_id).order_by("account_number")
        return AuditEntry.objects.filter(team_id=self.team_id, account_id=None).order_by("number")

    def entries_after(self, covered: Checkpoint | None) -> QuerySet[AuditEntry]:
        """What a checkpoint does not cover yet, or without one everything."""
        if self.account_id:
            return self.entries.filter(account_number__gt=covered.size if covered else 0)
        return self.entries.filter(number__gt=covered.through_number if covered else 0)

    @property
    def checkpoints(self) -> QuerySet[Checkpoint]:
        """In their order."""
        return Checkpoint.objects.filter(team_id=self.team_id, account_id=self.account_id).order_by("size")

    def newest(self) -> Checkpoint | None:
        return self.checkpoints.last()

    @property
    def stamps(self) -> QuerySet[TimeStamp]:
        """Time stamps over its checkpoints, in their order."""
        return TimeStamp.objects.filter(team_id=self.team_id, account_id=self.account_id).order_by("size")

    @property
    def comparison(self) -> Comparison | None:
        """How far it was compared with what was signed, if it ever was."""
        return Comparison.objects.filter(team_id=self.team_id, account_id=self.account_id).first()

    def checkpoint_over(self, entry: AuditEntry) -> Checkpoint | None:
        """The first one that covers an entry of the log, if any does."""
        if self.account_id:
            return self.checkpoints.filter(size__gte=entry.account_number).first()
        return self.checkpoints.filter(through_number__gte=entry.number).first()

    @property
    def tiles(self) -> QuerySet[Tile]:
        return Tile.objects.filter(team_id=self.team_id, account_id=self.account_id)

    def read_tile(self, level: int, index: int) -> bytes:
        hashes = self.tiles.filter(level=level, index=index).values_list("hashes", flat=True).first()
        if hashes is None:
            raise Unreadable
        return bytes(hashes)

    def tree(self, size: int, new: Mapping[tuple[int, int], bytes] | None = None) -> Tree:
        """The tree of this size, in tiles that are kept or `new`; each is read once."""

        @cache
        def read(level: int, index: int) -> bytes:
            return (new or {}).get((level, index)) or self.read_tile(level, index)

        return Tree(size, read)

    def leaves(self, begin: int, end: int) -> Iterator[bytes]:
        """The leaf hashes of a range, as they were covered. Raises `Unreadable`."""
        for index in range(begin // WIDTH, -(-end // WIDTH)):
            first = index * WIDTH
            hashes = hashes_in(self.read_tile(0, index))[max(begin - first, 0) : end - first]
            if len(hashes) < min(end, first + WIDTH) - max(begin, first):
                raise Unreadable
            yield from hashes

    def index_of(self, entry: AuditEntry, hashed: bytes) -> int | None:
        """Where the leaf of an entry that a checkpoint covers is. The log of a team knows it by its hash: None where
        none of those covered with it has this one."""
        if self.account_id:
            return (entry.account_number or 0) - 1
        covered = self.checkpoint_over(entry)
        if covered is None:
            return None
        before = self.checkpoints.filter(size__lt=covered.size).last()
        begin = before.size if before else 0
        return next((at for at, each in enumerate(self.leaves(begin, covered.size), begin) if each == hashed), None)

    def entry_at(self, index: int) -> AuditEntry | None:
        """The entry whose leaf is at an index that is covered, as the database has it now. The log of a team knows it
        by its hash: None where it was removed or changed."""
        if self.account_id:
            return self.entries_around(index, index + 1).first()
        (wanted,) = self.leaves(index, index + 1)
        for place in self.places(index, index + 1):
            entries = list(place)
            for entry, form in zip(entries, leaves(entries), strict=True):
                if leaf_hash(form) == wanted:
                    return entry
        return None

    def places(self, begin: int, end: int) -> Iterator[QuerySet[AuditEntry]]:
        """Where the entries of a range that is covered can be, the likely and small place first. In the log of a team
        that is as many entries before the end of what a checkpoint covers as the leaves are, since it is old entries
        that are removed."""
        around = self.entries_around(begin, end)
        through = None if self.account_id else self.checkpoints.filter(size__gte=end).first()
        if through:
            first = around.count() - (through.size - begin)
            yield around[max(first, 0) : max(first + end - begin, 0)]
        yield around

    def entries_around(self, begin: int, end: int) -> QuerySet[AuditEntry]:
        """Those of the leaves of a range that is covered; in the log of a team with others that the checkpoints over
        the range cover as well."""
        if self.account_id:
            return self.entries.filter(account_number__gt=begin, account_number__lte=end)
        before = self.checkpoints.filter(size__lte=begin).last()
        through = self.checkpoints.filter(size__gte=end).first()
        return self.entries_between(before, through) if through else self.entries.none()

    def entries_between(self, before: Checkpoint | None, through: Checkpoint) -> QuerySet[AuditEntry]:
        """What one checkpoint covers and an earlier one, or none, did not."""
        if self.account_id:
            return self.entries_after(before).filter(account_number__lte=through.size)
        return self.entries_after(before).filter(number__lte=through.through_number)

    def removal_of(self, index: int) -> RetentionRecord | None:
        """The retention record by which the entry of a leaf, if it is gone, may have been removed.

        Its number is not known any more, only that it was above those of what was covered and kept before it. A gap
        among the team's numbers tells the rest.
        """
        covered = self.checkpoints.filter(size__lte=index).last()
        above = covered.through_number if covered else 0
        if self.account_id and (before := self.entries.filter(account_number__lte=index).last()):
            above = max(above, before.number)
        return RetentionRecord.objects.filter(team_id=self.team_id, through_number__gt=above).order_by("pk").first()


def with_news() -> list[Log]:
    """The logs that have entries which no checkpoint covers yet, or a checkpoint over entries that they have not, those
    first that were covered the longest time ago."""
    newest = Checkpoint.objects.filter(team_id=OuterRef("team_id"), account_id=OuterRef("account_id")).order_by("-size")
    rest = AuditEntry.objects.filter(team_id=OuterRef("team_id"), account_id=None, number__gt=OuterRef("through"))
    counters = EntryCounter.objects.annotate(
        size=Coalesce(Subquery(newest.values("size")[:1]), 0),
        through=Coalesce(Subquery(newest.values("through_number")[:1]), 0),
        signed_at=Subquery(newest.values("created_at")[:1]),
    )
    of_team = Q(account_id=WHOLE_TEAM)
    found = counters.filter((of_team & (Exists(rest) | Q(last__lt=F("through")))) | (~of_team & ~Q(last=F("size"))))
    by_turns = found.order_by(F("signed_at").asc(nulls_first=True), "team_id", "account_id")
    return [Log(*place) for place in by_turns.values_list("team_id", "account_id")]
