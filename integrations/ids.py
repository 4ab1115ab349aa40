"""What can be an ID: the largest numbers, how contacts are numbered, and URL converters that let no larger number
through to a database."""

import re
from typing import Final

from django.urls import register_converter
from django.urls.converters import IntConverter

LARGEST_ROW_ID: Final = 2**63 - 1
"""What a database counts up to."""

LARGEST_KLICKTIPP_ID: Final = 2**53
"""What every client of the API can count up to: numbers of JSON are exact as far as that."""

CONTACT_ID: Final = re.compile(r"[1-9][0-9]{0,18}")
CONTACT_KEY: Final = re.compile(r"(?=[0-9]*[A-Za-z])[0-9A-Za-z]{4,64}")
"""What KlickTipp takes in place of a contact's ID. It publishes no format: letters and digits, not digits alone."""


class RowIdConverter(IntConverter):
    largest = LARGEST_ROW_ID

    def to_python(self, value: str) -> int:
        number = super().to_python(value)
        if number > self.largest:
            raise ValueError(f"no ID is as large as {value}")
        return number


class KlickTippIdConverter(RowIdConverter):
    largest = LARGEST_KLICKTIPP_ID


register_converter(RowIdConverter, "row_id")
register_converter(KlickTippIdConverter, "klicktipp_id")
