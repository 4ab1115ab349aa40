"""Durations in buckets, and what can be said of them afterwards.

A bucket is as wide as the square root of two: whatever lies in one is within 19 % of its middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from math import ceil, sqrt

BOUNDS = tuple(timedelta(milliseconds=2 ** (step / 2)) for step in range(33))
"""From 1 ms to 65.5 s. Bucket 0 is below the first, bucket k from BOUNDS[k-1] on, the last from BOUNDS[-1] on."""

LAST = len(BOUNDS)
NOT_KNOWN = -1
"""The bucket of calls of which it is not known how long they took."""

ERROR_PERCENT = ceil((2**0.25 - 1) * 100)
"""By how much a told duration is off at most."""


@dataclass(frozen=True)
class Told:
    """A duration as a histogram tells it.

    at_least, at_most: where it lies; None where the outermost buckets are open
    """

    at_least: timedelta | None
    at_most: timedelta | None

    @property
    def middle(self) -> timedelta:
        """What is within `ERROR_PERCENT` of it; for the outermost buckets their bound."""
        if self.at_least is None or self.at_most is None:
            return self.at_most or self.at_least or timedelta()
        return timedelta(seconds=sqrt(self.at_least.total_seconds() * self.at_most.total_seconds()))


def percentile(calls: Mapping[int, int], percent: int) -> Told:
    """Where the duration lies that so many percent of some calls do not exceed.

    calls: numbers of calls by bucket of a known duration, at least one call
    """
    buckets = sorted(calls)
    rank = ceil(sum(calls.values()) * percent / 100)
    reached = accumulate(calls[bucket] for bucket in buckets)
    bucket = next(bucket for bucket, so_far in zip(buckets, reached, strict=True) if so_far >= rank)
    return Told(BOUNDS[bucket - 1] if bucket else None, BOUNDS[bucket] if bucket < LAST else None)
