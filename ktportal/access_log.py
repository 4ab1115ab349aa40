"""A line for each request: who asked from where for what, how it ended, and how long it took."""

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import get_adapter
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


def write(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands before all other middleware. The query string is left out; the log's filter cuts keys out of paths."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        logger.info(
            '%s %s "%s %s" %s %s bytes %d ms',
            _address(request),
            _person(request),
            request.method,
            quote(request.path, safe="/:@!$&()*+,;=~-._"),
            response.status_code,
            "?" if response.streaming else len(response.content),
            (time.perf_counter() - began) * 1000,
        )
        return response

    return middleware


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "?"


def _person(request: HttpRequest) -> str:
    session: Any = getattr(request, "session", None)
    user_id = session.get(SESSION_KEY) if session is not None and session.accessed else None
    return f"user {user_id}" if user_id else "-"
