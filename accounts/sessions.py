"""How long a sign-in lasts: twelve hours without use, thirty days at most; and ending it from elsewhere."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed, password_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db.models import F
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from accounts import devices
from accounts.models import User
from accounts.signals import sessions_ended

LONGEST_SECONDS = 30 * 24 * 3600
_NOTED_EVERY_SECONDS = 600
_BEGAN, _SEEN = "began_at", "seen_at"


def limit(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Ends sessions that have lasted for long, and notes now and then that one is in use, which prolongs it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            if now - request.session.setdefault(_BEGAN, now) > LONGEST_SECONDS:
                logout(request)
            elif now - request.session.get(_SEEN, 0) > _NOTED_EVERY_SECONDS:
                request.session[_SEEN] = now
                UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: Any) -> None:
    request.session[_BEGAN] = request.session[_SEEN] = time.time()


@receiver([password_changed, password_reset])
def _password_is_new(user: User, **_: Any) -> None:
    forget_pending_address(user)


def forget_pending_address(user: User) -> None:
    """Whoever had the session may have asked for another address; its confirmation shall not outlive it."""
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        EmailAddress.objects.filter(user=user, verified=False).delete()


def end(session: UserSession, *, by: User) -> None:
    """End one session of a person's own."""
    session.end()
    forget_pending_address(session.user)
    sessions_ended.send(User, user=session.user, by=by, are_all=False)


def end_all(user: User, *, by: User | None, request: HttpRequest | None = None) -> None:
    """End all sessions of a person, but for the one of their own `request`. `by` is None for a command."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    others = UserSession.objects.filter(user=user)
    if request is not None:
        update_session_auth_hash(request, user)
        UserSession.objects.create_from_request(request)
        others = others.exclude(session_key=request.session.session_key)
        devices.know(request, user)
    Session.objects.filter(session_key__in=list(others.values_list("session_key", flat=True))).delete()
    others.delete()
    forget_pending_address(user)
    sessions_ended.send(User, user=user, by=by, are_all=True)
