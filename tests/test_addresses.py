"""What is said about SMS numbers that cannot be one."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from integrations.addresses import email_address, email_in, readable_email
from integrations.phone_numbers import known_country, phone_number


@pytest.mark.parametrize("typed", ["+491711234567", "0049 171 1234567", " +49 (0) 171/123-4567 ", "00 49 171 1234567"])
def test_a_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert phone_number(typed) == "+491711234567"


@pytest.mark.parametrize(
    ("typed", "country", "read"),
    [
        ("0171 1234567", "DE", "+491711234567"),
        ("030/123456-0", "DE", "+49301234560"),
        ("0664 1234567", "AT", "+436641234567"),
        ("07400 123456", "GB", "+447400123456"),
        ("0041 44 668 18 00", "DE", "+41446681800"),
    ],
)
def test_a_number_without_country_code_is_one_of_the_country(typed: str, country: str, read: str) -> None:
    assert phone_number(typed, country) == read


def test_what_nobody_in_the_country_has_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"no phone number of the client's country .Germany."):
        phone_number("0111 1234567", "DE")


@pytest.mark.parametrize(("told", "country"), [("de", "DE"), (" AT ", "AT"), ("Germany", ""), ("XX", ""), ("", "")])
def test_only_countries_are_kept_of_what_klicktipp_tells(told: str, country: str) -> None:
    assert known_country(told) == country


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
        ("0171 1234567", "begin the phone number with + or 00", "mit + oder 00"),
        ("++49170123456", "not a phone number", "keine Telefonnummer"),
        ("00+49 170 1234567", "not a phone number", "keine Telefonnummer"),
        ("+49 171 CALL ME", "not a phone number", "keine Telefonnummer"),
        ("+49 171 1234567 x12", "not a phone number", "keine Telefonnummer"),
    ],
)
def test_what_is_wrong_with_a_number_is_told(typed: str, english: str, german: str) -> None:
    for language, words in (("en-gb", english), ("de", german)):
        with translation.override(language):
            with pytest.raises(ValidationError) as raised:
                phone_number(typed)
            assert words in raised.value.messages[0]


def test_no_text_takes_long_to_be_no_address() -> None:
    for text in ("ü." * 50_000 + "@x.de", "a" * 100_000, "@" * 100_000, "x@" + "ü." * 50_000):
        for read in (email_address, email_in):
            with pytest.raises(ValidationError):
                read(text)


def test_a_quoted_part_before_the_at_is_no_second_spelling() -> None:
    with pytest.raises(ValidationError):
        email_address('"ada"@firma.de')


def test_a_domain_reads_as_people_write_it_unless_its_letters_look_like_others() -> None:
    for stored, shown in (
        ("info@xn--mller-kva.example", "info@müller.example"),
        ("info@mueller.example", "info@mueller.example"),
        ("info@xn--80ak6aa92e.com", "info@xn--80ak6aa92e.com"),
        ("info@xn--nonsense", "info@xn--nonsense"),
        ("", ""),
    ):
        assert readable_email(stored) == shown
