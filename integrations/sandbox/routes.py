"""Which operation a path and a method name, and who may call it.

Every operation names its own route where it stands, in a module of ``operations``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Operation = TypeVar("Operation", bound=Callable[..., Any])
BY_KEY, BY_SESSION, BY_LISTBUILDING_KEY, FREE = "key", "session", "listbuilding", "free"


@dataclass(frozen=True)
class Route:
    """An operation and how its caller signs in; what is free needs no account.

    ``BY_KEY`` takes a session as well; so does ``BY_SESSION``, which says of one that is gone that it is.
    """

    operation: Callable[..., Any]
    auth: str


_FIXED: dict[str, dict[str, Route]] = {}
_BY_ID: dict[str, dict[str, Route]] = {}


def route(method: str, path: str, auth: str = BY_KEY) -> Callable[[Operation], Operation]:
    """Makes a function the operation of a method and a path, whose last step may be an id: ``/tag/{tagid}``."""

    def register(operation: Operation) -> Operation:
        folder, _, last = path.rpartition("/")
        by_method = _BY_ID.setdefault(folder, {}) if last.startswith("{") else _FIXED.setdefault(path, {})
        if method in by_method:
            raise ValueError(f"There are two operations for {method} {path}.")
        by_method[method] = Route(operation, auth)
        return operation

    return register


def plain_path(path: str) -> str:
    """The path without the suffix ``.json`` and a slash at its end."""
    return path.removesuffix(".json").rstrip("/") or "/"


def find(path: str) -> tuple[dict[str, Route], str] | None:
    """The routes of a plain path by method and the id in it or "", or None for an unknown path."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed, ""
    folder, _, last = path.rpartition("/")
    if last and folder in _BY_ID:
        return _BY_ID[folder], last
    return None
