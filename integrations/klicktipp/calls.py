"""One call from beginning to end: its attempts, the pauses between them, and signing in again."""

import threading
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from . import answers, retries, timing, wire
from .auth import Auth, DeveloperKeyAuth, SessionAuth
from .errors import (
    AccessDenied,
    ConfigurationError,
    Happened,
    KlickTippError,
    OutcomeUnknown,
    ServiceError,
    Throttled,
    Unreachable,
)
from .models import SessionToken
from .observer import Attempt, Ending, Observer
from .operations import OPERATIONS, AuthKind, Operation
from .problems import Problem
from .refusals import refusal
from .transport import Answer, Fault, NoAnswer, NotSent, Transport

T = TypeVar("T")

FAIL: Final[Any] = object()
"""As what a call gives where the service says that there is nothing: it is an error."""


class Caller:
    """Makes calls for one account. Thread-safe."""

    def __init__(
        self,
        auth: Auth | None,
        base_url: str,
        transport: Transport,
        headers: Mapping[str, str],
        *,
        timeout: tuple[float, float],
        deadline: float,
        budget: float | None,
        observer: Observer | None,
    ) -> None:
        self.auth: Final = auth
        self.base_url: Final = _checked_base_url(base_url)
        self.transport: Final = transport
        self.headers: Final = headers
        self.timeout: Final = _checked_timeout(timeout)
        self.observer: Final = observer
        self._deadline = deadline
        self._budget = budget
        self._budget_ends: float | None = None
        self._first_call = threading.Lock()

    def call(
        self,
        name: str,
        given: Mapping[str, object],
        read: Callable[[object], T],
        *,
        when_nothing: T = FAIL,
        read_bytes: Callable[[bytes], T | None] | None = None,
    ) -> T:
        """Make a call and give what `read` makes of its answer, or `read_bytes`, which gives None for all but the usual
        form of a long one. Raises nothing but KlickTippErrors, and what the observer and the session store raise."""
        operation = OPERATIONS[name]
        arguments = wire.checked(operation, given)
        if operation.auth is AuthKind.KEY and self.auth is None:
            raise ConfigurationError(name, hint="there are no credentials")
        return _Call(self, operation, arguments, read, when_nothing, self._ends(operation), read_bytes).make()

    def _ends(self, operation: Operation) -> float:
        """When a call that begins now has to be over."""
        now = timing.now()
        if self._budget is None:
            return now + self._deadline
        with self._first_call:
            if self._budget_ends is None:
                self._budget_ends = now + self._budget
        if now >= self._budget_ends:
            raise Unreachable(operation.name, hint="the time for all calls is used up")
        return min(now + self._deadline, self._budget_ends)


