"""How many of the web process's threads may wait for KlickTipp, so that a slow service never has them all.

A request takes a seat with its first call and keeps it to its end, pauses between attempts included. One person and one
team have only a part of the seats. Who finds none is told at once. Commands and the worker need no seat.
"""

import threading
from collections import Counter
from typing import Any, Final

from django.conf import settings
from django.core.signals import request_finished, request_started

from integrations.audit.actors import Actor
from integrations.audit.recorder import Scope

OF_ALL: Final = 0.625
"""The part of the threads that may wait for KlickTipp."""
OF_TEAM: Final = 0.375
"""The part that may do so for one team."""
OF_PERSON: Final = 0.1875
"""The part that may do so for one person."""


class Bulkhead:
    """threads: of the web process"""

    def __init__(self, threads: int) -> None:
        self._limits = {"all": OF_ALL * threads, "team": OF_TEAM * threads, "person": OF_PERSON * threads}
        self._taken: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()
        self._here = threading.local()

    def begin_request(self, **_: Any) -> None:
        self.end_request()
        self._here.is_request = True

    def end_request(self, **_: Any) -> None:
        """Give the request's seat free, if it has one."""
        with self._lock:
            self._taken.subtract(vars(self._here).pop("seat", ()))
            self._taken += Counter()
        self._here.is_request = False

    def take_seat(self, actor: Actor, scope: Scope) -> bool:
        """Whether this request may wait for KlickTipp, as it does already or from now on."""
        if not vars(self._here).get("is_request") or "seat" in vars(self._here):
            return True
        seat = [("all", 0), ("team", scope.team_id), ("person", actor.user_id or 0)]
        with self._lock:
            if any(self._taken[place] + 1 > self._limits[place[0]] for place in seat):
                return False
            self._taken.update(seat)
        self._here.seat = seat
        return True


bulkhead: Final = Bulkhead(settings.WEB_THREADS)
request_started.connect(bulkhead.begin_request)
request_finished.connect(bulkhead.end_request)
