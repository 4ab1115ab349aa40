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
_QUOTED_CELL: Final = re.compile(r'(?:^|(?<=[;,\t]))"([^"@]*)"(?=[;,\t]|$)')
_QUOTED: Final = re.compile(r'"([^"]*)"([ \t]*<)?')
_AROUND: Final = f"\"'`<>()[]{{}}*|•·- \t{DIRECTION_CONTROLS}"


@dataclass(frozen=True)
class Pasted:
    """What was understood: the addresses as KlickTipp takes them, each once; how many came again; `wrong` is what has
    an @ and cannot be one; `unused` is what stands beside and between them, such as headers, names and places."""

    addresses: tuple[str, ...]
    repeated: int
    wrong: tuple[str, ...]
    unused: tuple[str, ...] = ()


def read(text: str) -> Pasted:
    """The addresses in a text, parted by line breaks, tabs, semicolons, commas or blanks.

    The name before a bracketed address belongs to it and is not told, nor is `mailto:`.
    """
    found: list[str] = []
    wrong: list[str] = []
    unused: list[str] = []
    for line in without_unseen(text).translate(_BREAKS_AND_QUOTES).split("\n"):
        unused += [item for cell in _QUOTED_CELL.findall(line) if (item := cell.strip(_AROUND))]
        plain = _QUOTED.sub(lambda match: "<" if match[2] else match[1], _QUOTED_CELL.sub("", line))
        for cell in re.split(r"[;\t]", plain):
            _sort_cell_into(found, wrong, unused, cell)
    distinct: dict[str, str] = {}
    for address in found:
        distinct.setdefault(comparable_email(address), address)
    return Pasted(
        tuple(distinct.values()),
        len(found) - len(distinct),
        tuple(dict.fromkeys(wrong)),
        tuple(dict.fromkeys(unused)),
    )


def _sort_cell_into(found: list[str], wrong: list[str], unused: list[str], cell: str) -> None:
    """Read a text without semicolons, tabs and line breaks."""
    before, *bracketed = cell.split("<")
    for part in bracketed:
        inside, _bracket, after = part.partition(">")
        _sort_into(found, wrong, unused, before, named=inside)
        _sort_into(found, wrong, unused, inside)
        before = after
    _sort_into(found, wrong, unused, before)


def _sort_into(found: list[str], wrong: list[str], unused: list[str], text: str, named: str = "") -> None:
    """Read items parted by commas. Before a bracket that has the `named` address, what has no address at the end is its
    name, and the same address is, too."""
    items = [item for item in (item.strip(_AROUND) for item in text.split(",")) if item]
    bare_name = _bare(named)
    while "@" in named and items and ("@" not in items[-1] or _bare(items[-1]) == bare_name):
        items.pop()
    for item in items:
        beside = []
        for word in item.split():
            if "@" in word:
                _sort_address_into(found, wrong, _bare(word))
            else:
                beside.append(word)
        if told := " ".join(beside).strip(_AROUND + ":"):
            unused.append(told)


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
