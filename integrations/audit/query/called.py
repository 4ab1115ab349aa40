"""Outcomes, kinds and sources as people call them, in their language or in English, where the log has its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.texts import plain
from integrations.audit.models import OUTCOMES, LineKind, Source

ANY_NOT_WELL: Final = "not-done"
ENDINGS: Final[Mapping[str, str | Promise]] = {ANY_NOT_WELL: _("all that went wrong"), **OUTCOMES}
"""What can be asked for as an outcome."""

_QUALIFIERS: Final[dict[str, tuple[str | Promise, Mapping[str, str | Promise]]]] = {
    "outcome": (_("Outcome"), ENDINGS),
    "kind": (_("What happened"), dict(LineKind.choices)),
    "source": (_("Source"), dict(Source.choices)),
}
_SHORTEST = 4
"""Of the beginning of a name that stands for the whole."""


def value_called(name: str, typed: str) -> str:
    """The value of a qualifier as the log has it, where it was typed as it is called; any other as it was typed."""
    return next((value for of, value, names in _all_names() if of == name and plain(typed) in names), typed)


def qualifier_called(words: str) -> tuple[str, str] | None:
    """The qualifier and value that words call by their name, or by how that begins."""
    typed, known = plain(words), list(_all_names())
    exactly = [(name, value) for name, value, names in known if typed in names]
    begun = [(name, value) for name, value, names in known if any(each.startswith(typed) for each in names)]
    return next(iter(exactly or (begun if len(typed) >= _SHORTEST else [])), None)


def in_words(name: str, value: str) -> str:
    """A qualifier and its value, for people."""
    label, values = _QUALIFIERS[name]
    return f"{label}: {values[value]}"


def _all_names() -> Iterator[tuple[str, str, set[str]]]:
    for name, (_label, values) in _QUALIFIERS.items():
        for value, called in values.items():
            with override(None):
                english = plain(str(called))
            yield name, value, {value, english, plain(str(called))}
