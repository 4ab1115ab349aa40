"""A service that has not answered several times in a row is asked by one probe at a time, until it answers again.

So nobody waits for what does not come, and a service that has trouble gets no crowd.

- A client is silent after five calls in a row without an answer; a team after five of two clients of its; the service
  is silent for all after five of two teams. So nobody keeps others from KlickTipp by what is slow for themselves.
- Calls of a client that overlap count once, and so do the attempts of a call.
- Others wait for a probe five seconds at most, whatever has become of it. Who has probed lets those go first who were
  refused meanwhile: persons within a team, teams among all.

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
"""For so long who has probed lets those go first who were refused and have not come back."""
_FROM_OTHERS: Final = (502, 504)
"""Statuses by which a gateway says that the service has not answered."""


@dataclass(eq=False)
class Caller:
    """Who makes the calls of one action: of which team, for which of its clients, and which person.

    began: when those calls began that have got no answer
    """

    team: Hashable
    client: Hashable
    person: Hashable
    began: dict[UUID, float] = field(default_factory=dict)


class _Line:
    """The silence of one client, of a team or of all, and whose turn it is to probe.

    least: of how many clients or teams the calls without an answer have to be
    """

    def __init__(self, least: int = 1) -> None:
        self._least = least
        self._members: set[Hashable] = set()
        self._unanswered = 0
        self._probe: Caller | None = None
        self._probe_began = -inf
        self._have_probed: set[Hashable] = set()
        self._refused_at: dict[Hashable, float] = {}
        self.counted_at = -inf

    @property
    def is_silent(self) -> bool:
        return self._unanswered >= SILENT_AFTER and len(self._members) >= self._least

    def count(self, member: Hashable, now: float) -> None:
        self._unanswered += 1
        self._members.add(member)
        self.counted_at = now

    def take_turn(self, caller: Caller, party: Hashable, now: float) -> bool:
        """Whether the caller may probe. `party` is who takes turns with others: its person, or its team."""
        if self._probe is not None and now < self._probe_began + PROBE_SECONDS:
            self._refused_at[party] = now
            return False
        lately = now - LETS_OTHERS_FIRST_SECONDS
        self._refused_at = {other: at for other, at in self._refused_at.items() if at > lately and other != party}
        if self._refused_at.keys() <= self._have_probed:
            self._have_probed = set()
        elif party in self._have_probed:
            return False
        self._have_probed.add(party)
        self._probe, self._probe_began = caller, now
        return True

    def free(self, caller: Caller) -> None:
        if self._probe is caller:
            self._probe = None


class Breaker:
    """For one address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_all = _Line(least=2)
        self._of_team: dict[Hashable, _Line] = {}
        self._of_client: dict[Hashable, _Line] = {}

    def is_open(self, caller: Caller) -> bool:
        """Whether the service counts as silent for this caller's client."""
        return self._silence(caller) is not None

    def may_begin(self, caller: Caller) -> bool:
        """Whether a call may leave. In a silence that is one at a time, until its ending is noted."""
        with self._lock:
            silence = self._silence(caller)
            if silence is None:
                return True
            party = caller.team if silence is self._of_all else caller.person
            return silence.take_turn(caller, party, timing.now())

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
                self._of_team.pop(caller.team, None)
                self._of_all = _Line(least=2)
            else:
                self._count(caller, call_id, ending)
            return was_silent != (self._silence(caller) is not None)

    def _count(self, caller: Caller, call_id: UUID, ending: Ending) -> None:
        now = timing.now()
        began = caller.began.setdefault(call_id, now - ending.duration)
        own = self._of_client.setdefault(caller.client, _Line())
        if began >= own.counted_at:
            own.count(caller.client, now)
            self._of_team.setdefault(caller.team, _Line(least=2)).count(caller.client, now)
            self._of_all.count(caller.team, now)

    def _silence(self, caller: Caller) -> _Line | None:
        """The widest one that this caller is in."""
        return next((line for line in self._lines(caller) if line.is_silent), None)

    def _free(self, caller: Caller) -> None:
        for line in self._lines(caller):
            line.free(caller)

    def _lines(self, caller: Caller) -> list[_Line]:
        lines = (self._of_all, self._of_team.get(caller.team), self._of_client.get(caller.client))
        return [line for line in lines if line]


@cache
def breaker_of(address: str) -> Breaker:
    """The breaker of a service's base URL."""
    return Breaker()
