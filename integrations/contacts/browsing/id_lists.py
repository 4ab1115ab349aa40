"""Lists of IDs, kept for the visit of a person: numbers without a person's data. Each place has one, as a list may have
a million."""

from __future__ import annotations

import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.cache import caches
from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.crypto import get_random_string

PAGE_SIZE: Final = 25
KEPT_FOR: Final = 3600
"""Seconds."""


@dataclass(frozen=True)
class IdList:
    """The IDs of contacts, newest first, as KlickTipp had them at `loaded_at`.

    `handle` names the list in links. `action` has loaded it for this `page` and is still to read the contacts there.
    """

    handle: str
    loaded_at: datetime
    action: UUID
    page: int
    ids: array[int]

    @classmethod
    def of(cls, ids: Iterable[int], action: UUID, page: int) -> IdList:
        """A list of IDs that an action has just loaded."""
        return cls(get_random_string(12), timezone.now(), action, page, array("q", sorted(ids, reverse=True)))

    def open(self, number: int | str | None) -> Page[int]:
        """The page of this number; the nearest one where there is none."""
        return Paginator(self.ids, PAGE_SIZE).get_page(number)


def keep_ids(place: str, which: str, listed: IdList) -> IdList:
    """Keep a list for an hour, instead of what is kept in this place. `which` says which contacts they are."""
    packed = (which, listed.handle, listed.loaded_at.isoformat(), str(listed.action), listed.page)
    caches["lists"].set(place, (*packed, compressed(listed.ids)), KEPT_FOR)
    return listed


def kept_ids(place: str, which: str) -> IdList | None:
    """The list of these contacts that is kept in this place, if one is."""
    packed = caches["lists"].get(place)
    if packed is None or packed[0] != which:
        return None
    _which, handle, loaded_at, action, page, ids = packed
    return IdList(handle, datetime.fromisoformat(loaded_at), UUID(action), page, restored(ids))


def compressed(numbers: array[int]) -> str:
    """Many numbers as a text that a cache can hold."""
    return b64encode(zlib.compress(numbers.tobytes(), 1)).decode()


def restored(text: Any) -> array[int]:
    return array("q", zlib.decompress(b64decode(text)))
