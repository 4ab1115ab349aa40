"""A service that has not answered several times in a row is asked by one probe at a time, until it answers again.

So nobody waits for what does not come, and a service that has trouble gets no crowd.

- A client is silent after five calls in a row without an answer; then its own calls probe.
- The service is silent for all after five in a row without an answer to anybody, and of two clients at least: one that
  is slow keeps no other from KlickTipp. Where a portal has one client, that client is all there is.
- Calls of a client that overlap count once, and so do the attempts of a call.
- Others wait for a probe five seconds at most, whatever has become of it. Who has probed last lets those go first who
  were refused meanwhile, so that nobody is the only one who probes.

Known per web process: each finds out by itself, with as many calls.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import Final
from uuid import UUID

from integrations.klicktipp import Ending, timing

SILENT_AFTER: Final = 5
"""Calls in a row without an answer."""
PROBE_SECONDS: Final = 5.0
"""Others wait for a probe no longer than this."""
LETS_OTHERS_FIRST_SECONDS: Final = 30.0
"""For so long who has probed last lets somebody go first who was refused and has not come back."""
_CLIENTS_OF_ALL: Final = 2
_FROM_OTHERS: Final = (502, 504)
"""Statuses by which a gateway says that the service has not answered."""


@dataclass(eq=False)
class Caller:
    """Who makes the calls of one action: for which client, and which person.

    began: when those calls began that have got no answer
    """

    client: Hashable
    person: Hashable
    began: dict[UUID, float] = field(default_factory=dict)


class _Line:
    """The silence of one client, or of all together, and who probes. least_clients: by how many it takes to be one"""

    def __init__(self, least_clients: int) -> None:
        self._least_clients = least_clients
        self._clients: set[Hashable] = set()
        self._unanswered = 0
        self._probe: Caller | None = None
        self._probe_began = -inf
        self._probed_last: Hashable = None
        self._refused_at = -inf
        self.counted_at = -inf

    @property
    def is_silent(self) -> bool:
        return self._unanswered >= SILENT_AFTER and len(self._clients) >= self._least_clients

    def count(self, client: Hashable, now: float) -> None:
        self._unanswered += 1
        self._clients.add(client)
        self.counted_at = now

    def take_turn(self, caller: Caller, now: float) -> bool:
        is_probed = self._probe is not None and now < self._probe_began + PROBE_SECONDS
        is_last, others_wait = caller.person == self._probed_last, now < self._refused_at + LETS_OTHERS_FIRST_SECONDS
        if is_probed or (is_last and others_wait):
            self._refused_at = self._refused_at if is_last else now
            return False
        self._probe, self._probe_began = caller, now
        self._probed_last, self._refused_at = caller.person, -inf
        return True

    def free(self, caller: Caller) -> None:
        if self._probe is caller:
            self._probe = None


class Breaker:
    """For one address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_all = _Line(_CLIENTS_OF_ALL)
        self._of_client: dict[Hashable, _Line] = {}

    def is_open(self, caller: Caller) -> bool:
        """Whether the service counts as silent for this caller's client."""
        return self._silence(caller) is not None

    def may_begin(self, caller: Caller) -> bool:
        """Whether a call may leave. In a silence that is one at a time, until its ending is noted."""
        with self._lock:
            silence = self._silence(caller)
            return silence is None or silence.take_turn(caller, timing.now())

    def give_up(self, caller: Caller) -> None:
        """A call that was allowed has not left after all, or nothing is known of its end."""
        with self._lock:
            self._free(caller)

    def note(self, caller: Caller, call_id: UUID, ending: Ending) -> bool:
        """Count how an attempt of a call ended. Returns whether by that the service has become silent for this client,
        or answers again."""
        with self._lock:
            was_silent = self._silence(caller) is not None
            self._free(caller)
            if ending.status is not None and ending.status not in _FROM_OTHERS:
                self._of_client.pop(caller.client, None)
                self._of_all = _Line(_CLIENTS_OF_ALL)
            else:
                self._count(caller, call_id, ending)
            return was_silent != (self._silence(caller) is not None)

    def _count(self, caller: Caller, call_id: UUID, ending: Ending) -> None:
        now = timing.now()
        began = caller.began.setdefault(call_id, now - ending.duration)
        own = self._of_client.setdefault(caller.client, _Line(1))
        if began >= own.counted_at:
            own.count(caller.client, now)
            self._of_all.count(caller.client, now)

    def _silence(self, caller: Caller) -> _Line | None:
        """The one that this caller is in: that of all, else that of the own client."""
        if self._of_all.is_silent:
            return self._of_all
        own = self._of_client.get(caller.client)
        return own if own and own.is_silent else None

    def _free(self, caller: Caller) -> None:
        self._of_all.free(caller)
        if own := self._of_client.get(caller.client):
            own.free(caller)


@cache
def breaker_of(address: str) -> Breaker:
    """The breaker of a service's base URL."""
    return Breaker()
