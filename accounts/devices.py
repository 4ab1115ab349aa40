"""Browsers in which somebody has signed in before: wrong passwords there are counted apart from those of strangers.

So nobody can lock a person out by guessing: a stranger's guesses use up the strangers' attempts alone. What a browser
keeps for that is a signed cookie that opens nothing.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

from accounts.models import User

_SALT = "accounts.devices"
_LASTS_SECONDS = 365 * 24 * 3600
_MOST_PEOPLE = 5


def known_device(request: HttpRequest, email: str) -> str | None:
    """The device's name if this person has signed in there within a year."""
    device = _read(request)
    return device["name"] if _mark(email) in device["people"] else None


def remember(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Gives the browser its cookie with the answer to a sign-in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if user := vars(request).get("signed_in_here"):
            device, mark = _read(request), _mark(user.email)
            others = [person for person in device["people"] if person != mark]
            device["people"] = [mark, *others][:_MOST_PEOPLE]
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                signing.dumps(device, salt=_SALT),
                max_age=_LASTS_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    vars(request)["signed_in_here"] = user


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        kept = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_LASTS_SECONDS)
        return {"name": kept["name"], "people": kept["people"]}
    except signing.BadSignature:
        return {"name": get_random_string(20), "people": []}


def _mark(email: str) -> str:
    return salted_hmac(_SALT, email.lower()).hexdigest()[:24]
