"""Finds tags in a list, by a part of the name or the beginning of the ID, and compares names as KlickTipp does."""

from collections.abc import Iterable
from typing import Any

from accounts.texts import LONGEST_COMPARED, normalized, plain


def find_tags(items: Iterable[dict[str, Any]], search: str) -> list[dict[str, Any]]:
    """The tags that fit, by name; all of them for an empty `search`. Case and accents make no difference."""
    part = plain(search.strip())
    keyed = ((plain(item["name"]), item) for item in items)
    found = [(name, item) for name, item in keyed if part in name or str(item["id"]).startswith(part)]
    return [item for _, item in sorted(found, key=lambda pair: (pair[0], pair[1]["id"]))]


def same_name(name: str) -> str:
    """What two names have in common that are one tag's for KlickTipp: no case, and letters composed."""
    return normalized("NFC", normalized("NFC", name.strip()[:LONGEST_COMPARED]).casefold())
