from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.mfa import lacks_required_factor
from accounts.models import Team


def signup(request: HttpRequest) -> dict[str, bool]:
    return {"signup_is_open": settings.SIGNUP == "open", "has_passkeys": settings.HAS_PASSKEYS}


def second_factor(request: HttpRequest) -> dict[str, Any]:
    """For the pages of a team that requires a second factor, and the page for adding one: whether it is lacking."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    team, lacks = getattr(request, "team", None), getattr(request, "lacks_factor", False)
    if team is None and request.resolver_match and request.resolver_match.url_name == "mfa_index":
        asking = Team.objects.filter(memberships__in=user.memberships.current(), second_factor_from__isnull=False)
        team = asking.order_by("second_factor_from").first()
        lacks = team is not None and lacks_required_factor(team, user)
    if team is None or not lacks:
        return {}
    since = team.second_factor_from
    return {"needs_second_factor": {"team": team, "since": since, "is_overdue": since <= timezone.now()}}
