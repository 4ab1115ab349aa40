from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.meanwhile import Meanwhile
from accounts.models import Membership
from accounts.validation import no_control_characters
from integrations.clients.models import ClientAccount
from integrations.phone_numbers import COUNTRIES, country_name

_LONGEST_KEY = 200


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
        chosen = (options.get("initial") or {}).get("colour")
        if self.instance.pk is None and not chosen:
            self.initial["colour"] = membership.team.accounts.free_colour()
        self._others = ClientAccount.objects.visible_to(membership).exclude(pk=self.instance.pk)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self._others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another client of your team has this name. Please choose a different one."))
        return name


class ClientSettingsForm(Meanwhile, ClientForm):
    """Besides name and colour the country, which a client has by itself as KlickTipp tells it."""

    class Meta(ClientForm.Meta):
        fields = ["name", "colour", "country"]
        labels = ClientForm.Meta.labels | {"country": _("Country")}
        help_texts = ClientForm.Meta.help_texts | {
            "country": _("Phone numbers that are typed without a country code are read as numbers of this country.")
        }

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: ClientAccount, **options: Any) -> None:
        known = {} if instance.phone_country in COUNTRIES else {instance.phone_country: instance.phone_country}
        super().__init__(data, instance=instance, initial={"country": instance.phone_country}, **options)
        self.fields["country"] = forms.ChoiceField(
            choices=[*COUNTRIES.items(), *known.items()],
            label=self.fields["country"].label,
            help_text=self.fields["country"].help_text,
        )
        self.knows(
            name=instance.name, colour=instance.get_colour_display(), country=country_name(instance.phone_country)
        )


class RemoveClientForm(forms.Form):
    """The name of a client account, typed to confirm that it shall go."""

    def __init__(self, data: Mapping[str, Any] | None, *, account: ClientAccount) -> None:
        super().__init__(data)
        self.fields["typed_name"] = TypedNameField(account.name, label=_("Name of the client"))
