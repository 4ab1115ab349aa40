"""What members may ask for as often as they like, though it is an entry of the log each time: nobody can empty that, so
there is an end to it."""

from typing import Final

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit

MOST: Final = "100/10m/key"
"""Of one person, searches for contacts, reports about them and exports together."""


def not_too_often(user_id: int | None) -> None:
    """Call it before the entry is written. Answers a request that comes too often with status 429."""
    action, request = "log_read", context.request
    if request and not ratelimit.consume(
        request, app="allauth.account", action=action, key=str(user_id), config={action: MOST}, limit_get=True
    ):
        raise ImmediateHttpResponse(ratelimit.respond_429(request))
