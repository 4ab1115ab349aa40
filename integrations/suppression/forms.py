from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters
from integrations.addresses import email_in, trimmed
from integrations.audit.forms import as_sent
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject, search_hashes
from integrations.clients.models import ClientAccount
from integrations.phone_numbers import HOME, country_name, phone_number, show_first
from integrations.suppression.models import Suppression


class AddressField(forms.CharField):
    """An email address, also one that KlickTipp does not take, or an SMS number, without country code one of
    `country`; cleaned, the `Subject` that it is."""

    default_validators = [no_control_characters]

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Email address or SMS number"),
            max_length=254,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
            **options,
        )
        self.country = HOME

    def to_python(self, value: Any) -> str:
        return trimmed(super().to_python(value) or "")

    def clean(self, value: Any) -> Subject | None:
        typed = super().clean(value)
        if not typed:
            return None
        if "@" in typed:
            return Subject(SubjectKind.EMAIL, email_in(typed))
        if not any(character.isdigit() for character in typed):
            raise ValidationError(_("Please give a complete email address, or an SMS number."))
        return Subject(SubjectKind.SMS, phone_number(typed, self.country))


class FindForm(forms.Form):
    """An address or number to look for on the list; nothing shows the whole list."""

    address = AddressField()

    def __init__(self, account: ClientAccount, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["address"].country = account.phone_country  # type: ignore[attr-defined]


class SuppressForm(forms.Form):
    """An address or number that must not be added again."""

    address = AddressField()
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("For example: objection by letter of 3 March. No personal data, please."),
        validators=[no_control_characters],
    )

    def __init__(self, account: ClientAccount, data: QueryDict | None = None) -> None:
        super().__init__(data)
        field = self.fields["address"]
        field.country = self._country = account.phone_country  # type: ignore[attr-defined]
        field.help_text = gettext("A number without a country code is one of the client's country (%(country)s).") % {
            "country": country_name(self._country)
        }

    def clean_address(self) -> Subject:
        return as_sent(self.cleaned_data["address"])

    def clean(self) -> dict[str, Any]:
        subject = self.cleaned_data.get("address")
        if subject and subject.kind == SubjectKind.SMS:
            show_first(self, "address", subject.value, self._country)
        return self.cleaned_data


class ReleaseForm(forms.Form):
    """Why an entry may go; the address typed in full, as the list does not have it."""

    address = AddressField(help_text=_("In full, to confirm whom it is about."))
    why = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It stands in the log for good, for example: new consent of 14 May."),
        validators=[no_control_characters],
    )

    def __init__(self, data: QueryDict | None, *, account: ClientAccount, suppression: Suppression) -> None:
        super().__init__(data)
        self._account, self._suppression = account, suppression
        self.fields["address"].country = account.phone_country  # type: ignore[attr-defined]

    def clean_address(self) -> Subject:
        subject: Subject = self.cleaned_data["address"]
        if self._suppression.hash not in search_hashes(subject, self._account.team_id):
            raise ValidationError(_("This is not whom the entry is about. Nothing was changed."))
        return subject
