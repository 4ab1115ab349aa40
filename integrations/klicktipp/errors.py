"""The errors of the library: one class per way of failing, each saying whether the call has happened."""

from enum import StrEnum
from typing import ClassVar

from .problems import Problem


class Happened(StrEnum):
    """Whether what was asked for has been done. Only this decides about repeating a call.

    A call that only reads changes nothing and so has never "happened".
    """

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class KlickTippError(Exception):
    """A call that gave no result.

    operation: name of the call that failed, as in `OPERATIONS`; `login` if signing in for another call failed
    status: HTTP status, None if there was no answer
    code, detail: numbers from the body of a 406 (`error`, and `code` beside error 10)
    field, name, value, reason: what error 8 says of a data field: its label, its id, the value, why
    message: the service's own text, in the account's language
    happened: whether the call was carried out
    problem: what it means, see `Problem`
    retry_after: seconds the service asks to wait, None if it does not say
    hint: what the library itself has to add, for developers

    `value`, `reason` and `message` can hold data of contacts. They are never part of `str()` or `repr()`.
    """

    _usual_problem: ClassVar[Problem] = Problem.SERVICE_ERROR

    def __init__(
        self,
        operation: str = "",
        *,
        status: int | None = None,
        code: int | None = None,
        detail: int | None = None,
        field: str | None = None,
        name: str | None = None,
        value: str | None = None,
        reason: str | None = None,
        message: str | None = None,
        happened: Happened = Happened.NO,
        problem: Problem | None = None,
        retry_after: float | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(operation)
        self.operation = operation
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.name = name
        self.value = value
        self.reason = reason
        self.message = message
        self.happened = happened
        self.problem = problem or self._usual_problem
        self.retry_after = retry_after
        self.hint = hint

    def __str__(self) -> str:
        numbers = []
        if self.status is not None:
            numbers.append(str(self.status))
        if self.code is not None:
            numbers.append(f"error {self.code}" + (f"/{self.detail}" if self.detail is not None else ""))
        what = f"{' '.join(numbers)} ({self.problem})" if numbers else str(self.problem)
        return ": ".join(part for part in (self.operation, what, self.hint) if part)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class ConfigurationError(KlickTippError):
    """The library was set up wrongly, for example with an impossible developer key. Nothing was sent."""

    _usual_problem = Problem.CONFIGURATION


class InvalidRequest(KlickTippError):
    """The request makes no sense to the service (400, 405, 409), or to the library, which sent nothing."""

    _usual_problem = Problem.MALFORMED


class Rejected(KlickTippError):
    """A rule of KlickTipp forbids it (406). `code`, `detail` and `problem` say which."""

    _usual_problem = Problem.UNKNOWN_CODE


class AccessDenied(KlickTippError):
    """Wrong keys or password, an expired session, or a plan that is too small (401, 403)."""

    _usual_problem = Problem.ACCESS_DENIED


class NotFound(KlickTippError):
    """There is no such thing in the account (404)."""

    _usual_problem = Problem.NOT_FOUND


class Throttled(KlickTippError):
    """The service is busy and has refused the call (429, 503). `retry_after` may say for how long."""

    _usual_problem = Problem.THROTTLED


class ServiceError(KlickTippError):
    """The service failed, or its answer cannot be understood: any other status, an unreadable body."""

    _usual_problem = Problem.SERVICE_ERROR


class Unreachable(KlickTippError):
    """The request was never sent: no connection, no time left."""

    _usual_problem = Problem.UNREACHABLE


class OutcomeUnknown(KlickTippError):
    """The request was sent, but no complete answer came back."""

    _usual_problem = Problem.OUTCOME_UNKNOWN
