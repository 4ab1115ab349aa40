"""Whether a call may leave now: there is a seat for its request, and the service answers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError

from integrations.audit import events
from integrations.audit.actors import SYSTEM
from integrations.audit.recorder import Action, Scope
from integrations.clients import sentences
from integrations.clients.calls.breaker import Breaker, Caller, breaker_of
from integrations.clients.calls.bulkhead import bulkhead
from integrations.clients.errors import Obstructed
from integrations.klicktipp import NO_TIME_LEFT, Attempt, Ending, Observer
from integrations.messages import Obstacle

logger = logging.getLogger(__name__)


class Admission:
    """For the calls of an action. It asks before each, and notes how each ended."""

    def __init__(self, action: Action, scope: Scope) -> None:
        self._action = action
        self._scope = scope
        self._breaker: Breaker = breaker_of(settings.KLICKTIPP_URL)
        self._caller = Caller(scope.team_id, (scope.team_id, scope.account_id), action.actor.user_id)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """For calls that are made together: they ask once, and nothing of that outlives them."""
        self.ask()
        try:
            yield
        finally:
            self.give_up()

    def ask(self) -> None:
        """Raises `Obstructed` where no call may leave. Of a silent service the log has one entry, not one for each."""
        self.take_seat()
        if not self._breaker.may_begin(self._caller):
            raise self.kept_by(Obstacle.SERVICE_SILENT)

    def take_seat(self) -> None:
        """For what waits before a call, too. Raises `Obstructed` where too many wait already."""
        if not bulkhead.take_seat(self._action.actor, self._scope):
            events.record_unsent(self._action, self._scope, Obstacle.TOO_MANY_WAIT, 1)
            raise self.kept_by(Obstacle.TOO_MANY_WAIT)

    def kept_by(self, obstacle: Obstacle) -> Obstructed:
        """What to raise, or to give, for a call of the action that does not leave."""
        return Obstructed(obstacle, reads=self._action.sentence.only_reads)

    def give_up(self) -> None:
        """What was let go has not left after all. Only who probes gives the probe free."""
        self._breaker.give_up(self._caller)

    def note(self, attempt: Attempt, ending: Ending) -> None:
        """Never raises: the call is over and its result counts."""
        if ending.error and ending.error.hint == NO_TIME_LEFT:
            self.give_up()
            return
        if not self._breaker.note(self._caller, attempt.call_id, ending):
            return
        is_silent = self._breaker.is_open(self._caller)
        sentence = sentences.SERVICE_SILENT if is_silent else sentences.SERVICE_ANSWERS
        logger.warning("KlickTipp %s.", "does not answer" if is_silent else "answers again")
        try:
            events.record(sentence, SYSTEM, Scope(self._scope.team_id))
        except DatabaseError:
            logger.exception("The log could not note whether KlickTipp answers.")


class Admitted:
    """Passes attempts that may leave on to another observer."""

    def __init__(self, observer: Observer, admission: Admission) -> None:
        self._observer = observer
        self._admission = admission

    def begin(self, attempt: Attempt) -> None:
        self._admission.ask()
        try:
            self._observer.begin(attempt)
        except BaseException:
            self._admission.give_up()
            raise

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        try:
            self._observer.finish(attempt, ending)
        finally:
            self._admission.note(attempt, ending)
