"""Many calls of one action at once: some threads that only speak HTTP, and one writer, the thread that asked for them.

The threads never touch the database. They hand over what is to be written and wait where it matters: a request leaves
once its begin mark is committed. The writer commits what has come together in small groups, and gives the results to
its caller between them; while the caller is busy with one, the calls under way go on, and new ones wait.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf
from queue import Empty
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db import DatabaseError

from integrations.clients.calls.admission import Admission
from integrations.clients.calls.desk import Asked, Beginning, Desk, Done, Ended, Finished, Run
from integrations.clients.calls.health import Watch
from integrations.clients.errors import Obstructed
from integrations.klicktipp import (
    AccessDenied,
    Attempt,
    Ending,
    KlickTipp,
    KlickTippError,
    Throttled,
    Unreachable,
    timing,
)
from integrations.messages import Obstacle

logger = logging.getLogger(__name__)

T = TypeVar("T")

Write = Callable[[Sequence[Beginning], Sequence[tuple[Attempt, Ending]], Sequence[Done[Any]]], Mapping[UUID, Exception]]
"""Commits that attempts begin and have ended, and what came of jobs, together. Raises nothing; returns by `request_id`
why an attempt must not leave."""

_LARGEST_GROUP: Final = 50
_GATHERING: Final = 0.003
"""Seconds that a group waits for another mark to join it."""
_LONGEST_GATHERING: Final = 0.02
"""Seconds that the first mark of a group waits for it to be written."""
_RESERVE: Final = 2
"""A call begins while so many times the usual duration is left: one that is cut off would leave its outcome unknown."""
_PAUSE: Final = 0.5
"""Seconds without new calls after KlickTipp was busy and did not say for how long."""


class Crew(Generic[T]):
    """The writer's side: who may go when, what is committed together, and what the caller gets.

    note_unsent: writes into the log why how many jobs were not sent
    seconds: for all together, from the first on
    workers: the most calls at once
    first_alone: the first job has to end before others begin, because it signs in for them
    caller_decides: nothing waits or goes once more where KlickTipp is busy, nor stops where it refuses the access
    """

    def __init__(
        self,
        desk: Desk,
        api: KlickTipp,
        write: Write,
        watch: Watch,
        admission: Admission,
        note_unsent: Callable[[Obstacle, int], None],
        *,
        seconds: float,
        workers: int,
        first_alone: bool,
        caller_decides: bool = False,
    ) -> None:
        self._desk = desk
        self._api = api
        self._write = write
        self._watch = watch
        self._admission = admission
        self._tell_unsent = note_unsent
        self._seconds = seconds
        self._ends = 0.0
        self._workers = workers
        self._first_alone = first_alone
        self._caller_decides = caller_decides
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="klicktipp")
        self._coming: Iterator[Run[T]] = iter(())
        self._waiting: deque[Run[T]] = deque()
        self._running = 0
        self._unsent = 0
        self._claimed = False
        self._stopped: Obstacle | None = None
        self._fatal: BaseException | None = None
        self._width = float(workers)
        self._pause_ends = 0.0
        self._usual = 0.0

    def results(self, runs: Iterable[Run[T]]) -> Generator[Done[T], None, None]:
        """Do the jobs, taken one by one as there is room for them, and give what came of each as it comes. See
        `gateway.at_once`."""
        with self._admission.asked():
            yield from self._all_that_go(runs)
        if self._fatal:
            raise self._fatal
        for run in self._waiting:
            yield Done(run.place, error=run.failure or self._admission.kept_by(self._stopped or Obstacle.STOPPED))

    def _all_that_go(self, runs: Iterable[Run[T]]) -> Generator[Done[T], None, None]:
        self._ends = timing.now() + self._seconds
        self._coming = iter(runs)
        try:
            while self._dispatch() or self._running:
                yield from self._round()
        finally:
            self._stopped = self._stopped or Obstacle.STOPPED
            while self._running:
                self._round()
            self._pool.shutdown()
            self._waiting.extend(self._coming)
            self._note_unsent()

    def _dispatch(self) -> bool:
        """Send off as many as may go now. Returns whether there are jobs that may go later."""
        now = timing.now()
        if max(now, self._pause_ends) + _RESERVE * self._usual >= self._ends:
            self._stopped = self._stopped or Obstacle.TIME_UP
        if self._stopped:
            return False
        room = 0 if now < self._pause_ends else int(self._width) if self._claimed else 1
        while self._has_more() and self._running < room:
            self._running += 1
            self._pool.submit(self._desk.work, self._waiting.popleft(), self._api)
        return bool(self._waiting)

    def _has_more(self) -> bool:
        if not self._waiting and (run := next(self._coming, None)):
            self._waiting.append(run)
        return bool(self._waiting)

    def _round(self) -> list[Done[T]]:
        """Take what has come together, commit it as a group, and tell what has ended."""
        beginnings: list[Beginning] = []
        finished: list[Finished] = []
        done: list[Done[T]] = []
        try:
            for event in self._gathered(beginnings):
                match event:
                    case Beginning():
                        beginnings.append(event)
                    case Finished():
                        finished.append(event)
                        self._keep_pace(event.ending)
                    case Asked():
                        _answer(event)
                    case Ended():
                        self._running -= 1
                        self._claimed = self._claimed or self._first_alone
                        done += self._settled(event)
                        self._dispatch()
            self._commit(beginnings, finished, done)
        except BaseException:
            for beginning in beginnings:
                if not beginning.answer.done():
                    beginning.answer.set_exception(self._admission.kept_by(Obstacle.STOPPED))
            raise
        return done

    def _gathered(self, beginnings: list[Beginning]) -> Iterator[Any]:
        """The events of one group: it is complete when all calls wait for it, or when nothing more comes at once."""
        pause_left = self._pause_ends - timing.now()
        is_paused = self._waiting and (pause_left > 0 or not self._running)
        timeout, ends = (max(0.0, pause_left) if is_paused else None), inf
        for _ in range(_LARGEST_GROUP):
            try:
                yield self._desk.events.get(timeout=timeout)
            except Empty:
                return
            ends = min(ends, timing.now() + _LONGEST_GATHERING)
            if len(beginnings) == self._running or timing.now() >= ends:
                return
            timeout = _GATHERING

    def _settled(self, ended: Ended[T]) -> list[Done[T]]:
        """What the caller gets of a job that has ended; nothing if it goes once more, or if it stops everything."""
        run, error = ended.run, ended.error
        match error:
            case None:
                return [Done(run.place, ended.result)]
            case Throttled() if len(run.calls) == 1 and not self._stopped and not self._caller_decides:
                self._waiting.appendleft(run)
                return []
            case Unreachable() if not run.calls:
                error = run.failure or self._admission.kept_by(Obstacle.TIME_UP)
            case Obstructed():
                error = run.failure or error
            case AccessDenied() if not self._caller_decides:
                self._stopped = self._stopped or Obstacle.STOPPED
            case KlickTippError():
                pass
            case _:
                self._fatal = self._fatal or error
                self._stopped = self._stopped or Obstacle.STOPPED
                return []
        self._unsent += isinstance(error, Obstructed)
        return [Done(run.place, error=error)]

    def _keep_pace(self, ending: Ending) -> None:
        """Fewer calls at once while KlickTipp is busy, and none while it asks for a pause."""
        if self._caller_decides:
            return
        if isinstance(ending.error, Throttled):
            pause = _PAUSE if ending.error.retry_after is None else ending.error.retry_after
            self._width = max(1.0, self._width / 2)
            self._pause_ends = max(self._pause_ends, timing.now() + pause)
        else:
            self._width = min(float(self._workers), self._width + 1 / self._width)
            self._usual = ending.duration if not self._usual else 0.8 * self._usual + 0.2 * ending.duration

    def _commit(self, beginnings: Sequence[Beginning], finished: Sequence[Finished], done: Sequence[Done[T]]) -> None:
        stopped = self._stopped
        going = [] if stopped else beginnings
        kept_from: Mapping[UUID, Exception] = {}
        if going or finished or done:
            kept_from = self._write(going, [(event.attempt, event.ending) for event in finished], done)
        for beginning in beginnings:
            error = self._admission.kept_by(stopped) if stopped else kept_from.get(beginning.attempt.request_id)
            if isinstance(error, DatabaseError):
                logger.error("A call was not sent, because the log could not be written.", exc_info=error)
                self._stopped = Obstacle.LOG_UNAVAILABLE
                error = self._admission.kept_by(Obstacle.LOG_UNAVAILABLE)
            if error:
                beginning.answer.set_exception(error)
            else:
                self._claimed = self._claimed or not self._first_alone
                beginning.answer.set_result(None)
        for event in finished:
            self._watch.note(event.attempt, event.ending)
            self._admission.note(event.attempt, event.ending)

    def _note_unsent(self) -> None:
        unsent = self._unsent + sum(not run.attempts for run in self._waiting)
        if unsent and not self._fatal and self._stopped and not self._caller_decides:
            try:
                self._tell_unsent(self._stopped, unsent)
            except DatabaseError:
                logger.exception("The log could not note that %s jobs were not sent.", unsent)


def _answer(asked: Asked) -> None:
    try:
        asked.answer.set_result(asked.question())
    except Exception as error:
        asked.answer.set_exception(error)
