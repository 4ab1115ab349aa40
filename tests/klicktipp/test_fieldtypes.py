"""Values of data fields: typed, on the wire, and back."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from integrations.klicktipp import FieldType, InvalidValue, Verbatim
from integrations.klicktipp.fieldtypes import Value, decode, encode, guess, parse

BERLIN = ZoneInfo("Europe/Berlin")
READ = {FieldType.DECIMAL, FieldType.TIME, FieldType.DATE, FieldType.DATE_TIME}
NEVER = {"0", "0000-00-00", "0000-00-00 00:00:00"}

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="&"), min_size=1)
blankless = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="@&"), min_size=1)
zones: st.SearchStrategy[tzinfo] = st.one_of(
    st.sampled_from([UTC, BERLIN]),
    st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo),
    st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(lambda offset: timezone(_seconds_only(offset))),
)
moments = (
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))
    .map(lambda moment: moment.replace(microsecond=0, fold=0))
    .filter(lambda moment: moment.timestamp() != 0)
)
VALUES: dict[FieldType, st.SearchStrategy[Value]] = {
    FieldType.LINE: words.filter(lambda text: not {"\r", "\n"} & set(text)),
    FieldType.PHONE: words.filter(lambda text: not {"\r", "\n"} & set(text)),
    FieldType.PARAGRAPH: words,
    FieldType.HTML: words,
    FieldType.EMAIL: st.tuples(blankless, blankless).map("@".join),
    FieldType.URL: st.tuples(st.sampled_from(["http://", "https://", "HTTPS://"]), blankless).map("".join),
    FieldType.NUMBER: st.from_regex(r"[0-9]{1,18}", fullmatch=True),
    FieldType.DECIMAL: st.decimals(-(10**15) + 1, 10**15 - 1, places=2),
    FieldType.TIME: st.times().map(lambda moment: moment.replace(microsecond=0)),
    FieldType.DATE: st.dates().filter(lambda day: day != date(1970, 1, 1)),
}
WIRES = st.one_of(
    st.text(),
    st.integers().map(str),
    st.integers(-(10**12), 10**12).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.sampled_from(
        [
            "0",
            "-0",
            "007",
            "+5",
            "²",
            "1e3",
            "NaN",
            "86400",
            "-1",
            "495986091",
            "31.12.2026",
            "\0",
            "\ud800",
            "٣",
            *NEVER,
        ]
    ),
)


def _seconds_only(offset: timedelta) -> timedelta:
    return timedelta(seconds=int(offset.total_seconds()))


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data(), zone=zones)
@settings(max_examples=100)
def test_a_value_comes_back_from_the_wire_in_every_time_zone(
    kind: FieldType, data: st.DataObject, zone: tzinfo
) -> None:
    value = data.draw(VALUES[kind])

    back = decode(kind, encode(kind, value), zone)

    assert back == value
    assert type(back) is type(value)


@given(moment=moments, zone=zones, other=zones)
@example(moment=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), zone=BERLIN, other=BERLIN)
@example(moment=datetime(2026, 10, 25, 1, 30, tzinfo=UTC), zone=BERLIN, other=BERLIN)
@example(moment=datetime(1890, 1, 1, tzinfo=UTC), zone=BERLIN, other=UTC)
@settings(max_examples=300)
def test_a_moment_comes_back_in_every_time_zone(moment: datetime, zone: tzinfo, other: tzinfo) -> None:
    there = moment.astimezone(zone)

    back = decode(FieldType.DATE_TIME, encode(FieldType.DATE_TIME, there), zone)
    elsewhere = decode(FieldType.DATE_TIME, encode(FieldType.DATE_TIME, there), other)

    assert isinstance(back, datetime)
    assert isinstance(elsewhere, datetime)
    assert (back.replace(tzinfo=None), back.fold) == (there.replace(tzinfo=None), there.fold)
    assert back.astimezone(UTC) == elsewhere.astimezone(UTC) == moment


@given(moment=moments)
@settings(max_examples=100)
def test_a_date_keeps_its_time_of_day(moment: datetime) -> None:
    wire = str(int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()))

    value = decode(FieldType.DATE, wire, BERLIN)

    assert value == (moment.date() if moment.time() == time() else moment)
    assert encode(FieldType.DATE, value) == wire


@pytest.mark.parametrize("kind", FieldType)
@given(wire=WIRES, zone=zones)
@settings(max_examples=150)
def test_whatever_stands_in_a_field_is_read_and_goes_back_as_it_came(kind: FieldType, wire: str, zone: tzinfo) -> None:
    assume("&" not in wire)
    value = decode(kind, wire, zone)

    again = encode(kind, value)
    if kind in (FieldType.DATE, FieldType.DATE_TIME) and wire in NEVER:
        assert again == value == ""
        return
    if isinstance(value, Decimal):
        assert Decimal(again).scaleb(-2) == value == decode(kind, again, zone)
    else:
        assert again == wire
    if isinstance(value, Verbatim):
        assert value == wire


@pytest.mark.parametrize("kind", FieldType)
@given(typed=st.one_of(st.text(), WIRES, st.from_regex(r"[-+0-9.,:T ]{1,20}", fullmatch=True)), zone=zones)
@settings(max_examples=150)
def test_whatever_is_typed_can_be_sent_or_is_refused(kind: FieldType, typed: str, zone: tzinfo) -> None:
    try:
        value = parse(kind, typed, zone)
    except InvalidValue:
        return
    assume("&" not in typed)
    assert decode(kind, encode(kind, value), zone) == value
    if kind in READ and value != "":
        assert not isinstance(value, str)


@given(moment=moments, zone=zones)
@settings(max_examples=200)
def test_a_moment_is_understood_in_german_and_iso(moment: datetime, zone: tzinfo) -> None:
    there = moment.astimezone(zone)
    assume(there.year >= 1000)
    assume(not there.fold)
    assume(there.date() != date(1970, 1, 1))
    assert parse(FieldType.DATE, f"{there:%d.%m.%Y}") == parse(FieldType.DATE, f"{there:%Y-%m-%d}") == there.date()
    assert parse(FieldType.TIME, f"{there:%H:%M:%S}") == there.time()
    for form in ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y, %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        assert parse(FieldType.DATE_TIME, there.strftime(form), zone) == there


@pytest.mark.parametrize(
    ("kind", "typed", "wire"),
    [
        ("date", "08.05.2024", "1715126400"),
        ("date", " 8.5.2024 ", "1715126400"),
        ("date", "2024-05-08", "1715126400"),
        ("date", "31.12.1969", "-86400"),
        ("date", "31/12/2026", "1798675200"),
        ("date", "12/31/2026", "1798675200"),
        ("date", "3/3/2026", "1772496000"),
        ("date", "29.02.2024", "1709164800"),
        ("date_time", "13.05.2024 12:30", "1715603400"),
        ("date_time", "13/05/2024 12:30", "1715603400"),
        ("time", "14:30", "52200"),
        ("time", "0:00", "0"),
        ("time", "23:59:59", "86399"),
        ("decimal", "19,99", "1999"),
        ("decimal", "12,5", "1250"),
        ("decimal", "12.5", "1250"),
        ("decimal", "12", "1200"),
        ("decimal", "-0,05", "-5"),
        ("decimal", "+3", "300"),
        ("decimal", "1234.56", "123456"),
        ("decimal", "1234,56", "123456"),
        ("decimal", "1.234,56", "123456"),
        ("decimal", "1,234.56", "123456"),
        ("decimal", "-1.234.567,8", "-123456780"),
        ("decimal", "1,000,000", "100000000"),
        ("number", "42", "42"),
        ("number", "007", "007"),
        ("number", "0", "0"),
        ("url", "https://www.klicktipp.example", "https://www.klicktipp.example"),
        ("email", " alex@example.com ", "alex@example.com"),
        ("paragraph", "one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("html", "<b>\r\n5</b>", "<b>\n5</b>"),
        ("line", "  Ada & Ünal ", "Ada & Ünal"),
        ("number", "1.234.567", "1234567"),
        ("number", "1,234,567", "1234567"),
        ("url", "www.example.com/x", "https://www.example.com/x"),
        ("url", " example.com ", "https://example.com"),
        ("url", "example.com/page?a=1#b", "https://example.com/page?a=1#b"),
        ("url", "shop.example.co.uk:8443", "https://shop.example.co.uk:8443"),
        ("url", "bäckerei-müller.de", "https://bäckerei-müller.de"),
        ("url", "Example.COM?x", "https://Example.COM?x"),
        ("url", "example.xn--p1ai", "https://example.xn--p1ai"),
        ("date", "   ", ""),
        ("number", "", ""),
    ],
)
def test_what_is_typed_goes_on_the_wire(kind: str, typed: str, wire: str) -> None:
    assert encode(FieldType(kind), parse(FieldType(kind), typed)) == wire


@pytest.mark.parametrize(
    ("kind", "typed", "problem"),
    [
        ("date", "31.02.2026", "no_such_day"),
        ("date", "2026-02-31", "no_such_day"),
        ("date", "29.02.2026", "no_such_day"),
        ("date", "00.01.2026", "no_such_day"),
        ("date", "01.01.0000", "no_such_day"),
        ("date", "31/31/2026", "no_such_day"),
        ("date", "03/04/2026", "two_days"),
        ("date_time", "03/04/2026 14:30", "two_days"),
        ("date", "01.01.1970", "like_empty"),
        ("date_time", "01.01.1970 01:00", "like_empty"),
        ("date", "31.12.26", "no_date"),
        ("date", "1715126400", "no_date"),
        ("date", "31.12.2026 14:30", "no_date"),
        ("date", "tomorrow", "no_date"),
        ("time", "24:00", "no_such_time"),
        ("time", "12:60", "no_such_time"),
        ("time", "14:30:60", "no_such_time"),
        ("time", "52200", "no_time"),
        ("time", "-1:00", "no_time"),
        ("time", "2 pm", "no_time"),
        ("date_time", "31.12.2026", "no_date_time"),
        ("date_time", "31.02.2026 14:30", "no_such_day"),
        ("date_time", "31.12.2026 24:00", "no_such_time"),
        ("date_time", "29.03.2026 02:30", "skipped_time"),
        ("date_time", "01.01.0001 00:00", "out_of_range"),
        ("number", "-1", "no_number"),
        ("number", "+1", "no_number"),
        ("number", "1.000", "no_number"),
        ("number", "1,5", "no_number"),
        ("number", "1 000", "no_number"),
        ("number", "²", "no_number"),
        ("number", "٣", "no_number"),
        ("number", "9" * 19, "too_large"),
        ("number", "9" * 5_000, "too_large"),
        ("decimal", "1.23.45", "two_separators"),
        ("decimal", "1,234,50", "two_separators"),
        ("decimal", "1.234.5", "two_separators"),
        ("decimal", "1.234", "two_numbers"),
        ("decimal", "-1,005", "two_numbers"),
        ("decimal", "0.005", "too_many_decimals"),
        ("decimal", "1234.567", "too_many_decimals"),
        ("decimal", "1,234.567", "too_many_decimals"),
        ("decimal", "12 €", "no_decimal"),
        ("decimal", "ten", "no_decimal"),
        ("decimal", "1e3", "no_decimal"),
        ("decimal", "NaN", "no_decimal"),
        ("decimal", "12,", "no_decimal"),
        ("decimal", "9" * 16, "too_large"),
        ("decimal", "9" * 5_000, "too_large"),
        ("number", "1.000.00", "no_number"),
        ("number", "1.234,56", "no_number"),
        ("number", "-1.234.567", "no_number"),
        ("number", "0.123.456", "no_number"),
        ("number", "1" + ".234" * 6, "too_large"),
        ("url", "example", "no_url"),
        ("url", "javascript:alert(1)", "no_url"),
        ("url", "javascript.com:alert(1)", "no_url"),
        ("url", "data:text/html,x", "no_url"),
        ("url", "mailto:ada@example.com", "no_url"),
        ("url", "ada@example.com", "no_url"),
        ("url", "//example.com", "no_url"),
        ("url", "https:example.com", "no_url"),
        ("url", "example.com page", "no_url"),
        ("url", "12.50", "no_url"),
        ("url", "-example.com", "no_url"),
        ("url", "https://", "no_url"),
        ("url", "ftp://example.com", "no_url"),
        ("url", "https://a b", "no_url"),
        ("email", "alex", "no_email"),
        ("email", "a@b@c", "no_email"),
        ("email", "a b@c", "no_email"),
        ("line", "one\ntwo", "line_break"),
    ],
)
def test_bad_input_is_refused_with_its_reason(kind: str, typed: str, problem: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        parse(FieldType(kind), typed, BERLIN)
    assert raised.value.problem == problem
    assert typed not in repr(raised.value)


@pytest.mark.parametrize(
    ("thousands", "typed"), [(".", "1.234"), (",", "1,234"), (".", "1.234.567"), (".", "1,234,567")]
)
def test_a_whole_number_has_the_readers_sign_between_thousands(thousands: str, typed: str) -> None:
    assert parse(FieldType.NUMBER, typed, thousands=thousands) == typed.replace(".", "").replace(",", "")


@pytest.mark.parametrize(
    ("thousands", "typed"), [(".", "1,234"), (",", "1.234"), (".", "1.5"), (".", "1.2345"), (".", "1.234,0")]
)
def test_what_has_decimals_is_no_whole_number(thousands: str, typed: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        parse(FieldType.NUMBER, typed, thousands=thousands)
    assert raised.value.problem == "no_number"


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (FieldType.NUMBER, "-1", "no_number"),
        (FieldType.NUMBER, "²", "no_number"),
        (FieldType.NUMBER, Decimal(1), "no_number"),
        (FieldType.NUMBER, str(10**18), "too_large"),
        (FieldType.DECIMAL, "1", "no_decimal"),
        (FieldType.DECIMAL, Decimal("NaN"), "no_decimal"),
        (FieldType.DECIMAL, Decimal("0.001"), "too_many_decimals"),
        (FieldType.DECIMAL, Decimal("1e999"), "too_large"),
        (FieldType.DATE, "31.12.2026", "no_date"),
        (FieldType.DATE_TIME, date(2026, 12, 31), "no_date_time"),
        (FieldType.DATE_TIME, datetime(2026, 12, 31), "no_date_time"),
        (
            FieldType.DATE_TIME,
            datetime.max.replace(microsecond=0, tzinfo=timezone(timedelta(hours=-1))),
            "out_of_range",
        ),
        (FieldType.DATE_TIME, datetime(2026, 1, 1, microsecond=1, tzinfo=UTC), "no_date_time"),
        (FieldType.DATE, date(1970, 1, 1), "like_empty"),
        (FieldType.TIME, "52200", "no_time"),
        (FieldType.TIME, time(1, microsecond=1), "no_time"),
        (FieldType.LINE, Decimal(5), "no_text"),
    ],
)
def test_what_a_field_cannot_hold_is_not_encoded(kind: FieldType, value: Value, problem: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        encode(kind, value)
    assert raised.value.problem == problem


def test_answers_are_read_as_the_reference_says() -> None:
    assert decode(FieldType.DATE, "1715126400") == date(2024, 5, 8)
    assert decode(FieldType.DATE, "495986091") == datetime(1985, 9, 19, 13, 54, 51, tzinfo=UTC)
    assert decode(FieldType.DATE, "-1") == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert decode(FieldType.DATE_TIME, "1715603400", BERLIN) == datetime(2024, 5, 13, 14, 30, tzinfo=BERLIN)
    assert decode(FieldType.TIME, "52200") == time(14, 30)
    assert decode(FieldType.DECIMAL, "19.99") == Decimal("19.99")
    assert decode(FieldType.DECIMAL, "1999") == Decimal("19.99")
    assert decode(FieldType.NUMBER, "0042") == "0042"
    assert not isinstance(decode(FieldType.NUMBER, "0042"), Verbatim)
    assert isinstance(decode(FieldType.TIME, "86400"), Verbatim)


@pytest.mark.parametrize("kind", [FieldType.DATE, FieldType.DATE_TIME])
@pytest.mark.parametrize("wire", sorted(NEVER))
def test_a_date_that_was_never_set_is_empty(kind: FieldType, wire: str) -> None:
    assert decode(kind, wire) == ""
    assert decode(FieldType.TIME, "0") == time()


@pytest.mark.parametrize(
    ("kind", "wire", "shown"),
    [
        ("line", "M&uuml;ller &amp; S&ouml;hne", "Müller & Söhne"),
        ("paragraph", "a &lt; b\nc &gt; d", "a < b\nc > d"),
        ("line", "&#252;&#xFC;&hellip;", "üü…"),
        ("line", "&amp;uuml;", "&uuml;"),
        ("line", "&uuml &copy &nosuchname; & &;", "&uuml &copy &nosuchname; & &;"),
        ("url", "https://example.com/?a=1&amp;b=2&copy=3", "https://example.com/?a=1&b=2&copy=3"),
        ("line", "one\n&uuml;", "one\nü"),
        ("html", "<b>M&uuml;ller</b> &amp; Co", "<b>M&uuml;ller</b> &amp; Co"),
        ("line", "<b>M&uuml;ller &lt;</b>", "<b>M&uuml;ller &lt;</b>"),
    ],
)
def test_entities_are_read_once_but_not_in_html(kind: str, wire: str, shown: str) -> None:
    assert decode(FieldType(kind), wire) == shown


@pytest.mark.parametrize(
    ("kind", "typed", "readings"),
    [
        ("decimal", "1.234", (Decimal(1234), Decimal("1.234"))),
        ("decimal", "-12,345", (Decimal(-12345), Decimal("-12.345"))),
        ("date", "03/04/2026", (date(2026, 4, 3), date(2026, 3, 4))),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_both(
    kind: str, typed: str, readings: tuple[Value, Value]
) -> None:
    with pytest.raises(InvalidValue) as raised:
        parse(FieldType(kind), typed)
    assert raised.value.readings == readings


@pytest.mark.parametrize(
    ("wires", "kind"),
    [
        (["https://example.com", "http://a.de/x"], FieldType.URL),
        (["alex@example.com"], FieldType.EMAIL),
        (["<strong>5</strong>", "<p>\nHello</p>"], FieldType.HTML),
        (["19.90", "-5.00"], FieldType.DECIMAL),
        (["1715126400", "-86400"], FieldType.DATE),
        (["1715126400", "495986091"], FieldType.DATE_TIME),
        (["1715603400"], FieldType.DATE_TIME),
        (["52200", "32400"], FieldType.TIME),
        (["52200", "17"], FieldType.NUMBER),
        (["12", "0"], FieldType.NUMBER),
        (["0049170"], FieldType.LINE),
        (["12", "C-12"], FieldType.LINE),
        (["a\nb", "12"], FieldType.PARAGRAPH),
        (["<b>5</b>", "less < more"], FieldType.LINE),
        (["", "0"], None),
        ([], None),
    ],
)
def test_a_type_is_guessed_from_what_was_seen(wires: list[str], kind: FieldType | None) -> None:
    assert guess(wires) == kind


@given(wires=st.lists(WIRES))
@settings(max_examples=200)
def test_a_guess_depends_on_no_order_and_every_seen_value_can_be_shown(wires: list[str]) -> None:
    kind = guess(wires)

    assert kind == guess(reversed(wires))
    if kind:
        assert not any(isinstance(decode(kind, wire), Verbatim) for wire in wires)
