"""The values of data fields: from what was typed to a value, to the wire, and back.

Sources: developer guide ("Data Field Types and Input Formats") and KlickTipp OpenAPI. What is sent and what comes back
differ for decimal numbers, of which hundredths are sent (`1999`) and a number with a dot comes back (`19.99`), and for
texts, which can come back with HTML entities.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .entities import decoded


class FieldType(StrEnum):
    """The ten types a data field can have, and PHONE: what the global fields for phone numbers hold is a line on the
    wire, but reads and is typed as a phone number."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    EMAIL = "email"
    NUMBER = "number"
    DECIMAL = "decimal"
    URL = "url"
    TIME = "time"
    DATE = "date"
    DATE_TIME = "date_time"
    HTML = "html"
    PHONE = "phone"


GLOBAL_FIELD_TYPES: Final[Mapping[str, FieldType]] = MappingProxyType(
    dict.fromkeys(
        (
            "fieldFirstName",
            "fieldLastName",
            "fieldCompanyName",
            "fieldStreet1",
            "fieldStreet2",
            "fieldCity",
            "fieldState",
            "fieldZip",
            "fieldCountry",
        ),
        FieldType.LINE,
    )
    | dict.fromkeys(("fieldPrivatePhone", "fieldMobilePhone", "fieldPhone", "fieldFax"), FieldType.PHONE)
    | {
        "fieldWebsite": FieldType.URL,
        "fieldBirthday": FieldType.DATE,
        "fieldLeadValue": FieldType.NUMBER,
    }
)
"""The types of the fields that every account has."""


class ValueProblem(StrEnum):
    """What is wrong with a value."""

    LIKE_EMPTY = "like_empty"
    LINE_BREAK = "line_break"
    NO_DATE = "no_date"
    NO_DATE_TIME = "no_date_time"
    NO_DECIMAL = "no_decimal"
    NO_EMAIL = "no_email"
    NO_NUMBER = "no_number"
    NO_SUCH_DAY = "no_such_day"
    NO_SUCH_TIME = "no_such_time"
    NO_TEXT = "no_text"
    NO_TIME = "no_time"
    NO_URL = "no_url"
    OUT_OF_RANGE = "out_of_range"
    SKIPPED_TIME = "skipped_time"
    TOO_LARGE = "too_large"
    TOO_MANY_DECIMALS = "too_many_decimals"
    TWO_DAYS = "two_days"
    TWO_NUMBERS = "two_numbers"
    TWO_SEPARATORS = "two_separators"


class InvalidValue(ValueError):
    """A value that a field of this type cannot hold. `problem` says why; `readings` are the values that it can mean
    where these are two. No value is ever part of the error's text."""

    def __init__(self, problem: ValueProblem, readings: "tuple[Value, ...]" = ()) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.readings = readings


class Verbatim(str):
    """What stands in a field and is no value of its type: to be shown as it is."""

    __slots__ = ()


