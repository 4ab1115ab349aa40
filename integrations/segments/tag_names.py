"""The tags and SmartTags of a client account as far as they are known: what a rule is built of, and how it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.texts import plain
from integrations.clients.errand import Errand
from integrations.clients.models import ReferenceKind
from integrations.ids import LARGEST_KLICKTIPP_ID
from integrations.tags import smarttags
from integrations.tags.search import same_name


@dataclass(frozen=True)
class Offered:
    """A tag as one chooses it: by a name that no other one has."""

    id: int
    name: str
    is_smart: bool


class TagNames:
    """Names by ID and IDs by name. Without a list (`is_loaded`) nothing can be said of a tag that is not there."""

    def __init__(self, items: Iterable[Mapping[str, Any]], *, is_loaded: bool) -> None:
        self._items = [item for item in items if item["name"]]
        self.is_loaded = is_loaded

    @classmethod
    def of(cls, errand: Errand) -> TagNames:
        """As the last known list of tags has them, and with the SmartTags that were learnt."""
        listing = errand.last_known(ReferenceKind.TAGS)
        return cls([*listing.items, *smarttags.named(errand)], is_loaded=listing.fetched_at is not None)

    @cached_property
    def offered(self) -> list[Offered]:
        """By name. Of two with the same name each has its ID behind it."""
        often = Counter(same_name(item["name"]) for item in self._items)
        found = (
            Offered(
                item["id"],
                item["name"] if often[same_name(item["name"])] == 1 else f"{item['name']} ({item['id']})",
                bool(item.get("is_smart")),
            )
            for item in self._items
        )
        return sorted(found, key=lambda tag: (plain(tag.name), tag.id))

    @cached_property
    def _by_id(self) -> dict[int, str]:
        return {tag.id: tag.name for tag in self.offered}

    @cached_property
    def _by_name(self) -> dict[str, int]:
        return {same_name(tag.name): tag.id for tag in self.offered}

    def find(self, typed: str) -> int | None:
        """The tag of this name; digits are an ID, as no tag is called so, even one that no list has."""
        if typed.isascii() and typed.isdecimal():
            return int(typed) if len(typed) < 17 and 0 < int(typed) <= LARGEST_KLICKTIPP_ID else None
        return self._by_name.get(same_name(typed))

    def name(self, tag_id: int) -> str:
        """What a tag is called now; "" for one that is not known."""
        return self._by_id.get(tag_id, "")

    def is_gone(self, tag_id: int) -> bool:
        """Whether a tag that had a name once is in no list any more."""
        return self.is_loaded and tag_id not in self._by_id
