"""Email addresses out of pasted text: from a mail program, a spreadsheet, a list of any shape."""

import re
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError

from accounts.validation import DIRECTION_CONTROLS
from integrations.addresses import comparable_email, email_address, without_unseen

LONGEST_TEXT: Final = 100_000
"""Characters of a text that are looked at."""
_BREAKS_AND_QUOTES: Final = str.maketrans("\r\u00a0„“”«»", "\n " + '"' * 5)
_QUOTED: Final = re.compile(r'"([^"\n]*)"([ \t]*<)?')
_AROUND: Final = f"\"'`<>()[]{{}}*|•·- \t{DIRECTION_CONTROLS}"
_LIKE_AN_ADDRESS: Final = re.compile(r"\S+\w\.[^\W\d_]{2,}")


@dataclass(frozen=True)
class Pasted:
    """What was understood: the addresses as KlickTipp takes them, each once; how many came again; and what is none."""

    addresses: tuple[str, ...]
    repeated: int
    wrong: tuple[str, ...]


def read(text: str) -> Pasted:
    """The addresses in a text, parted by line breaks, tabs, semicolons, commas or blanks.

    Names beside an address do not count, `mailto:` neither. An item without an address is wrong, unless it stands in
    a row of a table, parted by tabs, that has one.
    """
    found: list[str] = []
    wrong: list[str] = []
    for line in without_unseen(text).translate(_BREAKS_AND_QUOTES).split("\n"):
        plain = _QUOTED.sub(lambda match: "<" if match[2] else match[1], line)
        cells = [_item_by_item(cell) for cell in re.split(r"[;\t]", plain)]
        is_row = "\t" in plain and "@" in plain
        for good, bad in cells:
            found += good
            wrong += [item for item in bad if not is_row or "@" in item]
    distinct: dict[str, str] = {}
    for address in found:
        distinct.setdefault(comparable_email(address), address)
    return Pasted(tuple(distinct.values()), len(found) - len(distinct), tuple(dict.fromkeys(wrong)))


def _item_by_item(cell: str) -> tuple[list[str], list[str]]:
    """The addresses of a text without semicolons, tabs and line breaks, and what in it is none."""
    good: list[str] = []
    bad: list[str] = []
    before, *bracketed = cell.split("<")
    for part in bracketed:
        inside, _bracket, after = part.partition(">")
        _sort_into(good, bad, before, is_name=True, named=inside)
        _sort_into(good, bad, inside)
        before = after
    _sort_into(good, bad, before)
    return good, bad


def _sort_into(good: list[str], bad: list[str], text: str, is_name: bool = False, named: str = "") -> None:
    """Read items parted by commas. `is_name` says that a bracket follows: what has no address at the end is its
    name, and an address that is the same as the `named` one is, too."""
    items = [item for item in (item.strip(_AROUND) for item in text.split(",")) if item]
    bare_name = _bare(named)
    while is_name and items and ("@" not in items[-1] or _bare(items[-1]) == bare_name):
        items.pop()
    for item in items:
        words = [_bare(word) for word in item.split()]
        addresses = [word for word in words if "@" in word]
        if not addresses:
            bad.append(item)
        for word in words:
            if "@" in word:
                _sort_address_into(good, bad, word)
            elif addresses and _LIKE_AN_ADDRESS.fullmatch(word):
                bad.append(word)


def _bare(word: str) -> str:
    """A word without what mail programs put around an address."""
    word = word.strip(_AROUND)
    if word[:7].casefold() == "mailto:":
        word = word[7:].partition("?")[0]
    return word.rstrip(".:").strip(_AROUND)


def _sort_address_into(good: list[str], bad: list[str], word: str) -> None:
    try:
        good.append(email_address(word))
    except ValidationError:
        bad.append(word)