class _Call(Generic[T]):
    """A call while it is made."""

    def __init__(
        self,
        caller: Caller,
        operation: Operation,
        arguments: Mapping[str, object],
        read: Callable[[object], T],
        when_nothing: T,
        ends: float,
        read_bytes: Callable[[bytes], T | None] | None = None,
    ) -> None:
        self.caller = caller
        self.operation = operation
        self.request = wire.encoded(operation, arguments)
        self.arguments = {name: value for name, value in arguments.items() if name not in wire.SECRET_ARGUMENTS}
        self.secrets = [str(value) for name, value in arguments.items() if value and name in wire.SECRET_ARGUMENTS]
        self.read = read
        self.when_nothing = when_nothing
        self.read_bytes = read_bytes
        self.ends = ends
        self.id: UUID = uuid4()
        self.session: SessionToken | None = None
        self.attempts = 0

    def make(self) -> T:
        auth = self.caller.auth
        by_session = auth if isinstance(auth, SessionAuth) and self.operation.auth is AuthKind.KEY else None
        if by_session:
            self.session = by_session.store.load() or self._another_session(by_session)
            if self.session is None:
                raise AccessDenied(
                    self.operation.name, problem=Problem.SIGN_IN_PAUSED, hint="signing in was tried a moment ago"
                )
        may_sign_in = by_session is not None and not self.operation.is_session
        failures = 0
        doubt: KlickTippError | None = None
        while True:
            try:
                return self._attempt()
            except KlickTippError as error:
                failure = error
            if failure.happened is Happened.UNKNOWN:
                doubt = failure
            if by_session and may_sign_in and isinstance(failure, AccessDenied):
                may_sign_in = False
                try:
                    session = self._another_session(by_session)
                except KlickTippError as error:
                    raise _in_doubt(error, doubt) from failure
                if session:
                    self.session = session
                    continue
            failures += 1
            seconds_left = self.ends - timing.now()
            pause = retries.pause_before_next(self.operation, failure, failures, seconds_left)
            if pause is None:
                raise _in_doubt(failure, doubt)
            timing.sleep(pause)

    def _another_session(self, auth: SessionAuth) -> SessionToken | None:
        """A session for the next attempt, if there can be one.

        What goes wrong with signing in is told as it is, except that the call itself has not happened then.
        """
        try:
            return auth.renewed(self.session, lambda: self._sign_in(auth), self.ends - timing.now())
        except KlickTippError as error:
            raise _with_happened(error, Happened.NO) from error

    def _sign_in(self, auth: SessionAuth) -> SessionToken:
        operation = OPERATIONS["login"]
        given = {"username": auth.username, "password": auth.password}
        arguments = wire.checked(operation, given)
        return _Call[SessionToken](self.caller, operation, arguments, answers.session, FAIL, self.ends).make()

    def _attempt(self) -> T:
        self.attempts += 1
        operation, observer = self.operation, self.caller.observer
        request_id = uuid4()
        if observer is None:
            return self._result(self._exchange(request_id))
        attempt = Attempt(
            request_id,
            self.id,
            self.attempts,
            operation,
            operation.method,
            self.request.path,
            self.arguments,
        )
        status: int | None = None
        error: KlickTippError | None = None
        result: T | None = None
        observer.begin(attempt)
        began = timing.now()
        try:
            answer = self._exchange(request_id)
            status = answer.status
            result = self._result(answer)
            return result
        except KlickTippError as failure:
            error = failure
            raise
        except BaseException:
            error = OutcomeUnknown(operation.name, status=status, happened=operation.doubtful, hint="interrupted")
            raise
        finally:
            observer.finish(attempt, Ending(timing.now() - began, status, error, result))

    def _exchange(self, request_id: UUID) -> Answer:
        caller, request = self.caller, self.request
        headers = {**caller.headers, "X-Request-Id": str(request_id)}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        if self.operation.auth is AuthKind.KEY:
            if isinstance(caller.auth, DeveloperKeyAuth):
                headers.update(caller.auth.headers())
            elif self.session:
                headers["Cookie"] = self.session.cookie
        url = f"{caller.base_url}{request.path}"
        try:
            return caller.transport.send(
                self.operation.method,
                f"{url}?{request.query}" if request.query else url,
                headers,
                request.body,
                timeout=caller.timeout,
                deadline=self.ends,
                largest=self.operation.largest_answer,
            )
        except NotSent as error:
            raise Unreachable(self.operation.name, hint=str(error)) from error
        except NoAnswer as error:
            raise OutcomeUnknown(self.operation.name, happened=self.operation.doubtful, hint=str(error)) from error

    def _result(self, answer: Answer) -> T:
        operation, status = self.operation, answer.status
        if not 200 <= status < 300:
            return self._refused(answer)
        if answer.fault is Fault.CUT:
            raise OutcomeUnknown(
                operation.name, status=status, happened=operation.doubtful, hint="the answer was cut off"
            )
        try:
            if answer.body is None:
                raise answers.Unreadable("too large, or wrongly compressed")
            if self.read_bytes and (found := self.read_bytes(answer.body)) is not None:
                return found
            payload = answers.load(status, answer.body)
            return self._refused(answer) if answers.tells_error(payload) else self.read(payload)
        except answers.Unreadable as error:
            raise ServiceError(
                operation.name,
                status=status,
                happened=operation.doubtful,
                hint=f"the answer cannot be read: {error}",
            ) from None

    def _refused(self, answer: Answer) -> T:
        """What a refusal gives, if it says that there is nothing; else it is raised."""
        by_session = self.session is not None or self.operation.auth is AuthKind.NONE
        error = refusal(self.operation, answer, by_session=by_session)
        says = {(answer.status, None), (answer.status, error.code)}
        if self.when_nothing is not FAIL and not self.operation.nothing.isdisjoint(says):
            return self.when_nothing
        raise _without(self.secrets, error)


def _in_doubt(error: KlickTippError, doubt: KlickTippError | None) -> KlickTippError:
    """What the last error means for the whole call, if an earlier attempt may have been carried out."""
    if doubt is None or error.happened is not Happened.NO:
        return error
    if isinstance(error, Throttled | Unreachable):
        return doubt
    return _with_happened(error, Happened.UNKNOWN)


def _without(secrets: Iterable[str], error: KlickTippError) -> KlickTippError:
    """The error, without the secrets that were sent, should the service's text repeat them."""
    for name in ("field", "name", "value", "reason", "message"):
        text = getattr(error, name)
        for secret in secrets if text else ():
            text = text.replace(secret, "•••")
        setattr(error, name, text)
    return error


def _with_happened(error: KlickTippError, happened: Happened) -> KlickTippError:
    other = copy(error)
    other.happened = happened
    other.__cause__ = error
    return other


def _checked_timeout(timeout: tuple[float, float]) -> tuple[float, float]:
    try:
        connect, read = timeout
        if connect > 0 and read > 0:
            return timeout
    except (TypeError, ValueError):
        pass
    raise ConfigurationError(hint="timeout is not two numbers of seconds")


def _checked_base_url(base_url: str) -> str:
    """Without the slash at its end. `ConfigurationError` if requests cannot go there."""
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except (ValueError, AttributeError, TypeError):
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or not base_url.isprintable() or " " in base_url:
        raise ConfigurationError(hint="base_url is not a web address")
    return base_url.rstrip("/")
