"""What the threads of many calls at once and their writer tell each other: see `parallel`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from queue import SimpleQueue
from typing import Any, Generic, NoReturn, TypeVar
from uuid import UUID

from integrations.audit.recorder import Action, CallsOfJobs
from integrations.clients.errors import Obstructed
from integrations.klicktipp import (
    NO_TIME_LEFT,
    Attempt,
    Ending,
    KlickTipp,
    KlickTippError,
    Problem,
    SessionAuth,
    SessionStore,
    SessionToken,
    Throttled,
    Unreachable,
    timing,
)
from integrations.klicktipp.auth import Auth
from integrations.messages import Obstacle

T = TypeVar("T")
Job = Callable[[KlickTipp], T]


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of the job at this place (0, 1, …): its result, or the error it ended with.

    `Obstructed` says that nothing was sent.
    """

    place: int
    result: T | None = None
    error: KlickTippError | Obstructed | None = None


@dataclass(eq=False)
class Run(Generic[T]):
    """A job and how it gets on. Its thread alone writes here while it runs.

    earlier: how many attempts the log has of its calls already
    """

    place: int
    job: Job[T]
    earlier: int = 0
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
        number = self.earlier + self.attempts[call]
        named = self.numbered[attempt.request_id] = replace(attempt, call_id=call, number=number)
        return named


@dataclass(frozen=True)
class Beginning:
    place: int
    attempt: Attempt
    answer: Future[None]


@dataclass(frozen=True)
class Finished:
    attempt: Attempt
    ending: Ending


@dataclass(frozen=True)
class Asked:
    question: Callable[[], Any]
    answer: Future[Any]


@dataclass(frozen=True)
class Ended(Generic[T]):
    run: Run[T]
    result: T | None
    error: BaseException | None


class Desk:
    """What the HTTP threads know of the writer: the library's observer, and the way to whatever else needs the
    database, such as the store of a session.

    seats: the most calls under way; threads beyond that have begun theirs and wait for a seat, and do not leave where
        KlickTipp is busy meanwhile. None for no limit
    """

    def __init__(self, action: Action, seats: int | None = None) -> None:
        self._seats = threading.Semaphore(seats) if seats else None
        self._is_busy = False
        self._calls = CallsOfJobs(action)
        self._thread = threading.local()
        self.events: SimpleQueue[Beginning | Finished | Asked | Ended[Any]] = SimpleQueue()

    def begin(self, attempt: Attempt) -> None:
        run: Run[Any] = self._thread.run
        answer: Future[None] = Future()
        self.events.put(Beginning(run.place, run.number(self._calls, attempt), answer))
        answer.result()
        if self._seats:
            self._seats.acquire()
            if self._is_busy:
                self._seats.release()
                self._leave_out(run, attempt)

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        if self._seats:
            self._is_busy = self._is_busy or isinstance(ending.error, Throttled)
            self._seats.release()
        run: Run[Any] = self._thread.run
        run.failure = ending.error
        self.events.put(Finished(run.numbered.pop(attempt.request_id), ending))

    def _leave_out(self, run: Run[Any], attempt: Attempt) -> NoReturn:
        """Tell the log of an attempt that has begun that it is not sent."""
        error = Unreachable(attempt.operation.name, problem=Problem.THROTTLED, hint=NO_TIME_LEFT)
        self.events.put(Finished(run.numbered.pop(attempt.request_id), Ending(0.0, None, error, None)))
        raise Obstructed(Obstacle.STOPPED)

    def ask(self, question: Callable[[], T]) -> T:
        """Let the writer answer, outside of its transactions. To be called in an HTTP thread only."""
        answer: Future[T] = Future()
        self.events.put(Asked(question, answer))
        return answer.result()

    def for_threads(self, auth: Auth) -> Auth:
        """The same way to sign requests, fit for threads that must not touch the database."""
        if isinstance(auth, SessionAuth):
            return SessionAuth(auth.username, auth.password, StoreAtDesk(auth.store, self))
        return auth

    def work(self, run: Run[T], api: KlickTipp) -> None:
        """Do a job, in an HTTP thread."""
        self._thread.run = run
        run.start()
        result, error = None, None
        try:
            result = run.job(api)
        except BaseException as raised:
            error = raised
        self.events.put(Ended(run, result, error))


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
