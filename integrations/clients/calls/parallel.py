"""Many calls of one action at once: some threads that only speak HTTP, and one writer, the thread that asked for them.

The threads never touch the database. They hand over what is to be written and wait where it matters: a request leaves
once its begin mark is committed. The writer commits what has come together in small groups, and gives the results to
its caller between them; while the caller is busy with one, the calls under way go on, and new ones wait.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db import DatabaseError

from integrations.audit.recorder import Action, CallsOfJobs, Recorder
from integrations.clients.calls.admission import Admission
from integrations.clients.calls.health import Watch
from integrations.clients.errors import Obstructed
from integrations.klicktipp import (
    AccessDenied,
    Attempt,
    Ending,
    KlickTipp,
    KlickTippError,
    SessionAuth,
    SessionStore,
    SessionToken,
    Throttled,
    Unreachable,
    timing,
)
from integrations.klicktipp.auth import Auth
from integrations.messages import Obstacle

logger = logging.getLogger(__name__)

T = TypeVar("T")
Job = Callable[[KlickTipp], T]

_LARGEST_GROUP: Final = 64
_GATHERING: Final = 0.003
"""Seconds that a group waits for another mark to join it."""
_RESERVE: Final = 2
"""A call begins while so many times the usual duration is left: one that is cut off would leave its outcome unknown."""
_PAUSE: Final = 0.5
"""Seconds without new calls after KlickTipp was busy and did not say for how long."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of the job at this place (0, 1, …): its result, or the error it ended with.

    `Obstructed` says that nothing was sent.
    """

    place: int
    result: T | None = None
    error: KlickTippError | Obstructed | None = None


@dataclass(eq=False)
class _Run(Generic[T]):
    """A job and how it gets on. Its thread alone writes here while it runs."""

    place: int
    job: Job[T]
    attempts: Counter[UUID] = field(default_factory=Counter)
    numbered: dict[UUID, Attempt] = field(default_factory=dict)
    calls: dict[UUID, UUID] = field(default_factory=dict)
    turns: Counter[str] = field(default_factory=Counter)
    failure: KlickTippError | None = None
    """How the last attempt of its last call ended, if badly: what has become of a job that may not try again."""

    def start(self) -> None:
        self.calls.clear()
        self.turns.clear()

    def number(self, calls: CallsOfJobs, attempt: Attempt) -> Attempt:
        """The attempt under the log's name of its call; a job that starts anew goes on counting."""
        operation = attempt.operation.name
        if attempt.call_id not in self.calls:
            self.turns[operation] += 1
            self.calls[attempt.call_id] = calls.name(self.place, operation, self.turns[operation])
        call = self.calls[attempt.call_id]
        if not self.attempts[call]:
            self.failure = None
        self.attempts[call] += 1
        named = self.numbered[attempt.request_id] = replace(attempt, call_id=call, number=self.attempts[call])
        return named


@dataclass(frozen=True)
class _Beginning:
    attempt: Attempt
    answer: Future[None]


@dataclass(frozen=True)
class _Finished:
    attempt: Attempt
    ending: Ending


@dataclass(frozen=True)
class _Asked:
    question: Callable[[], Any]
    answer: Future[Any]


@dataclass(frozen=True)
class _Ended(Generic[T]):
    run: _Run[T]
    result: T | None
    error: BaseException | None


