"""How people see data fields: the names of the types, the controls, and values in the reader's format."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.times import LONG_TIME
from accounts.validation import no_control_characters, no_control_characters_in_lines
from integrations.clients.explain import in_its_words
from integrations.clients.models import ClientAccount
from integrations.contacts.fields.widgets import ValueInput
from integrations.klicktipp import GLOBAL_FIELD_TYPES, FieldType, InvalidValue, Rejected, ValueProblem, Verbatim
from integrations.klicktipp.fieldtypes import Value, decode, encode, parse
from integrations.phone_numbers import HOME, phone_number, readable_phone

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
    FieldType.PHONE: _("Phone number"),
}

KLICKTIPP_TYPES = tuple(kind for kind in TYPE_NAMES if kind is not FieldType.PHONE)
"""Those that a data field can have in KlickTipp."""

_AS_A_VALUE: dict[FieldType, Promise] = {
    FieldType.LINE: _("a line of text"),
    FieldType.PARAGRAPH: _("a text"),
    FieldType.EMAIL: _("an email address"),
    FieldType.NUMBER: _("a number"),
    FieldType.DECIMAL: _("a decimal number"),
    FieldType.URL: _("a web address"),
    FieldType.DATE: _("a date"),
    FieldType.TIME: _("a time of day"),
    FieldType.DATE_TIME: _("a date with a time"),
    FieldType.HTML: _("a text with HTML"),
    FieldType.PHONE: _("a phone number"),
}
"""What a value of the type is, as it ends "KlickTipp does not take this as …"."""

PROBLEMS: dict[ValueProblem, Promise] = {
    ValueProblem.LIKE_EMPTY: _("KlickTipp writes the beginning of 1970 like an empty field, so it cannot be kept."),
    ValueProblem.LINE_BREAK: _("Please type a single line, without line breaks."),
    ValueProblem.NO_DATE: _("This is not a date. Please type it as 31.12.2026."),
    ValueProblem.NO_DATE_TIME: _("This is not a date with a time. Please type it as 31.12.2026 14:30."),
    ValueProblem.NO_DECIMAL: _("This is not a number. Please type it as 12,50 or 12.50."),
    ValueProblem.NO_EMAIL: _("Please enter a complete email address, such as name@example.com."),
    ValueProblem.NO_NUMBER: _("Please type a whole number, without sign and decimals."),
    ValueProblem.NO_SUCH_DAY: _("There is no such day in the calendar."),
    ValueProblem.NO_SUCH_TIME: _("There is no such time: a day goes from 00:00 to 23:59."),
    ValueProblem.NO_TEXT: _("This is not a text."),
    ValueProblem.NO_TIME: _("This is not a time. Please type it as 14:30."),
    ValueProblem.NO_URL: _("Please start the address with http:// or https://."),
    ValueProblem.OUT_OF_RANGE: _("Please check the year."),
    ValueProblem.SKIPPED_TIME: _("This hour did not exist on that day: the clocks were put forward."),
    ValueProblem.TOO_LARGE: _("This number is too large."),
    ValueProblem.TOO_MANY_DECIMALS: _("At most two decimals, please."),
    ValueProblem.TWO_DAYS: _("This can be %(first)s or %(second)s. Please type %(type_first)s or %(type_second)s."),
    ValueProblem.TWO_NUMBERS: _(
        "This can be %(first)s or %(second)s. Please type it with two decimals: %(type_first)s or %(type_second)s."
    ),
    ValueProblem.TWO_SEPARATORS: _("Please type the number without separators between thousands, for example 1234.50."),
}

_LONGEST_VALUE = 65_535
_LONG_DECIMAL = re.compile(r"-?[0-9]{1,15}\.([0-9]{3,12})")
_DIGITS = re.compile(r"-?[0-9]{1,18}")
_BREAK = re.compile(r"[\r\n]")
_LINES = (FieldType.PARAGRAPH, FieldType.HTML)
_CONTROLS: dict[FieldType, dict[str, str]] = {
    FieldType.DATE: {"type": "date"},
    FieldType.TIME: {"type": "time"},
    FieldType.DATE_TIME: {"type": "datetime-local"},
    FieldType.EMAIL: {"type": "email"},
    FieldType.URL: {"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    FieldType.NUMBER: {"inputmode": "numeric"},
    FieldType.DECIMAL: {"inputmode": "decimal"},
}


class ValueField(forms.CharField):
    """The value of a data field. It is typed as its type wants it, and cleaned it is the text for the wire.

    `wire` is what stands in the field now. As long as it is left as it was shown, it is cleaned to the same text. Where
    nobody knows the type, what can mean several things is asked about, unless it is to go `as_typed`. At
    `types_url` the type can be set.
    """

    def __init__(
        self,
        kind: FieldType | None,
        wire: str = "",
        *,
        country: str = HOME,
        types_url: str = "",
        as_typed: bool = False,
        **options: Any,
    ) -> None:
        self._kind = kind or FieldType.LINE
        value = decode(self._kind, wire, timezone.get_current_timezone())
        has_lines = self._kind in _LINES or bool(_BREAK.search(str(value)))
        attrs = {} if isinstance(value, Verbatim) else _CONTROLS.get(self._kind, {})
        super().__init__(
            required=False,
            strip=False,
            max_length=_LONGEST_VALUE,
            initial=_as_typed(self._kind, value),
            help_text=_help(self._kind, value) if kind else _type_not_set(types_url),
            widget=forms.Textarea(attrs={"rows": 4}) if has_lines else ValueInput(attrs=dict(attrs)),
            validators=[no_control_characters_in_lines if has_lines else no_control_characters],
            **options,
        )
        self.template_name = "contacts/fields/value.html"
        self.types_url = types_url
        self.type_name = TYPE_NAMES[kind] if kind else ""
        self._wire = wire
        self._country = country
        self.is_as_typed = as_typed
        self.asks = as_typed and kind is None

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
        if self._kind is FieldType.PHONE and typed.strip():
            return phone_number(typed, self._country)
        if not self.type_name and not self.is_as_typed and (meanings := _several_meanings(typed.strip())):
            self.asks = True
            raise ValidationError(meanings)
        zone, thousands = timezone.get_current_timezone(), get_format("THOUSAND_SEPARATOR")
        try:
            return encode(self._kind, parse(self._kind, typed, zone, thousands))
        except InvalidValue as error:
            raise ValidationError(_told(error), code=error.problem) from None


def form_field(
    name: str,
    kind: FieldType | None,
    wire: str = "",
    *,
    field_id: str = "",
    account: ClientAccount | None = None,
    as_typed: bool = False,
) -> ValueField:
    """The form field for a data field of the account, labelled with the name that it has there. A field whose type
    nobody knows is a line of text, and says so."""
    if account is None:
        return ValueField(kind, wire, as_typed=as_typed, label=name)
    url = reverse("contact_fields", kwargs={"team": account.team.slug, "account": account.slug})
    types_url = "" if field_id in GLOBAL_FIELD_TYPES else f"{url}?{urlencode({'at': field_id})}#type-{field_id}"
    return ValueField(kind, wire, country=account.phone_country, types_url=types_url, as_typed=as_typed, label=name)


def _type_not_set(url: str) -> str:
    return render_to_string("contacts/fields/type_not_set.html", {"url": url}).strip()


def _several_meanings(typed: str) -> str:
    """What a value may come to where the type of the field is not known; "" for one that is plain text."""
    if _DIGITS.fullmatch(typed):
        return gettext(
            "KlickTipp does not tell the type of this field: a decimal number would become %(decimal)s, and a date "
            "another day. Please set the type first."
        ) % {"decimal": number_format(Decimal(typed).scaleb(-2), 2)}
    if any(_can_be(kind, typed) for kind in (FieldType.DATE, FieldType.DATE_TIME, FieldType.TIME)):
        return gettext(
            "KlickTipp does not tell the type of this field: one for dates or times would refuse this, or keep "
            "something else. Please set the type first."
        )
    return ""


def _can_be(kind: FieldType, typed: str) -> bool:
    try:
        return parse(kind, typed) != ""
    except InvalidValue as error:
        return bool(error.readings)


def _told(error: InvalidValue) -> str:
    """What is wrong with a value; where it can be read in two ways, both of them and how to type each."""
    words: dict[str, str] = {}
    for name, reading in zip(("first", "second"), error.readings, strict=False):
        if isinstance(reading, Decimal):
            places = max(0, -int(reading.as_tuple().exponent))
            words |= {name: number_format(reading, places), f"type_{name}": number_format(reading, 2)}
        elif isinstance(reading, date):
            words |= {name: date_format(reading, "DATE_FORMAT"), f"type_{name}": f"{reading:%d.%m.%Y}"}
    return str(PROBLEMS[error.problem]) % words if words else str(PROBLEMS[error.problem])


def refused_value(error: Rejected, kind: FieldType | None) -> str:
    """What KlickTipp refuses in a data field, first in the portal's words."""
    if kind:
        told = gettext("KlickTipp does not take this as %(value)s.") % {"value": _AS_A_VALUE[kind]}
    else:
        told = gettext("KlickTipp does not accept this value.")
    return f"{told} {in_its_words(error.reason)}" if error.reason else told


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
        case str() if kind is FieldType.PHONE:
            return readable_phone(value)
    return str(value)


def _long_decimal(wire: str) -> str:
    """A decimal with more places than the type has, in the reader's format; anything else as it came."""
    found = _LONG_DECIMAL.fullmatch(wire)
    return number_format(Decimal(wire), len(found[1])) if found else wire


def _hour(value: time) -> str:
    return time_format(value, LONG_TIME if value.second else "TIME_FORMAT")


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
        case str() if kind is FieldType.PHONE:
            return readable_phone(value)
    return str(value)


def _help(kind: FieldType, value: Value) -> str:
    if kind is FieldType.DATE and isinstance(value, datetime):
        return gettext("Has the time %(time)s GMT, which stays unless you change the day.") % {
            "time": _hour(value.time())
        }
    if kind is FieldType.DATE_TIME:
        return gettext("In the time of %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
    return ""
