import hashlib
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from accounts import guesses
from accounts.confirmation import confirmed_lately
from accounts.crowds import Crowded
from accounts.hashing import from_place_of
from accounts.models import User
from accounts.signals import sign_in_stopped

TOLD_FOR_SECONDS = 5 * 60
"""As long as the limit of failed attempts for one address."""

LONGEST_WAY_ON = 2000
"""Characters of an address that a form names for afterwards."""


class Adapter(DefaultAccountAdapter):
    _guess: guesses.Guess | None = None

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """For allauth's own pages the same half hour as for the portal's."""
        return not confirmed_lately(self.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Who has a second factor confirms with it: a password that was stolen confirms nothing."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods

    def is_safe_url(self, url: str | None) -> bool:
        """What leads on after a sign-in waits in the session of who is a stranger still."""
        return url is not None and len(url) <= LONGEST_WAY_ON and super().is_safe_url(url)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """With the password as the form has hashed it."""
        form.cleaned_data.pop("password1")
        user = super().save_user(request, user, form, commit=False)
        user.password = form.hashed
        user.save()
        return user

    def set_password(self, user: User, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP == "open"

    def get_client_ip(self, request: HttpRequest) -> str:
        """An IPv4 address as such, also where a socket of IPv6 tells it: these are no addresses of one network."""
        told = super().get_client_ip(request)
        try:
            mapped = getattr(ip_address(told), "ipv4_mapped", None)
        except ValueError:
            return told
        return str(mapped or told)

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "accounts.stages.SameSignIn"]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts attempts by the account alone, whatever host was asked for; where its owner has signed in before, by
        the device or session, too, and not by the network, which strangers may share."""
        email = str(credentials.get("email") or "").lower()
        is_known = guesses.place_of(request, email) is not None
        if not is_known and not guesses.may_compare(request, email):
            raise ImmediateHttpResponse(ratelimit.respond_429(request))
        self._guess = guesses.count(request, "password", email)
        if self._guess is None:
            place = guesses.place_of(request, email) or ""
            told = hashlib.sha256(f"{place}:{email}".encode()).hexdigest()
            if cache.add(f"sign-in-stopped:{told}", True, TOLD_FOR_SECONDS):
                sign_in_stopped.send(type(self), request=request, credentials=credentials)
            raise self.validation_error("too_many_login_attempts")
        if is_known and not guesses.may_compare(request, email):
            self._guess.take_back()
            raise ImmediateHttpResponse(ratelimit.respond_429(request))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As allauth does. Where it is too crowded to compare passwords nothing was guessed."""
        email = str(credentials.get("email") or "").lower()
        try:
            with from_place_of(email if guesses.place_of(request, email) else None):
                return super().authenticate(request, **credentials)
        except Crowded:
            self._rollback_login_failed_rl_usage()
            raise

    def _rollback_login_failed_rl_usage(self) -> None:
        if self._guess:
            self._guess.take_back()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        guesses.forget_strangers(request, str(credentials.get("email") or "").lower())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Without what a request says of the portal's address."""
        self.render_mail(template_prefix, email, {"email": email, "portal": settings.PORTAL_URL} | context).send()

    def send_account_already_exists_mail(self, email: str) -> None:
        link = settings.PORTAL_URL + reverse("account_reset_password")
        self.send_mail("account/email/account_already_exists", email, {"password_reset_url": link})

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid_and_key = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PORTAL_URL + uid_and_key.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        return settings.PORTAL_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
