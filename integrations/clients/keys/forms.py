from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters
from integrations.clients.forms import _LONGEST_KEY, ClientForm
from integrations.clients.logins import Login
from integrations.clients.models import Credential


class SecretKeyField(forms.CharField):
    """A key as pasted: blanks around it are dropped, anything else that no key contains is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=_LONGEST_KEY,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
            **options,
        )

    def clean(self, value: Any) -> str:
        key = super().clean(value)
        if any(character.isspace() or not character.isprintable() for character in key):
            raise forms.ValidationError(_("A key contains no blanks or line breaks. Please copy it again."))
        if not key.isascii():
            raise forms.ValidationError(_("A key has only plain letters, digits and signs. Please copy it again."))
        return key


class CustomerKeyField(SecretKeyField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Customer key"),
            help_text=_("The owner of the KlickTipp account generates it there and gives it to you."),
            **options,
        )


class NewClientForm(ClientForm):
    """The same with the customer key. `is_granted`: KlickTipp is going to send the key, and the rest can follow."""

    customer_key = CustomerKeyField()

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_granted: bool = False, **options: Any) -> None:
        super().__init__(data, **options)
        self._is_granted = is_granted
        if is_granted:
            self.fields["name"].required = self.fields["colour"].required = False

    def clean(self) -> dict[str, Any]:
        if self._is_granted:
            self.errors.pop("customer_key", None)
        return super().clean() or self.cleaned_data


class KeyForm(forms.Form):
    customer_key = CustomerKeyField()


class ApiUserForm(forms.Form):
    """Username and password of an API user. The password is not sent back after an error."""

    username = forms.CharField(
        label=_("Username of the API user"),
        max_length=Credential.LONGEST_USERNAME,
        validators=[no_control_characters],
        help_text=_("It begins with the name of the main account, as in mainaccount-name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password of the API user"),
        max_length=_LONGEST_KEY,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    @property
    def login(self) -> Login:
        """What was typed, once it is valid."""
        return Login.by_api_user(self.cleaned_data["username"], self.cleaned_data["password"])


class NewClientByApiUserForm(ApiUserForm, ClientForm):
    """A new client account with username and password of an API user."""