class Desk:
    """What the HTTP threads know of the writer: the library's observer, and the way to whatever else needs the
    database, such as the store of a session."""

    def __init__(self, action: Action) -> None:
        self._calls = CallsOfJobs(action)
        self._thread = threading.local()
        self.events: SimpleQueue[_Beginning | _Finished | _Asked | _Ended[Any]] = SimpleQueue()

    def begin(self, attempt: Attempt) -> None:
        run: _Run[Any] = self._thread.run
        answer: Future[None] = Future()
        self.events.put(_Beginning(run.number(self._calls, attempt), answer))
        answer.result()

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        run: _Run[Any] = self._thread.run
        run.failure = ending.error
        self.events.put(_Finished(run.numbered.pop(attempt.request_id), ending))

    def ask(self, question: Callable[[], T]) -> T:
        """Let the writer answer, outside of its transactions. To be called in an HTTP thread only."""
        answer: Future[T] = Future()
        self.events.put(_Asked(question, answer))
        return answer.result()

    def for_threads(self, auth: Auth) -> Auth:
        """The same way to sign requests, fit for threads that must not touch the database."""
        if isinstance(auth, SessionAuth):
            return SessionAuth(auth.username, auth.password, StoreAtDesk(auth.store, self))
        return auth

    def work(self, run: _Run[T], api: KlickTipp) -> None:
        """Do a job, in an HTTP thread."""
        self._thread.run = run
        run.start()
        result, error = None, None
        try:
            result = run.job(api)
        except BaseException as raised:
            error = raised
        self.events.put(_Ended(run, result, error))


