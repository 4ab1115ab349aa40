"""What is done to texts of any length. To find a normal form of Unicode takes the square of the marks above one letter,
and nobody else gets on meanwhile; so that is done with the beginning of a text alone."""

import unicodedata
from itertools import pairwise
from typing import Final, Literal

_LONGEST_NORMALIZED: Final = 1_000
LONGEST_COMPARED: Final = 250
"""Longer than names that people give; there may be thousands to sort."""

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def normalized(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The beginning of a text, no shorter than any name or address, in a normal form."""
    return unicodedata.normalize(form, text[:_LONGEST_NORMALIZED])


def shortened(text: object, most: int) -> str:
    """A text of at most so many characters, with dots for what is left out."""
    whole = str(text)
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def has_in_it(text: str, typed: str) -> bool:
    """Whether a text has what was typed in it, umlauts being typed as such, without their dots, or with an e."""
    return plain(typed) in plain(text) or _with_e(typed) in _with_e(text)


def comes_near(text: str, typed: str) -> bool:
    """Whether a text has at least half of the pairs of letters of what was typed, as where a letter is wrong, missing
    or too much."""
    letters, there = plain(typed).strip(), plain(text)
    wanted = set(map("".join, pairwise(letters)))
    return len(wanted) > 1 and 2 * sum(pair in there for pair in wanted) >= len(wanted)


def _with_e(text: str) -> str:
    return plain(normalized("NFC", text).lower().translate(_UMLAUTS))


def plain(text: str) -> str:
    """A text without what makes no difference when one searches or sorts: case, accents, and kinds of hyphens."""
    if text.isascii():
        return text.lower()
    letters = normalized("NFKD", text[:LONGEST_COMPARED].casefold()).replace("\u2010", "-")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
