"""django-allauth's forms of passkeys stumble over answers that no browser gives; here these are wrong, no more."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms


class _Checked:
    def full_clean(self: Any) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except (TypeError, ValueError, KeyError, AttributeError):
            self.cleaned_data: dict[str, Any] = {}
            self.add_error(None, get_adapter().validation_error("incorrect_code"))


class Add(_Checked, forms.AddWebAuthnForm):
    pass


class Authenticate(_Checked, forms.AuthenticateWebAuthnForm):
    pass


class Login(_Checked, forms.LoginWebAuthnForm):
    pass


class Reauthenticate(_Checked, forms.ReauthenticateWebAuthnForm):
    pass
