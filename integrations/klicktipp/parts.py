"""The parts that answers are made of, read tolerantly: what has an unknown shape is left out or kept raw, so that it
never makes the rest unreadable.

The service is PHP: an empty mapping arrives as `[]`, a list with holes as an object, an id as text or number, an absent
value as "", null or not at all. Numbers are text here, see `answers.load`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from .entities import decoded
from .fieldtypes import FieldType

MOST_OF_CONTACT: Final = 2_000
"""How much of one kind (tags, emails, data fields) is read of a contact: more than a page bears."""
_LONGEST_NAME: Final = 1000
_LONGEST_WORD: Final = 254
_FIELD_ID: Final = re.compile(r"field[A-Za-z0-9_-]{1,40}")
_LONGEST_ENCODED: Final = 10 * _LONGEST_NAME
_INTEGER: Final = re.compile(r"-?[0-9]{1,12}")
_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
_GERMAN_DATES: Final = ("%d.%m.%Y", "%d.%m.%Y %H:%M:%S")
_ISO_WITH_BLANK: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_FIRST_DAY: Final = datetime(1970, 1, 2, tzinfo=UTC)

_IDS: Final = ("value", "id", "tagid", "listid")
_NAMES: Final = ("label", "name")

_WORDS_FOR_TYPES: Final[Mapping[str, FieldType]] = {
    **{kind.replace("_", ""): kind for kind in FieldType},
    "text": FieldType.LINE,
    "singleline": FieldType.LINE,
    "multiline": FieldType.PARAGRAPH,
    "textarea": FieldType.PARAGRAPH,
    "emailaddress": FieldType.EMAIL,
    "integer": FieldType.NUMBER,
    "decimalnumber": FieldType.DECIMAL,
    "float": FieldType.DECIMAL,
    "website": FieldType.URL,
    "link": FieldType.URL,
    "timeofday": FieldType.TIME,
    "dateandtime": FieldType.DATE_TIME,
    "timestamp": FieldType.DATE_TIME,
}
_NO_LETTERS: Final = re.compile(r"[^a-z]|field|type|custom")


def text(value: object) -> str:
    """A text that every database can store; "" for anything else. A number is written out."""
    if type(value) is not str:
        return ""
    storable = value if value.isascii() else value.encode(errors="replace").decode()
    return storable.replace("\0", "?")


def raw(value: object) -> str:
    """As `text`, but a list, an object or true is kept as JSON; what is empty, null, false or too deep is ""."""
    if type(value) is str:
        return text(value)
    try:
        return text(json.dumps(value, ensure_ascii=False)) if value else ""
    except RecursionError:
        return ""


def name(value: object) -> str:
    """A name or a description as people see it: what is longer than a page bears is cut."""
    if isinstance(value, dict):
        value = first(value, _NAMES)
    return text(decoded(text(value)[:_LONGEST_ENCODED]))[:_LONGEST_NAME]


def word(value: object) -> str:
    """A text of which nobody needs more than a column of a database holds."""
    return text(decoded(text(value)[:_LONGEST_ENCODED]))[:_LONGEST_WORD]


def number(value: object) -> int | None:
    return int(value) if type(value) is str and _INTEGER.fullmatch(value) else None


def identity(value: object) -> str | None:
    """An id; None for anything else."""
    return value if type(value) is str and _ID.fullmatch(value) else None


def field_identity(value: object) -> str | None:
    """The id of a data field, with its prefix; None for anything else."""
    return value if type(value) is str and _FIELD_ID.fullmatch(value) else None


def flag(value: object) -> bool | None:
    return {"True": True, "1": True, "False": False, "0": False}.get(str(value))


def is_true(value: object) -> bool:
    """Whether a service says so by a truth, a number other than zero or a word for it."""
    if type(value) is not str:
        return value is True
    return (number(value) or 0) != 0 or value.casefold() in ("true", "ok", "success")


def first(mapping: Mapping[str, object], keys: Iterable[str]) -> object:
    """The value of the first of these keys that is there; None without any."""
    return next((mapping[key] for key in keys if key in mapping), None)


def members(value: object) -> list[object] | None:
    """The members of a list, also of one that PHP wrote as an object; None if it is no list."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else None


def pairs(value: object) -> Iterator[tuple[object, object]] | None:
    """Id and rest of every entry of a list, as a mapping or as a list of objects; None if it is neither."""
    if isinstance(value, dict):
        return iter(value.items())
    if isinstance(value, list):
        return ((first(item, _IDS), item) for item in value if isinstance(item, dict))
    return None


def ids(value: object, most: int | None = None) -> list[str]:
    """The ids in a list of ids, or of objects that have one; of the first so many members."""
    told = (members(value) or ())[:most]
    found = (first(item, _IDS) if isinstance(item, dict) else item for item in told)
    return [item for item in found if identity(item)]  # type: ignore[misc]


def time(value: object) -> datetime | None:
    """A unix time, or the first one of a list. None where there is none: zero means never."""
    if isinstance(value, list | dict):
        return next(filter(None, map(time, members(value) or ())), None) if _is_flat(value) else None
    seconds = number(value)
    return _at(seconds) if seconds else None


def _is_flat(value: object) -> bool:
    return not any(isinstance(item, list | dict) for item in members(value) or ())


def _at(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def times(value: object) -> dict[int, datetime | None]:
    """When something happened, by the id of what it happened with; ids alone in a list are without a time."""
    if isinstance(value, list):
        return dict.fromkeys(map(int, ids(value, MOST_OF_CONTACT)))
    told = islice(value.items(), MOST_OF_CONTACT) if isinstance(value, dict) else ()
    return {int(key): time(when) for key, when in told if identity(key)}


def date(written: str) -> datetime | None:
    """The date of a contact in any of its forms; None where it cannot be read, or means never."""
    found = _at(int(written)) if _INTEGER.fullmatch(written) else _written_date(written)
    return found if found and found >= _FIRST_DAY else None


def is_never(written: str) -> bool:
    """Whether a date says that there is none: nothing but zeros, or the first day of unix time."""
    return not written.strip("0-.:TZ +") or (date(written) is None and _is_before_1970(written))


def _is_before_1970(written: str) -> bool:
    if _INTEGER.fullmatch(written):
        return int(written) < _FIRST_DAY.timestamp()
    found = _written_date(written)
    return found is not None or written.startswith("-0001-11-30") or written.startswith("30.11.-0001")


def _written_date(written: str) -> datetime | None:
    try:
        if "T" in written or _ISO_WITH_BLANK.fullmatch(written):
            moment = datetime.fromisoformat(written)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        form = _GERMAN_DATES[" " in written]
        return datetime.strptime(written, form).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def field_type(word: object) -> FieldType | None:
    """The type that a word stands for, case and separators ignored; a line where nobody knows the word, and None where
    there is none. KlickTipp has not published its words."""
    if not text(word):
        return None
    return _WORDS_FOR_TYPES.get(_NO_LETTERS.sub("", text(word).casefold()), FieldType.LINE)
