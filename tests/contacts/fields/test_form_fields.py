"""Values of data fields as people see and type them."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone, translation

from integrations.contacts.changing.forms import ChangeFieldsForm, EditedField
from integrations.contacts.fields.form_fields import PROBLEMS, TYPE_NAMES, form_field, in_words
from integrations.klicktipp import FieldType, ValueProblem
from tests.factories import ClientAccountFactory
from tests.pages import as_typed


def cleaned(kind: str, typed: str, wire: str = "") -> str:
    return form_field("Field", FieldType(kind), wire).clean(typed)


def control(kind: FieldType | None, wire: str = "") -> tuple[Any, str]:
    """The kind of a field's control, and what stands in it."""
    field = form_field("Field", kind, wire)
    attrs = field.widget_attrs(field.widget) | field.widget.attrs
    shown = getattr(field.widget, "input_type", "textarea")
    return attrs.get("inputmode", shown), field.initial


def test_every_type_and_every_problem_has_its_words() -> None:
    assert set(TYPE_NAMES) == set(FieldType)
    assert set(PROBLEMS) == set(ValueProblem)


@pytest.mark.parametrize(
    ("kind", "wire", "german", "english"),
    [
        ("date", "1715126400", "08.05.2024", "08/05/2024"),
        ("date", "495986091", "19.09.1985 13:54:51 GMT", "19/09/1985 13:54:51 GMT"),
        ("date", "-86400", "31.12.1969", "31/12/1969"),
        ("date_time", "1715603400", "13.05.2024 14:30", "13/05/2024 14:30"),
        ("date_time", "1715603401", "13.05.2024 14:30:01", "13/05/2024 14:30:01"),
        ("time", "52200", "14:30", "14:30"),
        ("time", "1", "00:00:01", "00:00:01"),
        ("decimal", "19.9", "19,90", "19.90"),
        ("decimal", "12.345", "12,345", "12.345"),
        ("decimal", "12.3.4", "12.3.4", "12.3.4"),
        ("number", "1999", "1999", "1999"),
        ("number", "0042", "0042", "0042"),
        ("phone", "004915112345678", "+49 1511 2345678", "+49 1511 2345678"),
        ("phone", "0171 1234567", "0171 1234567", "0171 1234567"),
        ("date", "0", "", ""),
        ("line", "M&uuml;ller &amp; S&ouml;hne", "Müller & Söhne", "Müller & Söhne"),
        ("date", "tomorrow", "tomorrow", "tomorrow"),
        ("line", "a\nb", "a\nb", "a\nb"),
        ("html", "<b>5</b>", "<b>5</b>", "<b>5</b>"),
    ],
)
def test_a_value_reads_in_the_readers_format(kind: str, wire: str, german: str, english: str) -> None:
    with translation.override("de"):
        assert in_words(FieldType(kind), wire) == german
    assert in_words(FieldType(kind), wire) == english


def test_a_decimal_with_more_places_stays_as_it_is_unless_it_is_changed() -> None:
    with translation.override("de"):
        assert control(FieldType.DECIMAL, "12.345") == ("text", "12,345")
        assert cleaned("decimal", "12,345", "12.345") == "12.345"


def test_separators_between_thousands_are_told_with_the_readers_own_sign() -> None:
    for language, example in (("en-gb", "1234.50"), ("de", "1234,50")):
        with translation.override(language), pytest.raises(ValidationError) as raised:
            cleaned("decimal", "1.23.4")
        assert f"{example}." in raised.value.messages[0]


def test_a_field_of_unknown_type_is_a_line_of_text() -> None:
    assert in_words(None, "1715126400") == "1715126400"
    assert control(None, "1715126400") == ("text", "1715126400")


@pytest.mark.parametrize(
    ("kind", "wire", "expected"),
    [
        ("date", "1715126400", ("date", "2024-05-08")),
        ("date", "495986091", ("date", "1985-09-19")),
        ("date", "tomorrow", ("text", "tomorrow")),
        ("date_time", "1715603400", ("datetime-local", "2024-05-13T14:30")),
        ("date_time", "1715603401", ("datetime-local", "2024-05-13T14:30:01")),
        ("time", "52200", ("time", "14:30")),
        ("number", "42", ("numeric", "42")),
        ("decimal", "19.9", ("decimal", "19.90")),
        ("email", "alex@example.com", ("email", "alex@example.com")),
        ("url", "https://example.com", ("url", "https://example.com")),
        ("paragraph", "a\nb", ("textarea", "a\nb")),
        ("html", "<b>5</b>", ("textarea", "<b>5</b>")),
        ("line", "a", ("text", "a")),
        ("line", "a\nb", ("textarea", "a\nb")),
    ],
)
def test_each_type_has_its_control(kind: str, wire: str, expected: tuple[str, str]) -> None:
    assert control(FieldType(kind), wire) == expected


