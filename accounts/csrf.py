"""A form whose page is older than the sign-in is refused. Where htmx sent it, the page stays and gets a new token."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django_htmx.http import trigger_client_event


def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a wrong CSRF token. Only pages of the portal itself can read the new token in the answer."""
    response = render(request, "403_csrf.html", status=403)
    if getattr(request, "htmx", False):
        trigger_client_event(response, "csrf", {"token": get_token(request)})
    return response
