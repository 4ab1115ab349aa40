"""The forms on a contact's page that change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.validation import no_control_characters
from integrations.addresses import readable_email
from integrations.audit.forms import ActionField
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.clients.signed import Signed
from integrations.contacts.fields.form_fields import FIELD_ID, GLOBAL_NAMES, ValueField, form_field, in_words
from integrations.contacts.subjects import ContactEmailField
from integrations.ids import LARGEST_KLICKTIPP_ID
from integrations.klicktipp import Contact, FieldType
from integrations.phone_numbers import country_name, phone_number, readable_number, show_first
from integrations.tags.picker import TagsField, Typed

MOST_FIELDS = 400


def sign(errand: Errand, contact: Contact, field_ids: Iterable[str] = ()) -> str:
    """What of a contact a form showed, to come back with it: so that only what the person changed is sent, and what
    somebody else has changed meanwhile is not overwritten unseen."""
    fields = {field_id: contact.fields.get(field_id, "") for field_id in field_ids}
    shown = {"email": contact.email, "sms_number": contact.sms_number, "fields": fields}
    return Signed(errand, f"contact {contact.id}").dumps(shown)


def shown_contact(errand: Errand, contact_id: str, data: QueryDict) -> Contact | None:
    """The contact as far as its form showed it; None if the form does not say so."""
    shown = Signed(errand, f"contact {contact_id}").loads(data.get("shown", ""))
    return Contact(id=contact_id, **shown) if shown else None


def label_of(contact: Contact) -> str:
    """What a contact is called: by its address, else by its ID."""
    return (
        readable_email(contact.email) or readable_number(contact.sms_number) or _("Contact %(id)s") % {"id": contact.id}
    )


# --- Data fields ---


@dataclass(frozen=True)
class EditedField:
    """A data field of the form, and what stood in it when the form was shown."""

    id: str
    name: str
    kind: FieldType | None
    wire: str

    @property
    def shown(self) -> str:
        """The same in words; "" for a date that was never set."""
        return in_words(self.kind, self.wire)


@dataclass(frozen=True)
class Change:
    """What a person wants in a data field: as typed, for the wire, and before and after in words. `is_as_typed` says
    that it can mean several things, and is to be sent all the same."""

    id: str
    name: str
    typed: str
    wire: str
    before: str
    after: str
    is_as_typed: bool


def edited_fields(
    filled: Mapping[str, str], names: Mapping[str, str], types: Mapping[str, FieldType], all_of_them: bool = True
) -> list[EditedField]:
    """The data fields of a contact for the form, in the order of KlickTipp's list, filled ones before empty ones.

    names: of the account's data fields by id
    all_of_them: the account's empty ones too, as far as there is room
    """
    known = {field_id: str(name) for field_id, name in GLOBAL_NAMES.items()} | dict(names)
    places = {field_id: place for place, field_id in enumerate(known)}
    ids = [*filled, *(names if all_of_them else ())]
    possible = dict.fromkeys(field_id for field_id in ids if FIELD_ID.fullmatch(field_id))
    ordered = sorted(possible, key=lambda field_id: (not filled.get(field_id), places.get(field_id, len(places))))
    return [
        EditedField(field_id, known.get(field_id) or field_id, types.get(field_id), filled.get(field_id, ""))
        for field_id in ordered[:MOST_FIELDS]
    ]


class ChangeFieldsForm(forms.Form):
    """Data fields of a contact. What is left as it was shown is not checked and is no change."""

    action = ActionField()

    def __init__(
        self,
        account: ClientAccount,
        data: QueryDict | None = None,
        *,
        edited: Sequence[EditedField],
        typed: QueryDict | None = None,
    ) -> None:
        """`typed` fills the form without checking it. A field that is missing in either is as it was shown."""
        as_typed = (data or typed or QueryDict()).getlist("as_typed")
        made = {
            field.id: form_field(
                field.name,
                field.kind,
                field.wire,
                field_id=field.id,
                account=account,
                as_typed=field.id in as_typed,
            )
            for field in edited
        }
        if data is not None:
            data = data.copy()
            for field_id, field in made.items():
                data.setdefault(field_id, field.initial)
        initial = {field_id: typed.get(field_id) for field_id in made if typed and field_id in typed}
        super().__init__(data, initial=initial)
        self._edited = edited
        for field_id, field in made.items():
            if data is not None and not field.has_changed(field.initial, data.get(field_id)):
                field.validators = []
            field.template_name = "contacts/changing/field.html"
            self.fields[field_id] = field

    def filled_fields(self) -> list[forms.BoundField]:
        return [self[field.id] for field in self._edited if field.shown]

    def empty_fields(self) -> list[forms.BoundField]:
        return [self[field.id] for field in self._edited if not field.shown]

    @property
    def shows_empty_fields(self) -> bool:
        """Whether something is typed in one of the empty fields, or there are no others."""
        return not self.filled_fields() or any(bound.value() or bound.errors for bound in self.empty_fields())

    def changes(self) -> list[Change]:
        """What is to become different from what was shown. The form is valid."""
        changes = []
        for field in self._edited:
            before, after = (in_words(field.kind, wire) for wire in (field.wire, self.cleaned_data[field.id]))
            if before != after:
                wire = self.cleaned_data[field.id]
                typed, is_as_typed = self[field.id].value(), self.fields[field.id].asks  # type: ignore[attr-defined]
                changes.append(Change(field.id, field.name, typed, wire, before, after, is_as_typed))
        return changes

    def is_touched(self, field_id: str) -> bool:
        """Whether something else was typed than what was shown."""
        field = self.fields[field_id]
        return isinstance(field, ValueField) and field.has_changed(field.initial, self[field_id].value())


# --- Addresses ---


class AddressForm(forms.Form):
    """The new email address or SMS number of a contact; cleaned, the `Subject` that it is."""

    kind: ClassVar[SubjectKind]
    action = ActionField()

    def __init__(
        self,
        account: ClientAccount,
        data: QueryDict | None = None,
        *,
        shown: Contact | None = None,
        typed: QueryDict | None = None,
    ) -> None:
        self.account = account
        initial: dict[str, Any] = {"address": self.as_typed(shown)} if shown else {}
        if typed is not None and "address" in typed:
            initial["address"] = typed["address"]
        super().__init__(data, initial=initial)

    @classmethod
    def as_typed(cls, contact: Contact) -> str:
        """A contact's present address as people write it; "" if it has none of this kind."""
        if cls.kind is SubjectKind.EMAIL:
            return contact.email
        return readable_number(contact.sms_number) if contact.sms_number else ""


