"""Names of people that read like those of others in a team: the log tells what somebody did by the name."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from accounts.models import Team, User
from accounts.texts import LONGEST_COMPARED, normalized, plain

_LOOKS_LIKE: Final = str.maketrans(
    "аеорсухіјѕкмтвнαορνικτυχεβη0135",
    "aeopcyxijskmtbhaopviktuxebnoles",
)
"""Cyrillic and Greek letters, and digits, that look like a Latin letter."""


def is_in_use(name: str, user: User, teams: Iterable[Team]) -> bool:
    """Whether somebody else in one of these teams is called so, or signs in with what looks like it."""
    wanted = _look(name)
    others = User.objects.filter(memberships__team__in=teams).exclude(pk=user.pk)
    known = {_look(text) for both in others.values_list("name", "email") for text in both if text}
    return bool(wanted) and wanted in known


def _look(name: str) -> str:
    """A name as it looks at a glance: without case, accents, blanks and signs, and in letters of one alphabet."""
    letters = plain(normalized("NFKC", name[:LONGEST_COMPARED])).translate(_LOOKS_LIKE)
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] in "LN").replace("i", "l")
