from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters
from integrations.audit.forms import ActionField
from integrations.clients.errand import Errand
from integrations.clients.models import ReferenceKind
from integrations.contacts.adding.submission import NewContact, Provenance, Submission
from integrations.contacts.fields.form_fields import FIELD_ID, FIRST_SHOWN, GLOBAL_NAMES, form_field
from integrations.contacts.fields.types import types_of
from integrations.contacts.fields.widgets import DayInput
from integrations.contacts.models import Basis
from integrations.contacts.subjects import ContactEmailField
from integrations.ids import LARGEST_KLICKTIPP_ID
from integrations.klicktipp import FieldType
from integrations.phone_numbers import country_name, phone_number, show_first
from integrations.tags.picker import TagsField, Typed

_MOST_DATA_FIELDS = 100


class ContactForm(forms.Form):
    """A contact that may be new: its addresses and data fields, and where it comes from."""

    action = ActionField()
    email = ContactEmailField(required=False)
    sms_number = forms.CharField(
        label=_("SMS number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    basis = forms.ChoiceField(label=_("Why may this contact be added?"), choices=[("", "–"), *Basis.choices])
    source = forms.CharField(
        label=_("Where does it come from?"),
        max_length=200,
        help_text=_("For example: order 4711, trade fair stand, phone call"),
        validators=[no_control_characters],
    )
    obtained_on = forms.DateField(
        label=_("Date (of the consent, order, …)"),
        widget=DayInput,
        validators=[MinValueValidator(date(1990, 1, 1), _("Please check the year."))],
    )

    def __init__(self, errand: Errand, data: QueryDict | None = None, typed: QueryDict | None = None) -> None:
        """To be checked with `data`, filled with what was `typed`, or fresh, for a contact of the errand's client."""
        super().__init__(data, initial=_initial(typed))
        self.errand = errand
        self.fields["sms_number"].help_text = _(
            "Besides the email address or instead of it. Without a country code it is one of the client's country "
            "(%(country)s)."
        ) % {"country": country_name(errand.account.phone_country)}
        self._as_typed = frozenset((data or typed or QueryDict()).getlist("as_typed"))
        self._names = errand.last_known(ReferenceKind.FIELDS).names()
        self._types = types_of(errand.account, errand.last_known(ReferenceKind.FIELDS))
        self.shown = _shown(data if data is not None else typed)
        for name in ("email", "sms_number"):
            self.fields[name].template_name = "contacts/address_field.html"  # type: ignore[attr-defined]
        for field_id in self.shown:
            self._add_field(field_id)

    def _add_field(self, field_id: str) -> None:
        name = self._names.get(field_id) or str(GLOBAL_NAMES.get(field_id, field_id))
        self.fields[field_id] = form_field(
            name,
            self._types.get(field_id),
            field_id=field_id,
            account=self.errand.account,
            as_typed=field_id in self._as_typed,
        )

    def show_field(self, field_id: str) -> bool:
        """One more data field; whether it is shown then."""
        if not FIELD_ID.fullmatch(field_id) or len(self.shown) >= _MOST_DATA_FIELDS:
            return False
        if field_id not in self.shown:
            self.shown.append(field_id)
            self._add_field(field_id)
        return True

    def data_fields(self) -> Iterable[forms.BoundField]:
        return (self[field_id] for field_id in self.shown)

    def clean_sms_number(self) -> str:
        typed = self.cleaned_data["sms_number"]
        return phone_number(typed, self.errand.account.phone_country) if typed else ""

    def clean_obtained_on(self) -> Any:
        day = self.cleaned_data["obtained_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not {"email", "sms_number"} & self.errors.keys() and not (cleaned["email"] or cleaned["sms_number"]):
            self.add_error("email", _("Please give an email address or an SMS number."))
        phones = [name for name in self.shown if self._types.get(name) is FieldType.PHONE]
        for name in ("sms_number", *phones):
            if cleaned.get(name):
                show_first(self, name, cleaned[name], self.errand.account.phone_country)
        return cleaned

    def new_contact(self) -> NewContact:
        cleaned = self.cleaned_data
        return NewContact(
            email=cleaned["email"],
            sms_number=cleaned["sms_number"],
            fields={name: cleaned[name] for name in self.shown if cleaned[name]},
        )

    def submission(self) -> Submission:
        """The form as it is to be sent. It is valid."""
        cleaned = self.cleaned_data
        provenance = Provenance(cleaned["basis"], cleaned["source"], cleaned["obtained_on"])
        given_back = {name: self.data.get(name, "") for name in ("looked", "seen", "unlooked")}
        return Submission(self.errand, self.new_contact(), provenance, cleaned["action"], **given_back)


class AddContactForm(ContactForm):
    """A new contact with its opt-in process and tags."""

    optin_process = forms.IntegerField(
        label=_("Opt-in process"),
        min_value=1,
        max_value=LARGEST_KLICKTIPP_ID,
        required=False,
        error_messages={"invalid": _("Please give the ID of an opt-in process as a number.")},
    )
    tags = TagsField(label=_("Tags"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if len(cleaned.get("tags", ())) > 1 and "email" not in self.errors and not cleaned.get("email"):
            self.add_error(
                "tags",
                _("KlickTipp can give only one tag to a contact without an email address. Please choose one."),
            )
        return cleaned

    def new_contact(self) -> NewContact:
        cleaned = self.cleaned_data
        return replace(
            super().new_contact(),
            optin_process_id=cleaned["optin_process"],
            tag_ids=cleaned["tags"].ids,
            new_tags=cleaned["tags"].new,
        )


class ContactAddressForm(forms.Form):
    """An email address that is to be looked up."""

    email = ContactEmailField(error_messages={"required": _("Please type the email address.")})


def _initial(typed: QueryDict | None) -> dict[str, Any]:
    """What was typed so far, under a fresh action."""
    given = {name: typed[name] for name in typed} | {"tags": Typed.of(typed, "tags")} if typed is not None else {}
    return given | {"action": uuid4()}


def _shown(source: QueryDict | None) -> list[str]:
    asked = source.getlist("shown") if source is not None else list(FIRST_SHOWN)
    return [name for name in dict.fromkeys(asked) if FIELD_ID.fullmatch(name)][:_MOST_DATA_FIELDS]
