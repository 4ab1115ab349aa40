"""What members do is an entry of the log each time, and nobody can empty that: so there is an end to how often.

Where a page only shows, nothing has been done when its entry is to be written, so that writing it is refused. What a
form has done has to be told: its entries are only counted, and the next form is refused before it does anything.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.roles import Capability

SHOWN: Final = {"log_read": "100/10m/key"}
"""Of one person, by pages that only show: searches for contacts, reports about them, exports, obstacles."""
DONE: Final = {"log_changed": "300/10m/key"}
"""Of one person, by forms. Calls do not count: what asks KlickTipp takes its time."""
_FACTORS: Final = {"mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"}
"""Of a person's own pages those that can be sent for ever: what ends a session or a factor has to be had first."""
_READING: Final = ("GET", "HEAD")
_SHOWING: Final = {Capability.SEE_CLIENTS, Capability.SEE_LOG, Capability.SEE_WHOLE_LOG}


def count(user_id: int | None) -> None:
    """Call it before an entry is written. Answers a request for a team's page that only shows with status 429 where
    there have been too many."""
    request = context.request
    if request is None or user_id is None:
        return
    if not _only_shows(request, getattr(request.resolver_match, "func", None)):
        transaction.on_commit(partial(_is_within, request, user_id, DONE), robust=True)
    elif not _is_within(request, user_id, SHOWN):
        raise ImmediateHttpResponse(ratelimit.respond_429(request))


def refuse_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers a form with status 429 where those of its sender have written too many entries."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def before_view(request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        match, person = request.resolver_match, request.user.pk
        is_limited = hasattr(view, "capability") or (match and match.url_name in _FACTORS)
        if not is_limited or person is None or request.method in _READING or _only_shows(request, view):
            return None
        return None if _is_within(request, person, DONE, dry_run=True) else ratelimit.respond_429(request)

    middleware.process_view = before_view  # type: ignore[attr-defined]
    return middleware


def _only_shows(request: HttpRequest, view: Any) -> bool:
    capability = getattr(view, "capability", None)
    return capability is not None and (request.method in _READING or capability in _SHOWING)


def _is_within(request: HttpRequest, user_id: int, limit: dict[str, str], *, dry_run: bool = False) -> bool:
    (action,) = limit
    return bool(
        ratelimit.consume(
            request,
            app="allauth.account",
            action=action,
            key=str(user_id),
            config=limit,
            dry_run=dry_run,
            limit_get=True,
        )
    )