class EmailForm(AddressForm):
    kind = SubjectKind.EMAIL
    address = ContactEmailField(
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Please type an email address. KlickTipp's API cannot take one away.")
        },
    )

    def clean_address(self) -> Subject:
        return Subject(self.kind, self.cleaned_data["address"])


class SmsNumberForm(AddressForm):
    kind = SubjectKind.SMS
    address = forms.CharField(
        label=gettext_lazy("SMS number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        error_messages={"required": gettext_lazy("Please type an SMS number. KlickTipp's API cannot take one away.")},
    )

    def __init__(self, account: ClientAccount, *arguments: Any, **options: Any) -> None:
        super().__init__(account, *arguments, **options)
        self.fields["address"].help_text = _(
            "Without a country code it is one of the client's country (%(country)s). KlickTipp's API can change a "
            "number but not take it away; that is possible in KlickTipp itself only."
        ) % {"country": country_name(account.phone_country)}

    def clean_address(self) -> Subject:
        return Subject(self.kind, phone_number(self.cleaned_data["address"], self.account.phone_country))

    def clean(self) -> dict[str, Any]:
        if "address" in self.cleaned_data:
            show_first(self, "address", self.cleaned_data["address"].value, self.account.phone_country)
        return self.cleaned_data


# --- Tags ---


class AddTagsForm(forms.Form):
    action = ActionField()
    tags = TagsField(label=gettext_lazy("Tags to add"))

    def __init__(self, data: QueryDict | None = None, *, typed: QueryDict | None = None) -> None:
        """`typed` fills the form without checking it."""
        super().__init__(data, initial={"tags": Typed.of(typed, "tags")} if typed is not None else None)


class RemoveTagForm(forms.Form):
    action = ActionField()
    tag_id = forms.IntegerField(min_value=1, max_value=LARGEST_KLICKTIPP_ID)


# --- Unsubscribing and deleting ---


class NeverAgainForm(forms.Form):
    """Whether the addresses of a contact go on the suppression list."""

    action = ActionField()
    never_again = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict | None = None, *, shown: Contact, typed: QueryDict | None = None) -> None:
        """`typed` fills the form without checking it."""
        is_ticked = "never_again" in typed if typed is not None else True
        super().__init__(data, initial={"never_again": is_ticked})
        self.fields["never_again"].label = _never_again(shown)


class DeleteContactForm(NeverAgainForm):
    """The address of a contact, typed to confirm that it shall go."""

    def __init__(self, data: QueryDict | None = None, *, shown: Contact, typed: QueryDict | None = None) -> None:
        super().__init__(data, shown=shown, typed=typed)
        self.fields["typed"] = _TypedAddressField(shown)
        if not (shown.email or shown.sms_number):
            del self.fields["never_again"]
        self.order_fields(["typed", "never_again"])
        if typed is not None:
            self.initial["typed"] = typed.get("typed", "")


class _TypedAddressField(forms.CharField):
    """The email address of a contact, else its SMS number, else its ID, typed as it stands above or written alike."""

    def __init__(self, contact: Contact) -> None:
        wrong = gettext_lazy("This is not what stands above. Nothing was deleted.")
        self._kind, self._value = next(
            (kind, value)
            for kind, value in (
                (SubjectKind.EMAIL, contact.email),
                (SubjectKind.SMS, contact.sms_number),
                (SubjectKind.CONTACT, contact.id),
            )
            if value
        )
        labels = {
            SubjectKind.EMAIL: gettext_lazy("Email address"),
            SubjectKind.SMS: gettext_lazy("SMS number"),
            SubjectKind.CONTACT: gettext_lazy("Contact ID"),
        }
        super().__init__(
            label=labels[self._kind],
            max_length=254,
            help_text=gettext_lazy("Type it as it stands above, to confirm."),
            error_messages={"required": wrong, "wrong": wrong},
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
            validators=[no_control_characters],
        )

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        if Subject(self._kind, typed).normal != Subject(self._kind, self._value).normal:
            raise ValidationError(self.error_messages["wrong"], code="wrong")
        return typed


def _never_again(contact: Contact) -> str:
    if contact.email and contact.sms_number:
        return _(
            "Put email address and SMS number on the suppression list: this portal neither adds nor tags them any more."
        )
    if contact.sms_number:
        return _("Put the SMS number on the suppression list: this portal neither adds nor tags it any more.")
    return _("Put the email address on the suppression list: this portal neither adds nor tags it any more.")
