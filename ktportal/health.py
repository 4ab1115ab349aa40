"""`/health/`, for load balancers and watchers: whether the portal can work. No secret, no session, any host."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from integrations.clock.signs import seen

PATH = "/health/"
KNOWN_SECONDS = 5
"""For so long an answer is given once more: anybody may ask, as often as they like."""
_found: list[bool] = []
_last: list[tuple[float, dict[str, Any], int]] = []


def answer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands before everything that a broken portal may lack. Status 503 if the database does not answer or is not
    migrated; how long clock and worker have been silent is told in seconds, null for never heard of."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return _answer() if request.path == PATH else get_response(request)

    return middleware


def _answer() -> HttpResponse:
    if not _last or time.monotonic() - _last[0][0] >= KNOWN_SECONDS:
        _last[:] = [(time.monotonic(), *_health())]
    _moment, told, status = _last[0]
    return JsonResponse(told, status=status, headers={"Cache-Control": "no-store"})


def _health() -> tuple[dict[str, Any], int]:
    """What is told, and the status."""
    try:
        is_migrated = _is_migrated()
        silent = {name: _seconds_since(moment) for name, moment in seen().items()}
    except Error:
        return {"database": "does not answer"}, 503
    told = {"database": "ok", "migrations": "ok" if is_migrated else "missing", "silent_seconds": silent}
    return told, 200 if is_migrated else 503


def _is_migrated() -> bool:
    """Looked up until it is: what this process needs of the schema does not change any more."""
    if not _found:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _found.append(True)
    return True


def _seconds_since(moment: datetime | None) -> int | None:
    return None if moment is None else int((timezone.now() - moment).total_seconds())
