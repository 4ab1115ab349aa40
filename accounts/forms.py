from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import create_team, set_role
from accounts.validation import no_control_characters


class SignupForm(forms.Form):
    """Sign-up asks for nothing but email and password; the new person gets a team of their own."""

    def signup(self, request: HttpRequest, user: User) -> None:
        set_role(create_team(user.email.partition("@")[0]), user, Role.OWNER, by=user)


class ProfileForm(forms.ModelForm):
    name = forms.CharField(label=_("Your name"), max_length=100, required=False, validators=[no_control_characters])
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As my browser asks")), *settings.LANGUAGES], required=False
    )

    class Meta:
        model = User
        fields = ["name", "language"]
