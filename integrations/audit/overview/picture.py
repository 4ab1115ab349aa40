"""Numbers of calls over time as bars that a template draws: heights in pixels, widths as shares of the page's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.audit.models import Outcome
from integrations.pictures import ABOVE, HEIGHT, Line, Scale, share

UPWARDS = (Outcome.DONE, Outcome.PENDING, Outcome.UNKNOWN, Outcome.FAILED, Outcome.REFUSED)
"""The parts of a bar from its foot on: what went well, and what asks to be looked at above it."""

_LEAST = 2
_MOST_TICKS = 4


@dataclass(frozen=True)
class Part:
    """A part of a bar. Numbers are texts, because templates write numbers in the reader's format."""

    outcome: str
    y: str
    height: str


@dataclass(frozen=True)
class Bar:
    """`slot` is all the room that it could have, for a pointer."""

    url: str
    words: str
    x: str
    slot_x: str
    parts: list[Part]


@dataclass(frozen=True)
class Tick:
    x: str
    label: str


@dataclass(frozen=True)
class Picture:
    bars: list[Bar]
    lines: list[Line]
    ticks: list[Tick]
    width: str
    slot_width: str

    foot, tick_y, height = Scale.foot, Scale.tick_y, Scale.height


@dataclass(frozen=True)
class Column:
    """What a bar shows: when, how many calls ended how, in words, and where their list is."""

    label: str
    counts: Mapping[str, int]
    words: str
    url: str


def picture_of(columns: Sequence[Column]) -> Picture:
    scale = Scale.up_to(max((sum(column.counts.values()) for column in columns), default=0))
    slot = 100 / len(columns)
    bars = [
        Bar(
            column.url, column.words, share((place + 0.1) * slot), share(place * slot), _parts(column.counts, scale.top)
        )
        for place, column in enumerate(columns)
        if any(column.counts.values())
    ]
    every = -(-len(columns) // _MOST_TICKS)
    ticks = [
        Tick(share((place + 0.5) * slot), column.label)
        for place, column in enumerate(columns)
        if place % every == every // 2
    ]
    return Picture(bars, scale.lines, ticks, share(slot * 0.8), share(slot))


def shares(counts: Mapping[str, int], most: int) -> list[tuple[str, str, str]]:
    """A bar that lies: outcome, beginning and length of its parts, where the longest of all has so many calls."""
    parts, x = [], 0.0
    for outcome in UPWARDS:
        if calls := counts.get(outcome, 0):
            parts.append((outcome.value, share(x), share(100 * calls / most)))
            x += 100 * calls / most
    return parts


def _parts(counts: Mapping[str, int], top: int) -> list[Part]:
    """Each at least as high as can be seen; what that takes is taken from the highest."""
    heights = {outcome: max(HEIGHT * counts[outcome] / top, _LEAST) for outcome in UPWARDS if counts.get(outcome)}
    highest = max(heights, key=lambda outcome: heights[outcome])
    heights[highest] -= max(sum(heights.values()) - max(HEIGHT * sum(counts.values()) / top, _LEAST), 0)
    parts, y = [], float(ABOVE + HEIGHT)
    for outcome, height in heights.items():
        y -= height
        parts.append(Part(outcome.value, f"{y:.1f}", f"{max(height, 0):.1f}"))
    return parts
