"""Phone numbers as people type them, and as they read them."""

import re
from collections.abc import Collection

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.addresses import trimmed

COUNTRIES: dict[str, Promise] = {
    "DE": _("Germany"),
    "AT": _("Austria"),
    "CH": _("Switzerland"),
    "BE": _("Belgium"),
    "CZ": _("Czechia"),
    "DK": _("Denmark"),
    "ES": _("Spain"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "IT": _("Italy"),
    "LI": _("Liechtenstein"),
    "LU": _("Luxembourg"),
    "NL": _("Netherlands"),
    "PL": _("Poland"),
    "US": _("United States"),
}
"""The countries that a client can be of, by their two letters: those most often needed first."""

HOME = "DE"
"""The country of a client whose country is not known."""

_FEWEST_DIGITS = 7
_DIALLED = re.compile(r"(?<![\w.,-])\(?[+0][0-9\s()/.-]*")
_DAY = re.compile(r"\b[0-3]?[0-9]\.[01]?[0-9]\.[0-9]{4}\b")
_NO_NUMBER = _("This is not a phone number. Please use digits only after the + or 00.")
_TOO_SHORT = _("This phone number is too short.")
_TOO_LONG = _("This phone number is too long.")
_OF_ANOTHER_COUNTRY = _(
    "This is no phone number of the client's country (%(country)s). Please begin it with + or 00 and the country code."
)
_PARSE_ERRORS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: _(
        "There is no country with this country code. Please check the beginning."
    ),
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: _TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_NSN: _TOO_SHORT,
    phonenumbers.NumberParseException.TOO_LONG: _TOO_LONG,
}


def country_name(country: str) -> str:
    """A country by its two letters, in the reader's language."""
    return str(COUNTRIES.get(country, country))


def known_country(told: str) -> str:
    """A country as phone numbers know it, by its two letters; "" for any other text."""
    country = told.strip().upper()
    return country if country in phonenumbers.SUPPORTED_REGIONS else ""


def is_national(typed: str) -> bool:
    """Whether a phone number was typed as it is dialled at home, without country code."""
    return not trimmed(typed).startswith(("+", "00"))


def has_a_number(text: str) -> bool:
    """Whether something in a text is written as phone numbers are dialled, from their + or 0 on; a day is not."""
    parts = _DIALLED.findall(_DAY.sub(" ", text))
    return any(sum(character.isdigit() for character in part) >= _FEWEST_DIGITS for part in parts)


def phone_number(text: str, country: str = "") -> str:
    """A phone number typed as `+49 171 …` or `0049 171 …`, or as it is dialled in `country`, as `+49171…`."""
    typed = trimmed(text)
    if is_national(typed) and not country:
        raise ValidationError(_("Please begin the phone number with + or 00 and the country code, for example +49."))
    if "+" in typed[1:] or any(character.isalpha() for character in typed):
        raise ValidationError(_NO_NUMBER)
    if sum(character.isdigit() for character in typed) < _FEWEST_DIGITS:
        raise ValidationError(_TOO_SHORT)
    international = f"+{typed[2:]}" if typed.startswith("00") else typed
    try:
        number = phonenumbers.parse(international, country if is_national(typed) else None)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_PARSE_ERRORS.get(error.error_type, _NO_NUMBER)) from None
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT | phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise ValidationError(_TOO_SHORT)
        case _ if is_national(typed) and not phonenumbers.is_valid_number(number):
            raise ValidationError(_OF_ANOTHER_COUNTRY % {"country": country_name(country)})
        case phonenumbers.ValidationResult.TOO_LONG:
            raise ValidationError(_TOO_LONG)
        case phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValidationError(_("This is not a valid phone number."))


def phone_numbers(text: str, countries: Collection[str]) -> list[str]:
    """What a phone number can be that is dialled in one of the countries: each reading once, at least one."""
    readings = []
    for country in countries if is_national(text) else ():
        try:
            readings.append(phone_number(text, country))
        except ValidationError:
            if len(countries) == 1:
                raise
    return list(dict.fromkeys(readings)) or [phone_number(text)]


def show_first(form: forms.Form, name: str, number: str, country: str) -> None:
    """Where a phone number was typed without country code, the form is not sent yet, but has the number with it now,
    for the person to see: no error, but a question.

    number: what the field `name` was read as, in this country
    """
    typed = form.data
    if not isinstance(typed, QueryDict) or not is_national(typed.get(name, "")):
        return
    form.data = seen = typed.copy()
    seen[name] = readable_number(number)
    told = gettext(
        "Without a country code the number was read as %(number)s, as the client's country is %(country)s. If that "
        "is right, send the form again."
    ) % {"number": seen[name], "country": country_name(country)}
    form.add_error(name, ValidationError(told, code="to_confirm"))


def readable_number(stored: str) -> str:
    """An SMS number as people write it, `+49 1511 2345678`; what is no such number as it is."""
    try:
        number = phonenumbers.parse(f"+{stored.removeprefix('+').removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return stored
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def readable_masked(label: str) -> str:
    """The label of an SMS number of which only the ends are kept, `0049•••78`, as `+49•••78`; any other as it is."""
    return re.sub(r"^00(?=\d+•)", "+", label)


def readable_phone(stored: str) -> str:
    """The same of a data field, in which numbers without country code stand, too: these stay as they are."""
    return stored if is_national(stored) else readable_number(stored)
