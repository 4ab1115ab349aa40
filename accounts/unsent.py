"""A form that arrives without the sign-in it was opened with: nothing is done with it, and nothing typed is lost.

Where htmx sent it, its page stays as it is. Otherwise a page keeps the fields, to be sent once more.
"""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_SECRET = re.compile(r"password|(?:^|_)(?:key|secret|code|token)$|^csrfmiddlewaretoken$", re.IGNORECASE)


def keeps_form(request: HttpRequest) -> bool:
    """Whether the form's fields may be put into a page to be sent once more.

    Only forms of views behind the sign-in, and only where the browser vouches that a page of the portal has sent
    them: what another site sends must never be one click away from being carried out.
    """
    view = request.resolver_match.func if request.resolver_match else None
    is_own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return is_own and getattr(view, "keeps_form", False)


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and values of what was typed, but for keys and passwords."""
    typed = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    return [(name, value) for name, value in typed if not _SECRET.search(name)]


def keep(request: HttpRequest, *, confirm_url: str = "") -> HttpResponse:
    """The page that keeps them. Hidden fields hold what was typed, but for keys and passwords, which are typed again.

    confirm_url: where a person who is signed in confirms that it is them, before the form is sent
    """
    kept = fields_of(request)
    lacks_secret = any(_SECRET.search(name) for name in request.POST if name != "csrfmiddlewaretoken")
    context = {"fields": kept, "lacks_secret": lacks_secret, "confirm_url": confirm_url}
    response = render(request, "accounts/unsent.html", context, status=403)
    response.headers["Cache-Control"] = "private, no-store"
    return response
