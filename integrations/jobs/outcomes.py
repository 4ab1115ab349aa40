"""What has become of a row, by how its calls ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from integrations.clients.calls.desk import Done
from integrations.clients.errors import Obstructed
from integrations.jobs.models import JobRow, RowState
from integrations.klicktipp import (
    AccessDenied,
    Happened,
    InvalidRequest,
    KlickTippError,
    NotFound,
    OutcomeUnknown,
    Rejected,
    ServiceError,
    Throttled,
    Unreachable,
)

MOST_TRIES: Final = 3
"""How often a row is done whose trouble can pass; within each the library has its attempts."""


@dataclass(frozen=True)
class Outcome:
    """The state of a row. One that is waiting again has `in_doubt` as a row has it, and `counts` as a try or not."""

    state: RowState
    reason: str = ""
    code: int | None = None
    in_doubt: bool = False
    counts: bool = False


def outcome_of(row: JobRow, done: Done[Any]) -> Outcome:
    """What has become of a row that was as `row` when it was claimed."""
    error = done.error
    if error is None:
        return Outcome(RowState.DONE)
    if isinstance(error, Obstructed):
        return Outcome(RowState.WAITING, in_doubt=row.in_doubt)
    is_unknown = error.happened is Happened.UNKNOWN
    if isinstance(error, Rejected | NotFound | InvalidRequest) and not is_unknown:
        return Outcome(RowState.REJECTED, error.problem, error.code)
    in_doubt = row.in_doubt or is_unknown
    if isinstance(error, Throttled):
        return Outcome(RowState.WAITING, in_doubt=in_doubt)
    if row.tries + 1 < MOST_TRIES:
        return Outcome(RowState.WAITING, in_doubt=in_doubt, counts=True)
    return Outcome(RowState.UNCLEAR if in_doubt else RowState.FAILED, error.problem, error.code)


def is_service_trouble(error: KlickTippError | None) -> TypeGuard[KlickTippError]:
    """Whether an error tells of the service or the access, not of the contact."""
    return isinstance(error, AccessDenied | ServiceError | OutcomeUnknown | Unreachable)
