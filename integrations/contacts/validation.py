import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def no_control_characters(text: str) -> None:
    """Refuses characters that nobody sees or types, such as those a broken export leaves behind."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValidationError(_("This contains control characters. Please type it again instead of pasting it."))


def sms_number(text: str) -> str:
    """An SMS number typed as `+49 171 …` or `0049 171 …`, as `+49171…`."""
    typed = text.strip()
    if not typed.startswith(("+", "00")):
        raise ValidationError(_("Please begin the SMS number with + or 00 and the country code, for example +49."))
    if any(character.isalpha() for character in typed):
        raise ValidationError(_("This is not a phone number. Please use digits only after the + or 00."))
    international = f"+{typed[2:]}" if typed.startswith("00") else typed
    try:
        number = phonenumbers.parse(international)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise ValidationError(
                _("There is no country with this country code. Please check the beginning.")
            ) from None
        raise ValidationError(_("This is not a phone number. Please use digits only after the + or 00.")) from None
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT:
            raise ValidationError(_("This SMS number is too short."))
        case phonenumbers.ValidationResult.TOO_LONG:
            raise ValidationError(_("This SMS number is too long."))
        case phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValidationError(_("This is not a valid SMS number."))
