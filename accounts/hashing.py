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
"""Strangers fill theirs: who comes from a device that has signed in before does not wait behind them. One person has
two places in it, so that nobody fills it alone."""

_person: ContextVar[str | None] = ContextVar("person", default=None)


@contextmanager
def from_place_of(person: str | None) -> Iterator[None]:
    """Let passwords be compared and made for a place where this person has signed in before; None for a stranger's."""
    token = _person.set(person)
    try:
        yield
    finally:
        _person.reset(token)


class AFewAtATime(PBKDF2PasswordHasher):
    """Django's own, which all that makes or compares a hash comes by."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Raises `Crowded`."""
        person = _person.get()
        gate = _gate_of_known_places if person else _gate
        with gate.passed(person):
            return super().encode(password, salt, iterations)