Value = str | Decimal | date | time
"""What a field holds: a `Decimal`, a `time`, an aware `datetime` for date & time. A date is a `date`, or a `datetime`
in UTC where the service's value is not midnight there. All other types hold text, which for a number are its digits;
"" is an empty field of any type."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 24 * 60 * 60
_SECOND: Final = timedelta(seconds=1)

_MOST_DIGITS: Final = 18
_MOST_WHOLE_DIGITS: Final = 15
_LARGEST_DECIMAL: Final = Decimal(10**_MOST_WHOLE_DIGITS) - Decimal("0.01")

_SECONDS: Final = re.compile(r"0|-?[1-9][0-9]{0,11}")
_DIGITS: Final = re.compile(r"[0-9]+")
_HUNDREDTHS: Final = re.compile(rf"0|-?[1-9][0-9]{{0,{_MOST_WHOLE_DIGITS + 1}}}")
_WITH_DOT: Final = re.compile(rf"-?[0-9]{{1,{_MOST_WHOLE_DIGITS}}}\.[0-9]{{1,2}}")
_NEVER: Final = frozenset({"0", "0000-00-00", "0000-00-00 00:00:00"})
_BREAK: Final = re.compile(r"[\r\n]")
_TAG: Final = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_WITHOUT_SCHEME: Final = re.compile(
    r"(?:[^\W_][\w-]{0,62}\.)+(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})(?::[0-9]{1,5})?(?:[/?#]\S*)?", re.IGNORECASE
)
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")

_TYPED_DECIMAL: Final = re.compile(r"([+-]?)([0-9]+)(?:[.,]([0-9]+))?")
_WITH_THOUSANDS: Final = re.compile(r"([+-]?)([1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\3[0-9]{3})*)(?:(?!\3)[.,]([0-9]+))?")
_THOUSANDS_OR_DECIMALS: Final = re.compile(r"([+-]?[1-9][0-9]{0,2})[.,]([0-9]{3})")
_SEPARATED: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+){2,}")
_TYPED_TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_TYPED_DATE: Final = re.compile(r"([0-9]{1,2})\.[ ]?([0-9]{1,2})\.[ ]?([0-9]{4})")
_WITH_SLASHES: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TYPED_DATE_TIME: Final = re.compile(r"(.*[0-9])(?:T|,? +)([0-9:]+)")


# --- To the wire ---


def encode(kind: FieldType, value: Value) -> str:
    """A value as the service takes it. `InvalidValue` if a field of this type cannot hold it.

    "" empties a field of any type, and a `Verbatim` goes back as it is.
    """
    if isinstance(value, Verbatim) or value == "":
        return str(value)
    match kind:
        case FieldType.NUMBER:
            return _number_to_wire(value)
        case FieldType.DECIMAL:
            return _decimal_to_wire(value)
        case FieldType.TIME:
            return _time_to_wire(value)
        case FieldType.DATE:
            return _date_to_wire(value)
        case FieldType.DATE_TIME:
            return _date_time_to_wire(value)
    return _text_to_wire(kind, value)


def _text_to_wire(kind: FieldType, value: Value) -> str:
    if not isinstance(value, str):
        raise InvalidValue(ValueProblem.NO_TEXT)
    if kind is FieldType.URL and not _URL.fullmatch(value):
        raise InvalidValue(ValueProblem.NO_URL)
    if kind is FieldType.EMAIL and not _EMAIL.fullmatch(value):
        raise InvalidValue(ValueProblem.NO_EMAIL)
    if kind in (FieldType.LINE, FieldType.PHONE) and _BREAK.search(value):
        raise InvalidValue(ValueProblem.LINE_BREAK)
    return value


def _number_to_wire(value: Value) -> str:
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise InvalidValue(ValueProblem.NO_NUMBER)
    if len(value.lstrip("0")) > _MOST_DIGITS:
        raise InvalidValue(ValueProblem.TOO_LARGE)
    return value


def _decimal_to_wire(value: Value) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise InvalidValue(ValueProblem.NO_DECIMAL)
    if abs(value) > _LARGEST_DECIMAL:
        raise InvalidValue(ValueProblem.TOO_LARGE)
    hundredths = value.scaleb(2)
    if hundredths != int(hundredths):
        raise InvalidValue(ValueProblem.TOO_MANY_DECIMALS)
    return str(int(hundredths))


def _time_to_wire(value: Value) -> str:
    if not isinstance(value, time) or value.microsecond or value.tzinfo:
        raise InvalidValue(ValueProblem.NO_TIME)
    return str((value.hour * 60 + value.minute) * 60 + value.second)


def _date_to_wire(value: Value) -> str:
    if isinstance(value, datetime):
        return _date_time_to_wire(value)
    if not isinstance(value, date):
        raise InvalidValue(ValueProblem.NO_DATE)
    return _unless_like_empty(str((value - _EPOCH.date()).days * _DAY))


def _date_time_to_wire(value: Value) -> str:
    if not isinstance(value, datetime) or value.utcoffset() is None or value.microsecond:
        raise InvalidValue(ValueProblem.NO_DATE_TIME)
    seconds = (value - _EPOCH) // _SECOND
    if _at(seconds) is None:
        raise InvalidValue(ValueProblem.OUT_OF_RANGE)
    return _unless_like_empty(str(seconds))


def _unless_like_empty(wire: str) -> str:
    """The beginning of unix time is what the service writes for no date at all."""
    if wire in _NEVER:
        raise InvalidValue(ValueProblem.LIKE_EMPTY)
    return wire


# --- From the wire ---


def decode(kind: FieldType, wire: str, zone: tzinfo = UTC) -> Value:
    """What stands in a field, read as its type: never an error.

    zone: the time zone that dates with a time of day are given in; days and times of day have none

    What cannot be a value of the type, or would not be the same text when sent again, is a `Verbatim`. So `encode`
    gives back the very text for everything this gives, but for decimal numbers, whose hundredths it gives, for texts
    with HTML entities, which are read, and for dates that were never set, which are empty.
    """
    if not wire or (kind in (FieldType.DATE, FieldType.DATE_TIME) and wire in _NEVER):
        return ""
    value = _value(kind, wire, zone)
    return Verbatim(_without_entities(kind, wire)) if value is None else value


def _without_entities(kind: FieldType, wire: str) -> str:
    """A text as people read it: the entities with which the service can store it, once. HTML, also in a field whose
    type is not known, stays as it is."""
    if kind is FieldType.HTML or "&" not in wire or _TAG.search(wire):
        return wire
    return decoded(wire)


def _value(kind: FieldType, wire: str, zone: tzinfo) -> Value | None:
    match kind:
        case FieldType.NUMBER:
            return wire if _DIGITS.fullmatch(wire) and len(wire.lstrip("0")) <= _MOST_DIGITS else None
        case FieldType.DECIMAL:
            if _WITH_DOT.fullmatch(wire):
                return Decimal(wire)
            return Decimal(wire).scaleb(-2) if _HUNDREDTHS.fullmatch(wire) else None
        case FieldType.TIME:
            seconds = _seconds(wire)
            return None if seconds is None or not 0 <= seconds < _DAY else (_EPOCH + seconds * _SECOND).time()
        case FieldType.DATE:
            moment = _moment(wire)
            return moment.date() if moment and moment.time() == time() else moment
        case FieldType.DATE_TIME:
            moment = _moment(wire)
            return _in_zone(moment, zone) if moment else None
    try:
        return _text_to_wire(kind, _without_entities(kind, wire))
    except InvalidValue:
        return None


def _seconds(wire: str) -> int | None:
    return int(wire) if _SECONDS.fullmatch(wire) else None


def _moment(wire: str) -> datetime | None:
    seconds = _seconds(wire)
    return None if seconds is None else _at(seconds)


def _at(seconds: int) -> datetime | None:
    """The moment of a unix time in UTC; None beyond the years 1 to 9999."""
    try:
        return _EPOCH + seconds * _SECOND
    except OverflowError:
        return None


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


# --- From what was typed ---


def parse(kind: FieldType, typed: str, zone: tzinfo = UTC, thousands: str = "") -> Value:
    """The value that somebody typed. `InvalidValue` says what is wrong with it.

    Days are typed `31.12.2026`, `31/12/2026`, `12/31/2026` or `2026-12-31`, times `14:30` or `14:30:05`, both together
    with a blank, a comma or a T between them, in the time of `zone`; decimals with a comma or a dot, and with the other
    of them between thousands. What can be read in two ways is refused with both `readings`. Whole numbers can have
    `thousands` between thousands, the sign of the reader's language; twice or more either sign says what it is. Web
    addresses without scheme are completed.
    """
    text = typed if kind in (FieldType.PARAGRAPH, FieldType.HTML) else typed.strip()
    if not text:
        return ""
    match kind:
        case FieldType.DECIMAL:
            value: Value = _typed_decimal(text)
        case FieldType.TIME:
            value = _typed_time(text, ValueProblem.NO_TIME)
        case FieldType.DATE:
            value = _typed_date(text, ValueProblem.NO_DATE)
        case FieldType.DATE_TIME:
            value = _typed_date_time(text, zone)
        case FieldType.PARAGRAPH | FieldType.HTML:
            value = text.replace("\r\n", "\n").replace("\r", "\n")
        case FieldType.NUMBER:
            value = _typed_number(text, thousands)
        case FieldType.URL if _WITHOUT_SCHEME.fullmatch(text):
            value = f"https://{text}"
        case _:
            value = text
    encode(kind, value)
    return value


def _typed_number(text: str, thousands: str) -> str:
    found = _WITH_THOUSANDS.fullmatch(text)
    if not found:
        return text
    sign, whole, separator, fraction = found.groups(default="")
    is_whole = not sign and not fraction and (separator == thousands or whole.count(separator) > 1)
    return whole.replace(separator, "") if is_whole else text


def _typed_decimal(text: str) -> Decimal:
    if found := _THOUSANDS_OR_DECIMALS.fullmatch(text):
        readings = tuple(Decimal(sign.join(found.groups())) for sign in ("", "."))
        raise InvalidValue(ValueProblem.TWO_NUMBERS, readings)
    if found := _WITH_THOUSANDS.fullmatch(text):
        sign, whole, separator, fraction = found.groups(default="")
        whole = whole.replace(separator, "")
    elif found := _TYPED_DECIMAL.fullmatch(text):
        sign, whole, fraction = found.groups(default="")
    else:
        raise InvalidValue(ValueProblem.TWO_SEPARATORS if _SEPARATED.fullmatch(text) else ValueProblem.NO_DECIMAL)
    if len(whole.lstrip("0")) > _MOST_WHOLE_DIGITS:
        raise InvalidValue(ValueProblem.TOO_LARGE)
    if len(fraction) > 2:
        raise InvalidValue(ValueProblem.TOO_MANY_DECIMALS)
    return Decimal(f"{sign}{whole}.{fraction:0<2}")


def _typed_time(text: str, otherwise: ValueProblem) -> time:
    found = _TYPED_TIME.fullmatch(text)
    if not found:
        raise InvalidValue(otherwise)
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        raise InvalidValue(ValueProblem.NO_SUCH_TIME) from None


def _typed_date(text: str, otherwise: ValueProblem) -> date:
    if found := _TYPED_DATE.fullmatch(text):
        day, month, year = found.groups()
    elif found := _ISO_DATE.fullmatch(text):
        year, month, day = found.groups()
    elif found := _WITH_SLASHES.fullmatch(text):
        return _date_with_slashes(*map(int, found.groups()))
    else:
        raise InvalidValue(otherwise)
    if (value := _date_of(int(year), int(month), int(day))) is None:
        raise InvalidValue(ValueProblem.NO_SUCH_DAY)
    return value


def _date_with_slashes(first: int, second: int, year: int) -> date:
    """Day and month stand in either order: refused where that makes two days."""
    days = dict.fromkeys(filter(None, (_date_of(year, second, first), _date_of(year, first, second))))
    match tuple(days):
        case ():
            raise InvalidValue(ValueProblem.NO_SUCH_DAY)
        case (value,):
            return value
        case both:
            raise InvalidValue(ValueProblem.TWO_DAYS, both)


def _date_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _typed_date_time(text: str, zone: tzinfo) -> datetime:
    """Of an hour that comes twice, when the clocks are put back, the first one is meant."""
    found = _TYPED_DATE_TIME.fullmatch(text)
    if not found:
        raise InvalidValue(ValueProblem.NO_DATE_TIME)
    day, hour = found.groups()
    moment = datetime.combine(
        _typed_date(day, ValueProblem.NO_DATE_TIME), _typed_time(hour, ValueProblem.NO_DATE_TIME), zone
    )
    _date_time_to_wire(moment)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise InvalidValue(ValueProblem.SKIPPED_TIME)
    return moment


# --- Guessing ---

_TELLING: Final = (
    FieldType.URL,
    FieldType.EMAIL,
    FieldType.HTML,
    FieldType.DECIMAL,
    FieldType.DATE,
    FieldType.DATE_TIME,
    FieldType.TIME,
    FieldType.NUMBER,
    FieldType.LINE,
    FieldType.PARAGRAPH,
)
"""From the type that the fewest values look like to the one that holds everything."""

_QUARTER_HOUR: Final = 15 * 60
_LIKELY_MOMENTS: Final = range(100_000_000, 4_102_444_800)


def plausible(wire: str) -> frozenset[FieldType]:
    """The types that a field may well have in which this stands. "" and "0" say nothing: they fit all types."""
    if wire in ("", "0"):
        return frozenset(FieldType)
    return frozenset(kind for kind in FieldType if _looks_like(kind, wire))


def _looks_like(kind: FieldType, wire: str) -> bool:
    value = decode(kind, wire)
    if value == "" or isinstance(value, Verbatim):
        return value == ""
    match kind:
        case FieldType.PHONE:
            return False
        case FieldType.NUMBER:
            return not wire.startswith("0")
        case FieldType.DECIMAL:
            return "." in wire
        case FieldType.TIME:
            return int(wire) % _QUARTER_HOUR == 0
        case FieldType.DATE:
            return int(wire) % _DAY == 0
        case FieldType.DATE_TIME:
            return abs(int(wire)) in _LIKELY_MOMENTS
        case FieldType.HTML:
            return _TAG.search(wire) is not None
    return True


def most_telling(kinds: Iterable[FieldType]) -> FieldType | None:
    """The guess, when a field may have any of these types; None if that can still be every type."""
    left = set(kinds)
    return None if left == set(FieldType) else next((kind for kind in _TELLING if kind in left), None)


def guess(wires: Iterable[str]) -> FieldType | None:
    """The type that a field probably has in which these texts were seen; None if they do not tell."""
    return most_telling(frozenset(FieldType).intersection(*map(plausible, wires)))
