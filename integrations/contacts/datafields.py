"""The data fields of the add-contact form: which ones it shows, how each is typed, and how it goes on the wire.

The API names data fields but not their types; those of the global fields are known from the reference.
"""

import re
from calendar import timegm
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters

FIELD_ID = re.compile(r"field[A-Za-z0-9]{1,40}")
FIRST_SHOWN = ("fieldFirstName", "fieldLastName")

GLOBAL_NAMES = {
    "fieldFirstName": _("First name"),
    "fieldLastName": _("Last name"),
    "fieldCompanyName": _("Company"),
    "fieldStreet1": _("Street 1"),
    "fieldStreet2": _("Street 2"),
    "fieldCity": _("City"),
    "fieldState": _("State"),
    "fieldZip": _("Zip"),
    "fieldCountry": _("Country"),
    "fieldPrivatePhone": _("Phone (private)"),
    "fieldMobilePhone": _("Phone (mobile)"),
    "fieldPhone": _("Phone"),
    "fieldFax": _("Fax"),
    "fieldWebsite": _("Website (URL)"),
    "fieldBirthday": _("Birthday"),
    "fieldLeadValue": _("Lead value"),
}

_LONGEST_VALUE = 10_000

_digits_only = RegexValidator(r"^\d+\Z", _("Please use digits only: no sign, separator or decimals."))
_web_address = RegexValidator(r"^https?://\S+\Z", _("Please start the address with http:// or https://."))


def form_field(field_id: str, name: str) -> forms.Field:
    """The form field for a data field, labelled with the name that the account gives it."""
    options: dict[str, Any] = {"label": name, "required": False}
    match field_id:
        case "fieldBirthday":
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)
        case "fieldLeadValue":
            return forms.CharField(validators=[_digits_only], max_length=18, **options)
        case "fieldWebsite":
            return forms.CharField(validators=[_web_address], max_length=2_000, **options)
    return forms.CharField(validators=[no_control_characters], max_length=_LONGEST_VALUE, **options)


def to_wire(value: str | date) -> str:
    """A cleaned value as KlickTipp takes it: dates as unix seconds of the day at 00:00 GMT."""
    return str(timegm(value.timetuple())) if isinstance(value, date) else value
