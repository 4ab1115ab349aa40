from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from accounts.namesakes import is_in_use
from accounts.password_resets import PURPOSE, send_links
from accounts.roles import Role
from accounts.services import create_team, set_role
from accounts.validation import no_control_characters, no_web_address
from ktportal.encryption import encrypt

LINKS_TO_ONE_ADDRESS = {"reset_password": "5/m/key,10/h/key"}
NAME_IN_USE = _("Somebody in a team of yours has this name, or one that looks like it. Please add to yours.")
NAME_RULES = [no_control_characters, no_web_address]


class SignupForm(AllauthSignupForm):
    """Sign-up asks for nothing but email and password; the new person gets a team of their own."""

    account_already_exists: bool

    def clean(self) -> dict[str, Any]:
        """Rates the password once the address is right."""
        cleaned: dict[str, Any] = self.cleaned_data if self.errors else super().clean()
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            # As for a new account, so that the time an answer takes tells nobody who has one.
            make_password(self.cleaned_data["password1"])
        try:
            return super().try_save(request)
        except IntegrityError:
            if not User.objects.filter(email=self.cleaned_data["email"].lower()).exists():
                raise
            self.account_already_exists = True
            return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        """Hashes the password first: that takes long, and others would wait for the database meanwhile."""
        self.hashed = make_password(self.cleaned_data["password1"])
        with transaction.atomic():
            user: User = super().save(request)
        return user

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        set_role(create_team(user.email.partition("@")[0]), user, Role.OWNER, by=user)


class ChangePasswordForm(AllauthChangePasswordForm):
    def clean_oldpassword(self) -> str:
        """Wrong ones are counted, and in the log, as at the sign-in."""
        password: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class ResetPasswordForm(forms.Form):
    """Takes any address and finds out nothing about it. Where links have been asked for too often no more is sent, and
    the answer is the same: it is the links of the last hour that lie in the mailbox, whoever asked for them."""

    email = EmailField(required=True)

    def save(self, request: HttpRequest, **_: Any) -> str:
        email = str(self.cleaned_data["email"])
        if ratelimit.consume(
            request, app="allauth.account", action="reset_password", key=email.lower(), config=LINKS_TO_ONE_ADDRESS
        ):
            send_links.enqueue(encrypt(email, PURPOSE), get_language() or settings.LANGUAGE_CODE)
        return email


class ProfileForm(forms.ModelForm):
    name = forms.CharField(label=_("Your name"), max_length=100, required=False, validators=NAME_RULES)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As my browser asks")), *settings.LANGUAGES], required=False
    )

    class Meta:
        model = User
        fields = ["name", "language"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        teams = Team.objects.filter(memberships__user=self.instance)
        if "name" in self.changed_data and is_in_use(name, self.instance, teams):
            raise forms.ValidationError(NAME_IN_USE)
        return name


class TeamForm(forms.ModelForm):
    name = forms.CharField(
        label=_("Name of the team"),
        max_length=100,
        validators=NAME_RULES,
        help_text=_("All members see it, and mails of invitation name it."),
    )

    class Meta:
        model = Team
        fields = ["name"]


class SecondFactorForm(forms.Form):
    """Whether the members of a team need a second factor, and how long they have until then."""

    grace = forms.TypedChoiceField(
        label=_("Second factor"),
        choices=[
            ("", _("Everybody decides for themselves")),
            ("0", _("Required from now on")),
            ("7", _("Required in a week")),
            ("30", _("Required in 30 days")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Where it is required, who has none gets to nothing of the team but the page for adding one."),
    )
