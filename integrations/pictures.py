"""What pictures of numbers share: a scale in pixels upwards, and shares of the page's width. Numbers are texts, because
templates write numbers in the reader's format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 160
ABOVE: Final = 8


@dataclass(frozen=True)
class Line:
    """A line across the picture, at a number."""

    y: str
    number: int


@dataclass(frozen=True)
class Scale:
    """Numbers from 0 up to `top`, which is round."""

    top: int

    foot = str(ABOVE + HEIGHT)
    tick_y = str(ABOVE + HEIGHT + 18)
    height = str(ABOVE + HEIGHT + 24)

    @classmethod
    def up_to(cls, most: int) -> Scale:
        return cls(_round_above(most))

    def y(self, number: float) -> str:
        return f"{ABOVE + HEIGHT * (1 - number / self.top):.1f}"

    @property
    def lines(self) -> list[Line]:
        return [Line(self.y(number), number) for number in (self.top // 2, self.top) if number]


def share(percent: float) -> str:
    return f"{percent:.2f}%"


def _round_above(most: int) -> int:
    """A round number that is not much larger, and of which half is a whole number, too."""
    if most <= 1:
        return 1
    size = 10 ** len(str(most - 1))
    rounds = (size * part // 100 for part in (10, 12, 16, 20, 30, 40, 60, 80, 100))
    return next(top for top in rounds if top >= most and top % 2 == 0)
