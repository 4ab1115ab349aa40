from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import create_team, set_role
from accounts.validation import no_control_characters


class SignupForm(forms.Form):
    """What sign-up asks besides email and password; the new person gets a team of their own."""

    name = forms.CharField(label=_("Your name"), max_length=100, validators=[no_control_characters])
    team = forms.CharField(label=_("Company or team"), max_length=100, validators=[no_control_characters])
    field_order = ["name", "team", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        set_role(create_team(self.cleaned_data["team"]), user, Role.OWNER, by=user)


class ProfileForm(forms.ModelForm):
    name = forms.CharField(label=_("Your name"), max_length=100, required=False, validators=[no_control_characters])
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As my browser asks")), *settings.LANGUAGES], required=False
    )

    class Meta:
        model = User
        fields = ["name", "language"]
