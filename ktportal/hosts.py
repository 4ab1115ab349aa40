"""The portal answers under its own address alone: what is built from a request's `Host` is then never a stranger's."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.bad_requests import bad_request

Answer = Callable[[HttpRequest], HttpResponse]


def only_its_own(get_response: Answer) -> Answer:
    """Refuses other hosts, ports and spellings than those of `PORTAL_URL`, with a page that names the address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            if request.get_host() == settings.PORTAL_HOST:
                return get_response(request)
            refused = DisallowedHost()
        except DisallowedHost as error:
            refused = error
        with translation.override(translation.get_language_from_request(request)):
            return bad_request(request, refused)

    return middleware
