"""Hashing a password takes a processor for half a second, on purpose. Whoever may type one can ask for it, strangers
too; so a processor always remains for everything else."""

import os
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.crowds import Gate

_AT_ONCE: Final = max(1, ((os.cpu_count() or 1) - 1) // settings.WEB_CONCURRENCY)
_gate: Final = Gate(_AT_ONCE, waiting=settings.WEB_THREADS // 4)


class AFewAtATime(PBKDF2PasswordHasher):
    """Django's own, which all that makes or compares a hash comes by."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Raises `Crowded`."""
        with _gate.passed():
            return super().encode(password, salt, iterations)
