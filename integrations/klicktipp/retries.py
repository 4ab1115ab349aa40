"""Which failed attempts are worth another, and after how long."""

import random
from typing import Final

from .errors import KlickTippError, OutcomeUnknown, ServiceError, Throttled, Unreachable
from .operations import Operation

MAX_ATTEMPTS: Final = 3
_FIRST_PAUSE: Final = 0.5
_BROKEN_GATEWAY: Final = (502, 504)


def pause_before_next(operation: Operation, error: KlickTippError, failures: int, seconds_left: float) -> float | None:
    """Seconds to wait before the call may be repeated, None if it must not be.

    A call that was refused or never sent may always be repeated; one that may have happened, only if that
    does no harm. If the pause would go beyond the deadline, the caller learns of the error at once.
    """
    if failures >= MAX_ATTEMPTS or not _is_worth_repeating(operation, error):
        return None
    pause = error.retry_after if error.retry_after is not None else _back_off(failures)
    return pause if pause < seconds_left else None


def _is_worth_repeating(operation: Operation, error: KlickTippError) -> bool:
    if isinstance(error, Throttled | Unreachable):
        return True
    broken = isinstance(error, OutcomeUnknown) or (isinstance(error, ServiceError) and error.status in _BROKEN_GATEWAY)
    return broken and operation.repeatable


def _back_off(failures: int) -> float:
    """Doubles with every failure; the jitter keeps many clients from coming back at the same moment."""
    return _FIRST_PAUSE * 2.0 ** (failures - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
