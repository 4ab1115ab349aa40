"""What was received: the newest API calls, without any secret."""

import re
import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox import bodies
from integrations.sandbox.wire import Request

MOST_ENTRIES = 20_000
_LONGEST_PATH = 2_000
_SECRET_VALUES = re.compile(r"((?:^|[?&])(?:apikey|password|customerkey|sessid|x-ci)=)[^&]*", re.IGNORECASE)


@dataclass
class Entry:
    """A call; ``status`` stays None until it is answered, or for good if the connection was closed instead.

    ``handled`` says whether the service acted on the call, ``fault`` whether a fault was applied to it.
    """

    number: int
    at: str
    request_id: str | None
    method: str
    path: str
    body_type: str | None
    status: int | None = None
    handled: bool = False
    account: int | None = None
    fault: int | None = None


class RequestLog:
    """Keeps the newest entries; numbers go on counting through ``clear``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._number = 0

    def add(self, request: Request) -> Entry:
        request_id = request.headers.get("x-request-id")
        entry = Entry(
            number=0,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            request_id=request_id[:200] if request_id is not None else None,
            method=request.method[:20],
            path=_SECRET_VALUES.sub(r"\1...", request.target[:_LONGEST_PATH]),
            body_type=bodies.kind(request.headers.get("content-type", ""), request.body),
        )
        with self._lock:
            self._number += 1
            entry.number = self._number
            self._entries.append(entry)
        return entry

    def since(self, number: int = 0) -> list[dict[str, Any]]:
        """The entries with a greater number, oldest first."""
        with self._lock:
            entries = [entry for entry in self._entries if entry.number > number]
        return [asdict(entry) for entry in entries]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
