"""django-allauth's forms of passkeys stumble over answers that no browser gives; here these are wrong, no more."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms
from allauth.mfa.webauthn.internal.auth import get_state
from django.forms import CharField
from fido2.webauthn import UserVerificationRequirement

from accounts.code_forms import Counted
from accounts.validation import no_control_characters


class _Checked:
    def full_clean(self: Any) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
            self.cleaned_data: dict[str, Any] = {}
            self.add_error(None, get_adapter().validation_error("incorrect_code"))


class Edit(forms.EditWebAuthnForm):
    name = CharField(validators=[no_control_characters])


class Add(_Checked, forms.AddWebAuthnForm):
    """A passkey signs in alone, unless somebody wants it as a second factor only."""

    name = CharField(required=False, validators=[no_control_characters])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = ""


class Authenticate(_Checked, Counted, forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return self.counted(super().clean_credential)


class Login(_Checked, forms.LoginWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        """Only in answer to a question for a PIN or a fingerprint: allauth keeps that of a second factor, which asks
        for neither, at the same place of the session."""
        if (get_state() or {}).get("user_verification") != UserVerificationRequirement.REQUIRED:
            raise get_adapter().validation_error("incorrect_code")
        return super().clean_credential()


class Reauthenticate(_Checked, Counted, forms.ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return self.counted(super().clean_credential)
