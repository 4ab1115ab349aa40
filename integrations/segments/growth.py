"""How a segment grew: its counts over time, as a line that a template draws and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.utils.formats import date_format
from django.utils.timezone import localtime

from integrations.pictures import Scale, share
from integrations.segments.models import Segment, SegmentCount

MOST_SHOWN: Final = 100
"""The latest counts: more do not part on a page."""
_MARGIN: Final = 2
"""Percent of the width to both sides, so that no point is cut."""


@dataclass(frozen=True)
class Point:
    """A count: where it stands in the picture, and by how much it differs from the one before."""

    count: SegmentCount
    x: str
    y: str
    change: int | None


@dataclass(frozen=True)
class Growth:
    """points: the latest counts of the present rule, the oldest first; `stretches` lead from one to the next
    begins, ends: the times of the first and the last
    """

    points: list[Point]
    scale: Scale
    begins: str
    ends: str

    @property
    def latest(self) -> SegmentCount:
        return self.points[-1].count

    @property
    def stretches(self) -> list[tuple[Point, Point]]:
        return list(pairwise(self.points))

    @property
    def backwards(self) -> list[Point]:
        return self.points[::-1]


def growth_of(segment: Segment) -> Growth | None:
    """The counts of a segment by its present rule; None where it has none."""
    found = segment.counts.filter(rule_hash=segment.rule_hash).order_by("-counted_at", "-pk")
    counts = list(found[:MOST_SHOWN])[::-1]
    if not counts:
        return None
    scale = Scale.up_to(max(count.contacts for count in counts))
    begin, end = localtime(counts[0].counted_at), localtime(counts[-1].counted_at)
    form = "TIME_FORMAT" if begin.date() == end.date() else "SHORT_DATE_FORMAT"
    return Growth(_points(counts, scale), scale, date_format(begin, form), date_format(end, form))


def _points(counts: Sequence[SegmentCount], scale: Scale) -> list[Point]:
    begin, end = counts[0].counted_at, counts[-1].counted_at
    seconds = (end - begin).total_seconds() or 1
    points = []
    for place, count in enumerate(counts):
        x = _MARGIN + (100 - 2 * _MARGIN) * (count.counted_at - begin).total_seconds() / seconds
        change = count.contacts - counts[place - 1].contacts if place else None
        points.append(Point(count, share(x), scale.y(count.contacts), change))
    return points
