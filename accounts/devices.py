"""Browsers in which somebody has signed in since their password is the present one and their sessions last ended.

What a browser keeps for that is a signed cookie that opens nothing; see `guesses` for what it is good for.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.signals import password_changed, password_reset
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
    """The device's name if this person has signed in there within a year, and nothing has ended that since."""
    device = _read(request)
    mark = device["marks"].get(_person(email))
    user = User.objects.with_address(email) if mark else None
    return device["name"] if user and mark == _mark(user) else None


def remember(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Gives the browser its cookie with the answer to a sign-in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if user := vars(request).get("known_here"):
            device, person = _read(request), _person(user.email)
            others = {other: mark for other, mark in device["marks"].items() if other != person}
            device["marks"] = dict(list({person: _mark(user), **others}.items())[:_MOST_PEOPLE])
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


@receiver([user_logged_in, password_changed, password_reset])
def know(request: HttpRequest, user: User, **_: Any) -> None:
    """From the answer to this request on the browser is one of this person's."""
    vars(request)["known_here"] = user


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        kept = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_LASTS_SECONDS)
        return {"name": kept["name"], "marks": kept.get("marks", {})}
    except signing.BadSignature:
        return {"name": get_random_string(20), "marks": {}}


def _person(email: str) -> str:
    return salted_hmac(_SALT, email.lower()).hexdigest()[:24]


def _mark(user: User) -> str:
    return salted_hmac(_SALT, f"{user.email} {user.get_session_auth_hash()}").hexdigest()[:24]
