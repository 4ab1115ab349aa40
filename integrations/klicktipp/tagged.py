"""The contacts with a tag. There may be a million, so they are kept as numbers: 16 bytes each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

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
    def of_digits(cls, told: Mapping[str, object]) -> TaggedContacts | None:
        """What a service tells whose ids and times are nothing but digits, read as a whole; None for any other."""
        try:
            texts = "".join(told), "".join(told.values())  # type: ignore[arg-type]  # what is no text raises TypeError
            if not all(text.isascii() and text.isdigit() for text in texts):
                return None
            found = cls(array("q", map(int, told)), array("q", map(int, told.values())))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            return None
        return found if min(found.ids) > 0 and max(found.times) <= _LAST_TIME else None

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
