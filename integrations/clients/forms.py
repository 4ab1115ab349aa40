from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.validation import no_control_characters
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Credential

_LONGEST_KEY = 200


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


class TypedNameField(forms.CharField):
    """The name of what shall go, typed to confirm it: `name`, however many blanks stand between its words."""

    _WRONG = _("This is not the name. Nothing was deleted.")

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(
            error_messages={"required": self._WRONG},
            help_text=_("Type the name as it stands above, to confirm."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
            **options,
        )
        self._name = name

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if _as_shown(typed) != _as_shown(self._name):
            raise forms.ValidationError(self._WRONG)
        return typed


def _as_shown(text: str) -> str:
    """The text with single blanks, as a browser shows it."""
    return " ".join(text.split())


class ClientForm(forms.ModelForm):
    """Name and colour of a client account; no other client that the member sees has the same name."""

    name = forms.CharField(label=_("Name of the client"), max_length=100, validators=[no_control_characters])

    class Meta:
        model = ClientAccount
        fields = ["name", "colour"]
        labels = {"colour": _("Colour")}
        help_texts = {"colour": _("The header shows it, so that nobody works for the wrong client.")}

    def __init__(self, data: Mapping[str, Any] | None = None, *, membership: Membership, **options: Any) -> None:
        super().__init__(data, **options)
        self._others = ClientAccount.objects.visible_to(membership).exclude(pk=self.instance.pk)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self._others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another client of your team has this name. Please choose a different one."))
        return name


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


class RemoveClientForm(forms.Form):
    """The name of a client account, typed to confirm that it shall go."""

    def __init__(self, data: Mapping[str, Any] | None, *, account: ClientAccount) -> None:
        super().__init__(data)
        self.fields["typed_name"] = TypedNameField(account.name, label=_("Name of the client"))


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
