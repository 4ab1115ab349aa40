"""What people type to find a contact, and under what the log has what a form does."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters
from integrations.addresses import email_address, email_in, trimmed
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.ids import CONTACT_ID, CONTACT_KEY
from integrations.phone_numbers import phone_numbers

PHONE = re.compile(r"([+0(]|[1-9][0-9]*[\s()/.-])[0-9\s()/.-]*")


_RANDOM: Final = 4


def is_random(action: UUID) -> None:
    """Refuses an id that follows from another one."""
    if action.version != _RANDOM:
        raise ValidationError(forms.UUIDField.default_error_messages["invalid"], code="invalid")


class ActionField(forms.UUIDField):
    """The id of the action that a form carries out: a random one, as its page has given it. All others follow from
    actions of the log, so that nobody may choose one."""

    widget = forms.HiddenInput
    default_validators = [is_random]


class ContactField(forms.CharField):
    """One field for an email address, SMS number, contact ID or key; cleaned it is that as subjects of the log: as one,
    but for a number without country code, which can be one of each of the `countries`. Digits alone are an ID unless
    they begin with 0.

    The message `unrecognised` says what can be typed. A word alone can be a key, so that a page has to say it too where
    there is no such key.
    """

    default_validators = [no_control_characters]
    default_error_messages = {"unrecognised": _("Please type an email address, an SMS number or a contact ID.")}

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        super().__init__(max_length=400, widget=widget, **options)
        self.countries: Collection[str] = ()

    def to_python(self, value: Any) -> str:
        return trimmed(super().to_python(value) or "")

    def clean(self, value: Any) -> list[Subject]:
        typed: str = super().clean(value)
        if "•" in typed:
            raise ValidationError(_("Please type the address or number in full, without dots in its place."))
        if "@" in typed:
            return [Subject(SubjectKind.EMAIL, email_in(typed))]
        if CONTACT_ID.fullmatch(typed):
            return [Subject(SubjectKind.CONTACT, typed)]
        if PHONE.fullmatch(typed):
            return [Subject(SubjectKind.SMS, number) for number in phone_numbers(typed, self.countries)]
        if CONTACT_KEY.fullmatch(typed):
            return [Subject(SubjectKind.CONTACT, typed)]
        raise ValidationError(self.error_messages["unrecognised"])


def as_sent(subject: Subject) -> Subject:
    """An address that was typed as KlickTipp takes it; raises `ValidationError` where it takes none like it."""
    return replace(subject, value=email_address(subject.value)) if subject.kind == SubjectKind.EMAIL else subject
