from __future__ import annotations

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from accounts.models import User
from integrations.audit.models import Source


@dataclass(frozen=True)
class Actor:
    """Who acts, as the log keeps it: frozen, so it outlives the user. `name` may be anything, `email` is unique."""

    name: str
    user_id: int | None = None
    source: Source = Source.PAGE
    ip: str | None = None
    email: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} <{self.email}>" if self.email and self.email != self.name else self.name

    @classmethod
    def of(cls, request: HttpRequest, user: User | AnonymousUser | None = None) -> Actor:
        """The signed-in person behind a request, or `user` where nobody is signed in yet."""
        person = user or request.user
        ip = _address(request)
        if not isinstance(person, User):
            return cls(gettext_noop("somebody"), ip=ip)
        return cls(str(person), person.pk, ip=ip, email=person.email)


def _address(request: HttpRequest) -> str | None:
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None


COMMAND = Actor(gettext_noop("the portal's operator"), source=Source.COMMAND)
SYSTEM = Actor(gettext_noop("the portal"), source=Source.SYSTEM)
