from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.addresses import email_address
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.klicktipp import Contact


def subjects_of(contact: Contact) -> list[Subject]:
    """Under what the log and the origins know a contact: its ID and its addresses."""
    told = {
        SubjectKind.CONTACT: contact.id,
        SubjectKind.EMAIL: contact.email,
        SubjectKind.SMS: contact.sms_number,
    }
    return [Subject(kind, value) for kind, value in told.items() if value]


def addresses_of(contact: Contact) -> list[Subject]:
    """The email address and the SMS number of a contact, as far as it has them."""
    return [subject for subject in subjects_of(contact) if subject.kind is not SubjectKind.CONTACT]


class ContactEmailField(forms.CharField):
    """The email address of a contact; cleaned it is as KlickTipp takes it."""

    widget = forms.EmailInput

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Email address"), max_length=254, **options)

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        return email_address(typed) if typed else ""
