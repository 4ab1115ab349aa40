"""The sentences in which the log tells what people did.

Each room names its own in its `actions` module; an entry stores the sentence's key and parameters, so that the
reader's language decides how it reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.texts import plain
from integrations.audit.page_names import page_name
from integrations.phone_numbers import readable_masked

MOST_NAMED = 50
"""In a line of the log; its own page names all."""

_ROLES = frozenset(Role.values)
_registry: dict[str, Sentence] = {}


@dataclass(frozen=True)
class Sentence:
    """`key` is stored, `text` is a lazy translation with `%(actor)s`, `%(account)s` and the parameters in it.

    `attempt` tells it as what somebody tried, for an action that can be refused, fail or stay unknown.
    `is_refusal` says that it is about what the portal refused: an event with it is no deed.
    `only_reads` says that nobody means to change anything: the log's list shows such actions on request.
    `gives_tags` says that the tags among the parameters are given to contacts.
    `of_one` is the key of the sentence that tells of one `contact` among those that it is about.
    """

    key: str
    text: str | Promise
    attempt: str | Promise = ""
    is_refusal: bool = False
    only_reads: bool = False
    gives_tags: bool = False
    of_one: str = ""

    def __post_init__(self) -> None:
        if _registry.setdefault(self.key, self) is not self:
            raise ValueError(f"There are two sentences with the key {self.key!r}.")


def in_words(value: Any, most: int | None = None) -> str:
    """A named thing `{"id": 5, "name": "Newsletter"}` reads as its name, one with a `type` with that behind it, a list
    of them as an enumeration; a role `{"role": "admin"}`, a day `{"day": "2026-11-30"}` and one of the portal's own
    words `{"word": "Date"}` read in the reader's language, and a masked SMS number begins with `+`."""
    if isinstance(value, list):
        names = ", ".join(in_words(part) for part in value[:most])
        more = len(value) - len(value[:most])
        told = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", more)
        return told % {"names": names, "count": more} if more else names
    if isinstance(value, Mapping):
        if value.get("role") in _ROLES:
            return str(Role(value["role"]).label)
        if word := value.get("word"):
            return _(word)
        if "day" in value:
            return str(date_format(date.fromisoformat(value["day"]), "DATE_FORMAT"))
        if "type" in value:
            return _("%(name)s (%(type)s)") % {
                "name": value["name"],
                "type": in_words(value["type"]) or _("(none)"),
            }
        return str(value.get("name") or value.get("id") or "")
    return readable_masked(str(value))


def is_sentence(key: str) -> bool:
    return key in _registry


def that_give_tags() -> list[str]:
    """The keys of the sentences about tags that contacts were given."""
    return [key for key, sentence in _registry.items() if sentence.gives_tags]


class _Gaps(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def in_general() -> Sequence[tuple[str, str]]:
    """All sentences by their keys, in the active language, with dots for whom and what they name; in their order."""
    return _in_general(get_language())


@cache
def _in_general(language: str | None) -> Sequence[tuple[str, str]]:
    told = {key: str(sentence.text) % _Gaps() for key, sentence in _registry.items()}
    return sorted(((key, text.removeprefix("… ")) for key, text in told.items()), key=lambda pair: plain(pair[1]))


def of_one(key: str) -> str:
    """The key of the sentence about one of those that a sentence is about; the same where it is about one."""
    sentence = _registry.get(key)
    return sentence.of_one if sentence and sentence.of_one else key


def tell(key: str, parameters: Mapping[str, Any], most: int | None = None, *, is_done: bool = True) -> str:
    """The sentence in the active language, with so many names of a list at most, of what is not done as an attempt; for
    a key that this version does not
    know, the key itself."""
    sentence = _registry.get(key)
    if sentence is None:
        return key
    words = {name: in_words(value, most) or _("(none)") for name, value in parameters.items()}
    if isinstance(page := parameters.get("page"), str):
        words["page"] = ", ".join([page_name(page), *parameters.get("tried", {}).values()])
    try:
        return str(sentence.text if is_done else sentence.attempt or sentence.text) % words
    except KeyError:
        return key
