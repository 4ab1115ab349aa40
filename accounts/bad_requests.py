"""Requests that Django refuses before any view sees them: too large, with too many fields, or malformed."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for them. Where htmx sent the form, the page stays and shows the sentence above it."""
    is_too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return render(request, "400.html", {"is_too_big": is_too_big}, status=413 if is_too_big else 400)
