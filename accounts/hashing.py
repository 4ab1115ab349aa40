"""Hashing a password takes a processor for half a second, on purpose. Whoever may type one can ask for it, strangers
too; so a processor always remains for everything else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.crowds import Gate

_AT_ONCE: Final = max(1, ((os.cpu_count() or 1) - 1) // settings.WEB_CONCURRENCY)
_WAITING: Final = settings.WEB_THREADS // 4
_gate: Final = Gate(_AT_ONCE, waiting=_WAITING)
_gate_of_known_places: Final = Gate(1, waiting=_WAITING)
"""Strangers fill theirs: who comes from a device that has signed in before does not wait behind them."""

_is_known_place: ContextVar[bool] = ContextVar("is_known_place", default=False)


@contextmanager
def from_place(*, is_known: bool) -> Iterator[None]:
    """Let passwords be compared for a place that has signed in before, or for a stranger's."""
    token = _is_known_place.set(is_known)
    try:
        yield
    finally:
        _is_known_place.reset(token)


class AFewAtATime(PBKDF2PasswordHasher):
    """Django's own, which all that makes or compares a hash comes by."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Raises `Crowded`."""
        gate = _gate_of_known_places if _is_known_place.get() else _gate
        with gate.passed():
            return super().encode(password, salt, iterations)
