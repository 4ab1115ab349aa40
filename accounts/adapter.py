import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.signals import sign_in_stopped

TOLD_FOR_SECONDS = 5 * 60
"""As long as allauth's limit of failed attempts for one address."""


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP == "open"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            tried = str(credentials.get("email") or "").lower().encode()
            if cache.add(f"sign-in-stopped:{hashlib.sha256(tried).hexdigest()}", True, TOLD_FOR_SECONDS):
                sign_in_stopped.send(type(self), request=request, credentials=credentials)
            raise
