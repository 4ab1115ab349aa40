"""How much a request may bring, and of what kind: decided by its head, before anything reads its body.

No form of the portal uploads files, so what is multipart is refused: parsing it costs far more than other forms of the
same size. A view that takes files says so with `accepts_files`, and gets them from people who are signed in.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from accounts.bad_requests import bad_request

LARGEST_OF_STRANGERS: Final = 64 * 1024
"""Bytes. People who are signed in may send `DATA_UPLOAD_MAX_MEMORY_SIZE`, files included."""

Answer = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., Any])


def accepts_files(view: View) -> View:
    """A view whose form uploads files."""
    view.accepts_files = True  # type: ignore[attr-defined]
    return view


def limit(get_response: Answer) -> Answer:
    """Stands before all that reads a form: the CSRF protection, also that of the page for an address that is none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        refused = _why_not(request)
        return bad_request(request, refused) if refused else get_response(request)

    return middleware


def _why_not(request: HttpRequest) -> Exception | None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdecimal() and len(length) < 12 else None
    if size is None or size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return RequestDataTooBig()
    if size > LARGEST_OF_STRANGERS and not request.user.is_authenticated:
        return RequestDataTooBig()
    if request.content_type == "multipart/form-data" and not _takes_files(request):
        return BadRequest()
    return None


def _takes_files(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return request.user.is_authenticated and getattr(view, "accepts_files", False)
