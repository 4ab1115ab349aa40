"""From an answer that is no success to the error it stands for."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from .entities import decoded
from .errors import (
    AccessDenied,
    Happened,
    InvalidRequest,
    KlickTippError,
    NotFound,
    Rejected,
    ServiceError,
    Throttled,
)
from .operations import OPERATIONS, AuthKind, Operation
from .problems import UPDATE_FAILED, WHY_UPDATE_FAILED, Problem
from .transport import Answer

_CLASSES: Final[Mapping[int, type[KlickTippError]]] = {
    400: InvalidRequest,
    401: AccessDenied,
    403: AccessDenied,
    404: NotFound,
    405: InvalidRequest,
    406: Rejected,
    409: InvalidRequest,
    429: Throttled,
    503: Throttled,
}
_CODE: Final = re.compile(r"[0-9]{1,9}")
_SECONDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_LONGEST_TEXT: Final = 2000
_LONGEST_BODY: Final = 64 * 1024


def refusal(operation: Operation, answer: Answer, *, by_session: bool = False) -> KlickTippError:
    """The error for an answer outside 2xx, or for one that tells an error. Status, code and operation decide; no text
    does. A code that comes with another status than 406 means what it means there, if the operation knows it.

    by_session: whether a session signed the request, or it was to get one
    """
    said = _decoded(answer.body or b"")
    told = said if isinstance(said, dict) else {}
    status, code, detail = answer.status, _code(told.get("error")), _code(told.get("code"))
    is_rule = status < 300 or status == 406 or (status in (400, 401, 409) and code in operation.codes)
    problem = problem_of(operation.name, code, detail) if is_rule else _problem(operation, status, by_session)
    return _kind(operation, status, problem, is_rule)(
        operation.name,
        status=status,
        code=code,
        detail=detail,
        field=_text(told.get("field")),
        name=_text(told.get("name")),
        value=_text(told.get("field_value")),
        reason=_text(told.get("reason")),
        message=_message(said),
        happened=Happened.NO if is_rule else _happened(operation, status),
        problem=problem,
        retry_after=_retry_after(answer.headers.get("Retry-After")),
    )


def _kind(operation: Operation, status: int, problem: Problem | None, is_rule: bool) -> type[KlickTippError]:
    """A contact that is not there is not found, by whatever status the service says so."""
    if problem is Problem.CONTACT_NOT_FOUND and operation.without_code is problem:
        return NotFound
    return Rejected if is_rule else _CLASSES.get(status, ServiceError)


def problem_of(operation: str, code: int | None, detail: int | None = None) -> Problem:
    """What a 406 means for the operation of this name.

    `code` is its `error`, `detail` its `code`, which comes with error 10 only; each is None where the body
    has none. A code that the catalogue does not hold is `UNKNOWN_CODE`.
    """
    if code is None:
        return OPERATIONS[operation].without_code
    if code == UPDATE_FAILED and detail is not None:
        return WHY_UPDATE_FAILED.get(detail, Problem.UPDATE_FAILED)
    return OPERATIONS[operation].codes.get(code, Problem.UNKNOWN_CODE)


def _happened(operation: Operation, status: int) -> Happened:
    refused = 300 <= status < 500 or status == 503
    return Happened.NO if refused else operation.doubtful


def _problem(operation: Operation, status: int, by_session: bool) -> Problem | None:
    if status in operation.statuses:
        return operation.statuses[status]
    if status == 409:
        return Problem.REFUSED
    if status in (401, 403) and by_session:
        return Problem.USER_DENIED
    if status in (401, 403) and operation.auth is AuthKind.LISTBUILDING:
        return Problem.INVALID_API_KEY
    return None


def _decoded(body: bytes) -> object:
    """The JSON of a body, or its text where it is none, or longer than a refusal is."""
    if len(body) > _LONGEST_BODY:
        return _beginning(body)
    try:
        return json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return _beginning(body)


def _beginning(body: bytes) -> str:
    return body[:_LONGEST_TEXT].decode(errors="replace").strip()


def _message(said: object) -> str | None:
    """The service's own words, in whatever form they come; a page of HTML is none."""
    if isinstance(said, dict):
        given = (said.get(name) for name in ("error_message", "message", "error"))
        said = [text for text in given if isinstance(text, str) and not _CODE.fullmatch(text)]
    if isinstance(said, list):
        said = next((item for item in said if isinstance(item, str)), None)
    text = _text(decoded(said) if isinstance(said, str) else None)
    return text if text and not text.lstrip().startswith("<") else None


def _text(value: object) -> str | None:
    """Bad surrogates and NUL are replaced: not every database could store them."""
    if not isinstance(value, str) or not value:
        return None
    return value[:_LONGEST_TEXT].encode(errors="replace").decode().replace("\0", "?")


def _code(value: object) -> int | None:
    return int(value) if isinstance(value, str) and _CODE.fullmatch(value) else None


def _retry_after(value: str | None) -> float | None:
    """Seconds, given as such or as the date to wait for (RFC 9110)."""
    if not value:
        return None
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
