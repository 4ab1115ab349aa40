"""Email addresses out of pasted text: from a mail program, a spreadsheet, a list of any shape."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError

from accounts.validation import DIRECTION_CONTROLS
from integrations.addresses import comparable_email, email_address, without_unseen

LONGEST_TEXT: Final = 100_000
"""Characters of a text that are looked at."""
MOST_READ: Final = 300
"""Words with an @ that are looked at: far more than a list of contacts may have here."""
_BREAKS_AND_QUOTES: Final = str.maketrans("\r\u00a0„“”«»", "\n " + '"' * 5)
_QUOTED_CELL: Final = re.compile(r'(?:^|(?<=[;,\t]))"([^"@]*)"(?=[;,\t]|$)')
_QUOTED: Final = re.compile(r'"([^"]*)"([ \t]*<)?')
_AROUND: Final = f"\"'`<>()[]{{}}*|•·- \t{DIRECTION_CONTROLS}"


@dataclass(frozen=True)
class Pasted:
    """What was understood: the addresses as KlickTipp takes them, each once; how many came again; `wrong` is what has
    an @ and cannot be one; `unused` is what stands beside and between them, such as headers, names and places.
    `is_whole` tells whether all of the text was read."""

    addresses: tuple[str, ...]
    repeated: int
    wrong: tuple[str, ...]
    unused: tuple[str, ...] = ()
    is_whole: bool = True

    def without(self, words: Collection[str]) -> Pasted:
        """The addresses and broken ones but for these, each of which then came once."""
        gone = set(words)
        kept = [tuple(word for word in some if word not in gone) for some in (self.addresses, self.wrong)]
        return Pasted(kept[0], 0, kept[1])


def read(text: str, longest: int = LONGEST_TEXT, most: int = MOST_READ) -> Pasted:
    """The addresses in a text, parted by line breaks, tabs, semicolons, commas or blanks. Of one longer than so many
    characters only the beginning is read, and what comes after so many words with an @ is not.

    The name before a bracketed address belongs to it and is not told, nor is `mailto:`.
    """
    found: list[str] = []
    wrong: list[str] = []
    unused: list[str] = []
    is_whole = len(text) <= longest
    for word in _words(text[:longest]):
        if "@" not in word:
            unused.append(word)
        elif len(found) + len(wrong) == most:
            is_whole = False
            break
        else:
            _sort_address_into(found, wrong, word)
    distinct: dict[str, str] = {}
    for address in found:
        distinct.setdefault(comparable_email(address), address)
    return Pasted(
        tuple(distinct.values()),
        len(found) - len(distinct),
        tuple(dict.fromkeys(wrong)),
        tuple(dict.fromkeys(unused)),
        is_whole,
    )


def _words(text: str) -> Iterator[str]:
    """What may be addresses, which has an @, and what stands beside these."""
    for line in without_unseen(text).translate(_BREAKS_AND_QUOTES).split("\n"):
        yield from (item for cell in _QUOTED_CELL.findall(line) if (item := cell.strip(_AROUND)))
        plain = _QUOTED.sub(lambda match: "<" if match[2] else match[1], _QUOTED_CELL.sub("", line))
        for cell in re.split(r"[;\t]", plain):
            yield from _words_of_cell(cell)


def _words_of_cell(cell: str) -> Iterator[str]:
    """Read a text without semicolons, tabs and line breaks."""
    before, *bracketed = cell.split("<")
    for part in bracketed:
        inside, _bracket, after = part.partition(">")
        yield from _words_of(before, named=inside)
        yield from _words_of(inside)
        before = after
    yield from _words_of(before)


def _words_of(text: str, named: str = "") -> Iterator[str]:
    """Read items parted by commas. Before a bracket that has the `named` address, what has no address at the end is its
    name, and the same address is, too."""
    items = [item for item in (item.strip(_AROUND) for item in text.split(",")) if item]
    bare_name, has_address = _bare(named), "@" in named
    while has_address and items and ("@" not in items[-1] or _bare(items[-1]) == bare_name):
        items.pop()
    for item in items:
        beside = []
        for word in item.split():
            if "@" in word:
                yield _bare(word)
            else:
                beside.append(word)
        if told := " ".join(beside).strip(_AROUND + ":"):
            yield told


def _bare(word: str) -> str:
    """A word without what mail programs put around an address, and sentences behind it."""
    word = word.strip(_AROUND)
    if word[:7].casefold() == "mailto:":
        word = word[7:].partition("?")[0]
    return word.rstrip(".:!?").strip(_AROUND)


def _sort_address_into(found: list[str], wrong: list[str], word: str) -> None:
    try:
        found.append(email_address(word))
    except ValidationError:
        wrong.append(word)