def test_decimals_are_shown_and_typed_the_german_way_in_german() -> None:
    with translation.override("de"):
        assert control(FieldType.DECIMAL, "19.90") == ("decimal", "19,90")
        assert cleaned("decimal", "12,5", "19.90") == "1250"


@pytest.mark.parametrize(("language", "typed", "refused"), [("de", "1.234", "1,234"), ("en-gb", "1,234", "1.234")])
def test_whole_numbers_can_be_typed_with_the_readers_sign_between_thousands(
    language: str, typed: str, refused: str
) -> None:
    with translation.override(language):
        assert cleaned("number", typed) == "1234"
        with pytest.raises(ValidationError):
            cleaned("number", refused)


@pytest.mark.parametrize(
    ("kind", "wire", "typed"),
    [
        ("date", "495986091", "1985-09-19"),
        ("date", "tomorrow", "tomorrow"),
        ("decimal", "19.9", "19.90"),
        ("number", "0042", "0042"),
        ("line", "a\nb ", "a\r\nb "),
        ("line", "M&uuml;ller &amp; S&ouml;hne", "Müller & Söhne"),
        ("date", "0", ""),
        ("phone", "004915112345678", "+49 1511 2345678"),
        ("paragraph", "a\nb\n", "a\r\nb\r\n"),
        ("url", "www.example.com", "www.example.com"),
    ],
)
def test_what_is_left_as_it_was_shown_goes_back_as_it_came(kind: str, wire: str, typed: str) -> None:
    field = form_field("Field", FieldType(kind), wire)

    assert field.clean(typed) == wire
    assert not field.has_changed(field.initial, typed)


def test_another_day_is_midnight_again() -> None:
    field = form_field("Field", FieldType.DATE, "495986091")

    assert "13:54:51 GMT" in field.help_text
    assert field.clean("1985-09-20") == "496022400"
    assert field.has_changed(field.initial, "1985-09-20")


def test_emptied_fields_are_empty_on_the_wire() -> None:
    assert cleaned("date", "", "495986091") == ""
    assert cleaned("decimal", "  ", "19.90") == ""


def test_a_time_is_in_the_portals_time_zone() -> None:
    assert cleaned("date_time", "2024-05-13T14:30") == "1715603400"
    with timezone.override("UTC"):
        assert cleaned("date_time", "13.05.2024 12:30") == "1715603400"
        assert "UTC" in form_field("Field", FieldType.DATE_TIME).help_text


@pytest.mark.parametrize(
    ("kind", "typed", "english", "german"),
    [
        ("date", "31.02.2026", "There is no such day", "Diesen Tag gibt es im Kalender nicht."),
        ("time", "24:00", "There is no such time", "Diese Uhrzeit gibt es nicht"),
        ("number", "-5", "a whole number, without sign", "eine ganze Zahl ein, ohne Vorzeichen"),
        ("number", "1.5", "a whole number", "eine ganze Zahl"),
        ("decimal", "1.23.4", "without separators", "ohne Trennzeichen"),
        ("url", "example", "http:// or https://", "http:// oder https://"),
        ("email", "alex", "complete email address", "vollständige E-Mail-Adresse"),
        ("line", "bell\x07", "control characters", "Steuerzeichen"),
    ],
)
def test_bad_input_is_told_in_both_languages(kind: str, typed: str, english: str, german: str) -> None:
    with pytest.raises(ValidationError) as raised:
        cleaned(kind, typed)
    assert english in raised.value.messages[0]
    with translation.override("de"), pytest.raises(ValidationError) as raised:
        cleaned(kind, typed)
    assert german in as_typed(raised.value.messages[0])


@pytest.mark.parametrize(("typed", "says"), [("1985-09-19", "13:54:51"), ("31.02.2026", ""), ("", "")])
def test_the_note_on_a_time_of_day_stays_only_with_its_day(typed: str, says: str) -> None:
    edited = [EditedField("fieldBirthday", "Birthday", FieldType.DATE, "495986091")]
    form = ChangeFieldsForm(ClientAccountFactory.build(), QueryDict(f"fieldBirthday={typed}"), edited=edited)
    help_text = form["fieldBirthday"].help_text
    assert says in help_text
    assert bool(says) == bool(help_text)
