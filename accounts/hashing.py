"""Hashing a password takes a processor for half a second, on purpose. Whoever may type one can ask for it, strangers
too; so a processor always remains for everything else."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.crowds import Crowded, Gate

_AT_ONCE: Final = max(1, ((os.cpu_count() or 1) - 1) // settings.WEB_CONCURRENCY)
_WAITING: Final = settings.WEB_THREADS // 4
_gate: Final = Gate(_AT_ONCE, waiting=_WAITING)
_gate_of_known_places: Final = Gate(1, waiting=_WAITING)
"""Strangers fill theirs: who comes from a device that has signed in before does not wait behind them."""

AGAIN_SECONDS: Final = 60
_AGAIN: Final = "who came lately"
"""All who have been here within a minute share two places, as one person would have them. So even many who agree to
come again and again fill the gate once a minute at most."""

_place: ContextVar[str | None] = ContextVar("place", default=None)
_came: Final[dict[str, float]] = {}
_lock: Final = threading.Lock()


@contextmanager
def from_place_of(person: str | None) -> Iterator[None]:
    """Let passwords be compared and made for a place where this person has signed in before; None for a stranger's.
    Who is told that it is too crowded has not been here."""
    if person is None:
        yield
        return
    is_first = _note(person)
    token = _place.set(person if is_first else _AGAIN)
    try:
        yield
    except Crowded:
        if is_first:
            with _lock:
                _came.pop(person, None)
        raise
    finally:
        _place.reset(token)


def _note(person: str) -> bool:
    """Whether they have not come within a minute before."""
    now = time.monotonic()
    with _lock:
        for other in [other for other, at in _came.items() if at < now - AGAIN_SECONDS]:
            del _came[other]
        if person in _came:
            return False
        _came[person] = now
        return True


class AFewAtATime(PBKDF2PasswordHasher):
    """Django's own, which all that makes or compares a hash comes by."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Raises `Crowded`."""
        place = _place.get()
        with (_gate_of_known_places if place else _gate).passed(place):
            return super().encode(password, salt, iterations)
