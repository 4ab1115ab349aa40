"""Requests that are refused before any view sees them: too large, with too many fields, malformed, for another host."""

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for them. Where htmx sent the form, the page stays and shows the sentence above it."""
    is_too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    portal = settings.PORTAL_URL if isinstance(exception, DisallowedHost) else ""
    context = {"is_too_big": is_too_big, "portal": portal}
    return render(request, "400.html", context, status=413 if is_too_big else 400)
