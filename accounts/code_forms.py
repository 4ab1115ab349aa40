"""django-allauth's forms for codes of the second factor, with the portal's way to count guesses."""

from collections.abc import Callable
from typing import TypeVar

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms

from accounts import guesses
from accounts.models import User

T = TypeVar("T")


class Counted:
    user: User

    def counted(self, clean: Callable[[], T]) -> T:
        """What `clean` makes of the field, where there have not been too many guesses before."""
        guess = guesses.count(context.request, "code", self.user.email)
        if guess is None:
            raise get_adapter().validation_error("too_many_login_attempts")
        cleaned = clean()
        guess.take_back()
        return cleaned


class Authenticate(Counted, forms.AuthenticateForm):
    def clean_code(self) -> str:
        return self.counted(super().clean_code)


class Reauthenticate(Counted, forms.ReauthenticateForm):
    def clean_code(self) -> str:
        return self.counted(super().clean_code)
