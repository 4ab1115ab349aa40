"""What goes before django-allauth's pages: who is a stranger gets to those of signing in and up alone, and nothing that
was typed is kept in a session until somebody has confirmed that it is them."""

from collections.abc import Callable
from typing import Any, Final

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from accounts.confirmation import way_to_confirm

FOR_STRANGERS: Final = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_signup",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_confirm_login_code",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "mfa_login_webauthn",
    }
)
"""The pages' names. All others of allauth need somebody who is signed in."""

Answer = Callable[[HttpRequest], HttpResponse]


def guard(get_response: Answer) -> Answer:
    """Stands behind allauth's own middleware, which would keep the whole request until the confirmation."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_view = _keep_strangers_out  # type: ignore[attr-defined]
    middleware.process_exception = _ask_to_confirm  # type: ignore[attr-defined]
    return middleware


def _keep_strangers_out(request: HttpRequest, *_: Any) -> HttpResponse | None:
    name = (request.resolver_match and request.resolver_match.url_name) or ""
    if request.user.is_authenticated or name in FOR_STRANGERS or not name.startswith(("account_", "mfa_")):
        return None
    return redirect_to_login(request.get_full_path())


def _ask_to_confirm(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The way to the confirmation and back to the page, where what was sent is typed once more."""
    if not isinstance(exception, ReauthenticationRequired):
        return None
    return redirect_to_login(request.get_full_path(), way_to_confirm(request))
