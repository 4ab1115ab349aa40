"""The contacts with a tag. There may be a million, so they are kept as numbers: 16 bytes each."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

_DIGITS: Final = re.compile(rb'\{(?:"[1-9][0-9]{0,17}+": ?(?:"[0-9]{1,12}+"|[0-9]{1,12}+)(?:, ?|(?=\})))++\}')
_COLON_TO_COMMA: Final = bytes.maketrans(b":", b",")
_LAST_TIME: Final = int(datetime(9999, 12, 30, tzinfo=UTC).timestamp())


class TaggedContacts(Mapping[str, datetime | None]):
    """When each contact was tagged, by its id; None where the service does not tell it.

    ids, times: the same as numbers, in the order of the answer; a time in seconds of unix time, `UNKNOWN` for None
    """

    UNKNOWN: Final = 0

    def __init__(self, ids: array[int], times: array[int]) -> None:
        self.ids, self.times = ids, times

    @classmethod
    def of(cls, told: Iterable[tuple[str, datetime | None]]) -> TaggedContacts:
        """Of a contact that is told twice the last time counts."""
        found = dict(told)
        times = (cls.UNKNOWN if at is None else int(at.timestamp()) for at in found.values())
        return cls(array("q", map(int, found)), array("q", times))

    @classmethod
    def of_digits(cls, body: bytes) -> TaggedContacts | None:
        """JSON of nothing but digits, `{"3": "1760530436", …}`, read as a whole; None for any other."""
        if not _DIGITS.fullmatch(body):
            return None
        try:
            numbers = array("q", json.loads(b"[%b]" % body.translate(_COLON_TO_COMMA, b'{}"')))
        except ValueError:  # a number that begins with zeros
            return None
        found = cls(numbers[::2], numbers[1::2])
        return found if max(found.times) <= _LAST_TIME and len(set(found.ids)) == len(found.ids) else None

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[str]:
        return map(str, self.ids)

    def __getitem__(self, contact_id: str) -> datetime | None:
        at = self.times[self._places[contact_id]]
        return None if at == self.UNKNOWN else datetime.fromtimestamp(at, UTC)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {contact_id: place for place, contact_id in enumerate(self)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} contacts)"
