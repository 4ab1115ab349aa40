"""Watching the HTTP attempts of a client, for example to keep a log of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from .errors import KlickTippError
from .operations import Operation


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP request that is about to leave.

    request_id: sent as `X-Request-Id`, new for every attempt
    call_id: the same for all attempts of one call; signing in for a call is a call of its own
    number: 1 for the first attempt of a call
    path: without query
    arguments: what the method was given, by name and without secrets; data of contacts is among it
    """

    request_id: UUID
    call_id: UUID
    number: int
    operation: Operation
    method: str
    path: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended.

    duration: seconds since it left
    status: HTTP status, None if there was no answer
    error: what went wrong with this attempt, None if nothing did
    result: what the call will give, None after an error
    """

    duration: float
    status: int | None
    error: KlickTippError | None
    result: object | None


class Observer(Protocol):
    """Sees every attempt twice. It is called in the thread of the call, and so by many threads at once.

    What it raises goes to the caller as it is.
    """

    def begin(self, attempt: Attempt) -> None:
        """Called before any byte leaves. If it raises, nothing is sent and `finish` is not called."""

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        """Called exactly once for every attempt whose `begin` returned, whatever happened."""
