"""The page for what went wrong inside; it asks nothing of the database, which may be what is missing."""

import sys
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import resolve

from accounts import unsent

RETRY_SECONDS = 15


def server_error(request: HttpRequest) -> HttpResponse:
    """Status 503 where the database is locked or away, with the form that was sent; else 500."""
    if not any(isinstance(error, OperationalError | InterfaceError) for error in _chain(sys.exc_info()[1])):
        return HttpResponse(render_to_string("500.html"), status=500)
    context = {"fields": _fields(request), "path": request.get_full_path(), "csrf_token": get_token(request)}
    response = HttpResponse(render_to_string("503.html", context), status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What a plain form of the portal's had in it; htmx keeps its page."""
    if request.method != "POST" or "HX-Request" in request.headers:
        return []
    try:
        request.resolver_match = request.resolver_match or resolve(request.path_info)
    except Http404:
        return []
    return unsent.fields_of(request) if unsent.keeps_form(request) else []