class StoreAtDesk:
    """A session store as the HTTP threads use it: the writer asks the real one. Of the threads, one at a time does.

    The real lock is waited for in the writer, so it must not need anything of this page's other calls.
    """

    def __init__(self, store: SessionStore, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._lock = threading.Lock()

    def load(self) -> SessionToken | None:
        return self._desk.ask(self._store.load)

    def save(self, session: SessionToken | None) -> None:
        self._desk.ask(lambda: self._store.save(session))

    def last_try(self) -> datetime | None:
        return self._desk.ask(self._store.last_try)

    def note_try(self, when: datetime | None) -> None:
        self._desk.ask(lambda: self._store.note_try(when))

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        ends = timing.now() + timeout
        if not self._lock.acquire(timeout=max(0.0, timeout)):
            raise TimeoutError("another call of this page is signing in")
        try:
            held = self._store.lock(max(0.0, ends - timing.now()))
            self._desk.ask(held.__enter__)
            try:
                yield
            finally:
                self._desk.ask(lambda: held.__exit__(None, None, None))
        finally:
            self._lock.release()


class Crew(Generic[T]):
    """The writer's side: who may go when, what is committed together, and what the caller gets.

    note_unsent: writes into the log why how many jobs were not sent
    seconds: for all together, from the first on
    workers: the most calls at once
    first_alone: the first job has to end before others begin, because it signs in for them
    """

    def __init__(
        self,
        desk: Desk,
        api: KlickTipp,
        recorder: Recorder,
        watch: Watch,
        admission: Admission,
        note_unsent: Callable[[Obstacle, int], None],
        *,
        seconds: float,
        workers: int,
        first_alone: bool,
    ) -> None:
        self._desk = desk
        self._api = api
        self._recorder = recorder
        self._watch = watch
        self._admission = admission
        self._tell_unsent = note_unsent
        self._seconds = seconds
        self._ends = 0.0
        self._workers = workers
        self._first_alone = first_alone
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="klicktipp")
        self._waiting: deque[_Run[T]] = deque()
        self._running = 0
        self._unsent = 0
        self._claimed = False
        self._stopped: Obstacle | None = None
        self._fatal: BaseException | None = None
        self._width = float(workers)
        self._pause_ends = 0.0
        self._usual = 0.0

    def results(self, jobs: Sequence[Job[T]]) -> Generator[Done[T], None, None]:
        """Do the jobs, and give what came of each as it comes. See `gateway.at_once`."""
        with self._admission.asked():
            yield from self._all_that_go(jobs)
        if self._fatal:
            raise self._fatal
        for run in self._waiting:
            yield Done(run.place, error=run.failure or self._admission.kept_by(self._stopped or Obstacle.STOPPED))

    def _all_that_go(self, jobs: Sequence[Job[T]]) -> Generator[Done[T], None, None]:
        self._ends = timing.now() + self._seconds
        self._waiting.extend(_Run(place, job) for place, job in enumerate(jobs))
        try:
            while self._dispatch() or self._running:
                yield from self._round()
        finally:
            self._stopped = self._stopped or Obstacle.STOPPED
            while self._running:
                self._round()
            self._pool.shutdown()
            self._note_unsent()

    def _dispatch(self) -> bool:
        """Send off as many as may go now. Returns whether there are jobs that may go later."""
        now = timing.now()
        if max(now, self._pause_ends) + _RESERVE * self._usual >= self._ends:
            self._stopped = self._stopped or Obstacle.TIME_UP
        room = 0 if self._stopped or now < self._pause_ends else int(self._width) if self._claimed else 1
        while self._waiting and self._running < room:
            self._running += 1
            self._pool.submit(self._desk.work, self._waiting.popleft(), self._api)
        return bool(self._waiting) and not self._stopped

    def _round(self) -> list[Done[T]]:
        """Take what has come together, commit it as a group, and tell what has ended."""
        beginnings: list[_Beginning] = []
        finished: list[_Finished] = []
        done: list[Done[T]] = []
        try:
            for event in self._gathered(beginnings):
                match event:
                    case _Beginning():
                        beginnings.append(event)
                    case _Finished():
                        finished.append(event)
                        self._keep_pace(event.ending)
                    case _Asked():
                        _answer(event)
                    case _Ended():
                        self._running -= 1
                        self._claimed = self._claimed or self._first_alone
                        done += self._settled(event)
                        self._dispatch()
            self._commit(beginnings, finished)
        except BaseException:
            for beginning in beginnings:
                if not beginning.answer.done():
                    beginning.answer.set_exception(self._admission.kept_by(Obstacle.STOPPED))
            raise
        return done

    def _gathered(self, beginnings: list[_Beginning]) -> Iterator[Any]:
        """The events of one group: it is complete when all calls wait for it, or when nothing more comes at once."""
        pause_left = self._pause_ends - timing.now()
        is_paused = self._waiting and (pause_left > 0 or not self._running)
        timeout = max(0.0, pause_left) if is_paused else None
        for _ in range(_LARGEST_GROUP):
            try:
                yield self._desk.events.get(timeout=timeout)
            except Empty:
                return
            if len(beginnings) == self._running:
                return
            timeout = _GATHERING

    def _settled(self, ended: _Ended[T]) -> list[Done[T]]:
        """What the caller gets of a job that has ended; nothing if it goes once more, or if it stops everything."""
        run, error = ended.run, ended.error
        match error:
            case None:
                return [Done(run.place, ended.result)]
            case Throttled() if len(run.calls) == 1 and not self._stopped:
                self._waiting.appendleft(run)
                return []
            case Unreachable() if not run.calls:
                error = run.failure or self._admission.kept_by(Obstacle.TIME_UP)
            case Obstructed():
                error = run.failure or error
            case AccessDenied():
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
        if isinstance(ending.error, Throttled):
            pause = _PAUSE if ending.error.retry_after is None else ending.error.retry_after
            self._width = max(1.0, self._width / 2)
            self._pause_ends = max(self._pause_ends, timing.now() + pause)
        else:
            self._width = min(float(self._workers), self._width + 1 / self._width)
            self._usual = ending.duration if not self._usual else 0.8 * self._usual + 0.2 * ending.duration

    def _commit(self, beginnings: Sequence[_Beginning], finished: Sequence[_Finished]) -> None:
        stopped = self._stopped
        going = [] if stopped else beginnings
        kept_from: Mapping[UUID, Exception] = {}
        if going or finished:
            kept_from = self._recorder.write(
                [beginning.attempt for beginning in going], [(event.attempt, event.ending) for event in finished]
            )
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
        if unsent and not self._fatal and self._stopped:
            try:
                self._tell_unsent(self._stopped, unsent)
            except DatabaseError:
                logger.exception("The log could not note that %s jobs were not sent.", unsent)


def _answer(asked: _Asked) -> None:
    try:
        asked.answer.set_result(asked.question())
    except Exception as error:
        asked.answer.set_exception(error)
