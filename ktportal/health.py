"""`/health/`, for load balancers and watchers: whether the portal can work. No secret, no session, any host."""

from collections.abc import Callable
from datetime import datetime

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from integrations.clock.signs import seen

PATH = "/health/"
_found: list[bool] = []


def answer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands before everything that a broken portal may lack. Status 503 if the database does not answer or is not
    migrated; how long clock and worker have been silent is told in seconds, null for never heard of."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return _health() if request.path == PATH else get_response(request)

    return middleware


def _health() -> HttpResponse:
    try:
        is_migrated = _is_migrated()
        silent = {name: _seconds_since(moment) for name, moment in seen().items()}
    except Error:
        return JsonResponse({"database": "does not answer"}, status=503)
    told = {"database": "ok", "migrations": "ok" if is_migrated else "missing", "silent_seconds": silent}
    return JsonResponse(told, status=200 if is_migrated else 503, headers={"Cache-Control": "no-store"})


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
