"""Email addresses and SMS numbers as people type them."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_FEWEST_DIGITS = 7
_LONGEST_LOCAL_PART = 64
_NO_NUMBER = _("This is not a phone number. Please use digits only after the + or 00.")
_TOO_SHORT = _("This SMS number is too short.")
_TOO_LONG = _("This SMS number is too long.")
_PARSE_ERRORS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: _(
        "There is no country with this country code. Please check the beginning."
    ),
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: _TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_NSN: _TOO_SHORT,
    phonenumbers.NumberParseException.TOO_LONG: _TOO_LONG,
}


def check_local_part(email: str) -> None:
    """Refuses an email address that no mail server would take, though it looks like one."""
    if len(email.rpartition("@")[0]) > _LONGEST_LOCAL_PART:
        raise ValidationError(_("The part before the @ is too long for an email address."))


def sms_number(text: str) -> str:
    """An SMS number typed as `+49 171 …` or `0049 171 …`, as `+49171…`."""
    typed = text.strip()
    if not typed.startswith(("+", "00")):
        raise ValidationError(_("Please begin the SMS number with + or 00 and the country code, for example +49."))
    if "+" in typed[1:] or any(character.isalpha() for character in typed):
        raise ValidationError(_NO_NUMBER)
    if sum(character.isdigit() for character in typed) < _FEWEST_DIGITS:
        raise ValidationError(_TOO_SHORT)
    international = f"+{typed[2:]}" if typed.startswith("00") else typed
    try:
        number = phonenumbers.parse(international)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_PARSE_ERRORS.get(error.error_type, _NO_NUMBER)) from None
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT | phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise ValidationError(_TOO_SHORT)
        case phonenumbers.ValidationResult.TOO_LONG:
            raise ValidationError(_TOO_LONG)
        case phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValidationError(_("This is not a valid SMS number."))


def readable_number(stored: str) -> str:
    """An SMS number as people write it, `+49 1511 2345678`; what is no such number as it is."""
    try:
        number = phonenumbers.parse(f"+{stored.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return stored
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
