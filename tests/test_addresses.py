"""What is said about SMS numbers that cannot be one."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from integrations.addresses import sms_number


@pytest.mark.parametrize("typed", ["+491711234567", "0049 171 1234567", " +49 (0) 171/123-4567 ", "00 49 171 1234567"])
def test_a_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert sms_number(typed) == "+491711234567"


@pytest.mark.parametrize(
    ("typed", "english", "german"),
    [
        ("+49", "too short", "zu kurz"),
        ("+49 1711", "too short", "zu kurz"),
        ("+1 555 0100", "too short", "zu kurz"),
        ("+49 151 1234567890123456", "too long", "zu lang"),
        ("+1 234 567 8901 2", "too long", "zu lang"),
        ("+999 151 123456", "no country with this country code", "gibt es kein Land"),
        ("00210 1234567", "no country with this country code", "gibt es kein Land"),
        ("0171 1234567", "begin the SMS number with + or 00", "mit + oder 00"),
        ("++49170123456", "not a phone number", "keine Telefonnummer"),
        ("00+49 170 1234567", "not a phone number", "keine Telefonnummer"),
        ("+49 171 CALL ME", "not a phone number", "keine Telefonnummer"),
        ("+49 171 1234567 x12", "not a phone number", "keine Telefonnummer"),
    ],
)
def test_what_is_wrong_with_a_number_is_told(typed: str, english: str, german: str) -> None:
    for language, words in (("en", english), ("de", german)):
        with translation.override(language):
            with pytest.raises(ValidationError) as raised:
                sms_number(typed)
            assert words in raised.value.messages[0]
