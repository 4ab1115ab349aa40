"""A service that has not answered several times in a row is asked by one call at a time, until it answers again.

So nobody waits for what does not come, and a service that has trouble gets no crowd. Known per web process: each finds
out by itself, with as many calls.
"""

import threading
from functools import cache
from typing import Final
from uuid import UUID

from integrations.klicktipp import Ending

SILENT_AFTER: Final = 5
"""Calls in a row without an answer."""
_FROM_OTHERS: Final = (502, 504)
"""Statuses by which a gateway says that the service has not answered."""


class Breaker:
    """For one address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unanswered = 0
        self._is_probed = False
        self._last_call: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether the service counts as silent."""
        return self._unanswered >= SILENT_AFTER

    def may_begin(self) -> bool:
        """Whether a call may leave. While the service is silent that is one at a time, until its ending is noted."""
        with self._lock:
            if not self.is_open:
                return True
            is_first, self._is_probed = not self._is_probed, True
            return is_first

    def give_up(self) -> None:
        """A call that was allowed has not left after all."""
        with self._lock:
            self._is_probed = False

    def note(self, call_id: UUID, ending: Ending) -> bool:
        """Count how an attempt of a call ended; further attempts of it count no more. Returns whether by that the
        service has become silent, or answers again."""
        answered = ending.status is not None and ending.status not in _FROM_OTHERS
        with self._lock:
            was_open = self.is_open
            if answered:
                self._unanswered = 0
            elif call_id != self._last_call:
                self._unanswered += 1
            self._last_call = call_id
            self._is_probed = False
            return was_open != self.is_open


@cache
def breaker_of(address: str) -> Breaker:
    """The breaker of a service's base URL."""
    return Breaker()
