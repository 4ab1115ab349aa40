"""How people see data fields: the names of the types, the controls, and values in the reader's format.

The API names data fields but not their types, see `fieldsettings`.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.validation import no_control_characters, no_control_characters_in_lines
from integrations.contacts.fields.widgets import ValueInput
from integrations.klicktipp import FieldType, InvalidValue, ValueProblem, Verbatim
from integrations.klicktipp.fieldtypes import Value, decode, encode, parse

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

TYPE_NAMES: dict[FieldType, Promise] = {
    FieldType.LINE: _("Line"),
    FieldType.PARAGRAPH: _("Paragraph"),
    FieldType.EMAIL: _("Email"),
    FieldType.NUMBER: _("Number"),
    FieldType.DECIMAL: _("Decimal number"),
    FieldType.URL: _("URL"),
    FieldType.DATE: _("Date"),
    FieldType.TIME: _("Time of day"),
    FieldType.DATE_TIME: _("Date & time"),
    FieldType.HTML: _("HTML"),
}

PROBLEMS: dict[ValueProblem, Promise] = {
    ValueProblem.LINE_BREAK: _("Please type a single line, without line breaks."),
    ValueProblem.NO_DATE: _("This is not a date. Please type it as 31.12.2026."),
    ValueProblem.NO_DATE_TIME: _("This is not a date with a time. Please type it as 31.12.2026 14:30."),
    ValueProblem.NO_DECIMAL: _("This is not a number. Please type it as 12,50 or 12.50."),
    ValueProblem.NO_EMAIL: _("Please enter a complete email address, such as name@example.com."),
    ValueProblem.NO_NUMBER: _("Please use digits only: no sign, separator or decimals."),
    ValueProblem.NO_SUCH_DAY: _("There is no such day in the calendar."),
    ValueProblem.NO_SUCH_TIME: _("There is no such time: a day goes from 00:00 to 23:59."),
    ValueProblem.NO_TEXT: _("This is not a text."),
    ValueProblem.NO_TIME: _("This is not a time. Please type it as 14:30."),
    ValueProblem.NO_URL: _("Please start the address with http:// or https://."),
    ValueProblem.OUT_OF_RANGE: _("Please check the year."),
    ValueProblem.SKIPPED_TIME: _("This hour did not exist on that day: the clocks were put forward."),
    ValueProblem.TOO_LARGE: _("This number is too large."),
    ValueProblem.TOO_MANY_DECIMALS: _("At most two decimals, please, and no separator between thousands."),
    ValueProblem.TWO_SEPARATORS: _("Please type the number without separators between thousands, for example 1234.50."),
}

_LONGEST_VALUE = 10_000
_LONG_DECIMAL = re.compile(r"-?[0-9]{1,15}\.([0-9]{3,12})")
_LINES = (FieldType.PARAGRAPH, FieldType.HTML)
_CONTROLS: dict[FieldType, dict[str, str]] = {
    FieldType.DATE: {"type": "date"},
    FieldType.TIME: {"type": "time"},
    FieldType.DATE_TIME: {"type": "datetime-local"},
    FieldType.EMAIL: {"type": "email"},
    FieldType.URL: {"type": "url"},
    FieldType.NUMBER: {"inputmode": "numeric"},
    FieldType.DECIMAL: {"inputmode": "decimal"},
}


class ValueField(forms.CharField):
    """The value of a data field. It is typed as its type wants it, and cleaned it is the text for the wire.

    `wire` is what stands in the field now. As long as it is left as it was shown, it is cleaned to the same text.
    """

    def __init__(self, kind: FieldType, wire: str = "", **options: Any) -> None:
        value = decode(kind, wire, timezone.get_current_timezone())
        has_lines = kind in _LINES or "\n" in wire or "\r" in wire
        attrs = {} if isinstance(value, Verbatim) else _CONTROLS.get(kind, {})
        super().__init__(
            required=False,
            strip=False,
            max_length=_LONGEST_VALUE,
            initial=_as_typed(kind, value),
            help_text=_help(kind, value),
            widget=forms.Textarea(attrs={"rows": 4}) if has_lines else ValueInput(attrs=dict(attrs)),
            validators=[no_control_characters_in_lines if has_lines else no_control_characters],
            **options,
        )
        self._kind = kind
        self._wire = wire

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        bound = super().get_bound_field(form, field_name)
        if self._kind is FieldType.DATE and self.has_changed(self.initial, bound.value()):
            bound.help_text = ""
        return bound

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (data or "").splitlines() != (initial or "").splitlines()

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if self._wire and not self.has_changed(self.initial, typed):
            return self._wire
        try:
            return encode(self._kind, parse(self._kind, typed, timezone.get_current_timezone()))
        except InvalidValue as error:
            raise ValidationError(str(PROBLEMS[error.problem]), code=error.problem) from None


def form_field(name: str, kind: FieldType | None, wire: str = "") -> ValueField:
    """The form field for a data field, labelled with the name that the account gives it. A field whose type nobody
    has set is a line of text."""
    return ValueField(kind or FieldType.LINE, wire, label=name)


def in_words(kind: FieldType | None, wire: str) -> str:
    """What stands in a data field, in the reader's format; as it came where it is no value of the type."""
    value = decode(kind or FieldType.LINE, wire, timezone.get_current_timezone())
    match value:
        case datetime():
            shown = f"{date_format(value, 'SHORT_DATE_FORMAT')} {_hour(value.time())}"
            return f"{shown} GMT" if kind is FieldType.DATE else shown
        case date():
            return date_format(value, "SHORT_DATE_FORMAT")
        case time():
            return _hour(value)
        case Decimal():
            return number_format(value, 2)
        case Verbatim() if kind is FieldType.DECIMAL:
            return _long_decimal(value)
    return str(value)


def _long_decimal(wire: str) -> str:
    """A decimal with more places than the type has, in the reader's format; anything else as it came."""
    found = _LONG_DECIMAL.fullmatch(wire)
    return number_format(Decimal(wire), len(found[1])) if found else wire


def _hour(value: time) -> str:
    return time_format(value, "H:i:s" if value.second else "TIME_FORMAT")


def _as_typed(kind: FieldType, value: Value) -> str:
    """A value as its control has it."""
    match value:
        case datetime() if kind is FieldType.DATE:
            return value.date().isoformat()
        case datetime():
            return value.replace(tzinfo=None).isoformat(timespec="seconds" if value.second else "minutes")
        case time():
            return value.isoformat("seconds" if value.second else "minutes")
        case date():
            return value.isoformat()
        case Decimal():
            return number_format(value, 2)
        case Verbatim() if kind is FieldType.DECIMAL:
            return _long_decimal(value)
    return str(value)


def _help(kind: FieldType, value: Value) -> str:
    if kind is FieldType.DATE and isinstance(value, datetime):
        return gettext("Has the time %(time)s GMT, which stays unless you change the day.") % {
            "time": _hour(value.time())
        }
    if kind is FieldType.DATE_TIME:
        return gettext("In the time of %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
    return ""
