"""A form whose page is older than the sign-in is refused, and ready to be sent once more."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from accounts import unsent


def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a wrong CSRF token. Only pages of the portal itself can read the new token in the answer."""
    has_htmx = bool(getattr(request, "htmx", False))
    if not has_htmx and unsent.keeps_form(request):
        return unsent.keep(request)
    response = render(request, "403_csrf.html", status=403)
    if has_htmx:
        trigger_client_event(response, "csrf", {"token": get_token(request)})
    return response
