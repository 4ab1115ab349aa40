"""Faults: what should go wrong with the next calls."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

MOST_FAULTS = 1_000
_LONGEST_WAIT_MS = 600_000


class FaultError(ValueError):
    """A fault cannot be used; the message says why."""


@dataclass
class Fault:
    """One fault. ``remaining`` is None for one that always applies.

    ``close`` ends the connection without an answer, before or after the service has acted. ``status``,
    ``body`` and ``handle`` replace the answer (and the service acts only if ``handle``); ``headers`` and
    ``content_type`` change it. ``cut`` is the number of body bytes that are sent, ``drip_ms`` the pause
    before each byte of the whole answer.
    """

    number: int
    remaining: int | None
    path: str = "*"
    method: str = "*"
    delay_ms: int = 0
    status: int | None = None
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None
    close: str | None = None
    cut: int | None = None
    drip_ms: int | None = None
    handle: bool = False

    @property
    def replaces(self) -> bool:
        """Whether the answer is the fault's own."""
        return self.status is not None or self.body is not None

    @property
    def acts(self) -> bool:
        """Whether the service handles the call."""
        return self.close != "before" and (self.handle or not self.replaces)

    def matches(self, method: str, path: str) -> bool:
        return fnmatchcase(path, self.path) and self.method in ("*", method)

    def describe(self) -> dict[str, Any]:
        """The fault as ``GET faults`` shows it: only what was set."""
        shown = {name: value for name, value in vars(self).items() if value not in (None, {}, 0, False, "*")}
        return shown | ({"always": True} if self.remaining is None else {})


def _integer(low: int, high: int) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise FaultError(f'"{name}" must be a whole number from {low} to {high}.')
        return value

    return check


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise FaultError(f'"{name}" must be a text.')
    return value


def _line(name: str, value: Any) -> str:
    if "\r" in _text(name, value) or "\n" in value:
        raise FaultError(f'"{name}" must not contain line breaks.')
    return str(value)


def _path(name: str, value: Any) -> str:
    if not _line(name, value).startswith(("/", "*")):
        raise FaultError('"path" must start with / or *.')
    return str(value).removesuffix(".json")


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise FaultError(f'"{name}" must be true or false.')
    return value


def _close(name: str, value: Any) -> str:
    if value not in ("before", "after"):
        raise FaultError('"close" must be "before" or "after".')
    return str(value)


def _headers(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise FaultError('"headers" must be an object of header names and texts.')
    return {_line("headers", key): _line("headers", str(text)) for key, text in value.items()}


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "times": _integer(1, 1_000_000),
    "always": _boolean,
    "path": _path,
    "method": lambda name, value: _line(name, value).upper(),
    "delay_ms": _integer(0, _LONGEST_WAIT_MS),
    "status": _integer(200, 599),
    "body": _text,
    "headers": _headers,
    "content_type": _line,
    "close": _close,
    "cut": _integer(0, 10_000_000),
    "drip_ms": _integer(1, _LONGEST_WAIT_MS),
    "handle": _boolean,
}
_EFFECTS = frozenset({"delay_ms", "status", "body", "headers", "content_type", "close", "cut", "drip_ms"})


class FaultBox:
    """The faults that wait for a call, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._number = 0

    def add(self, wanted: Any) -> dict[str, Any]:
        """Queues a fault from the JSON object of ``POST faults`` and describes it. Raises FaultError."""
        if not isinstance(wanted, dict):
            raise FaultError("A fault is a JSON object.")
        unknown = sorted(set(wanted) - set(_CHECKS))
        if unknown:
            raise FaultError(f'"{unknown[0]}" is not known; known are {", ".join(_CHECKS)}.')
        values = {name: _CHECKS[name](name, value) for name, value in wanted.items() if value is not None}
        if not _EFFECTS & set(values):
            raise FaultError(f"A fault needs at least one of {', '.join(sorted(_EFFECTS))}.")
        always, times = values.pop("always", False), values.pop("times", None)
        if always and times:
            raise FaultError('Give "times" or "always", not both.')
        if "close" in values and {"status", "body", "cut", "drip_ms"} & set(values):
            raise FaultError('"close" gives no answer, so it goes with no "status", "body", "cut" or "drip_ms".')
        with self._lock:
            if len(self._faults) >= MOST_FAULTS:
                raise FaultError(f"There are {MOST_FAULTS} faults already.")
            self._number += 1
            fault = Fault(self._number, None if always else times or 1, **values)
            self._faults.append(fault)
            return fault.describe()

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault for this call, counted as used once."""
        if not self._faults:
            return None
        with self._lock:
            fault = next((fault for fault in self._faults if fault.matches(method, path)), None)
            if fault and fault.remaining is not None:
                fault.remaining -= 1
                if fault.remaining == 0:
                    self._faults.remove(fault)
            return fault

    def describe(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.describe() for fault in self._faults]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
