"""The largest numbers that can be ids, and URL converters that let no larger one through to a database."""

from typing import Final

from django.urls import register_converter
from django.urls.converters import IntConverter

LARGEST_ROW_ID: Final = 2**63 - 1
"""What a database counts up to."""

LARGEST_KLICKTIPP_ID: Final = 2**53
"""What every client of the API can count up to: numbers of JSON are exact as far as that."""


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
