"""What a page of the log is asked for by its address: a line of terms, and the controls beside it that mirror it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from integrations.audit.query.called import in_words, qualifier_called
from integrations.audit.query.line import LONGEST_VALUE, Mistake, Term, parse, values, written

SELECTED: Final = ("client", "actor", "op", "outcome", "code", "key", "ref", "source", "kind", "since", "until")
"""The qualifiers that have a control, which has one value."""

TIMES: Final = ("since", "until")

_LONGEST_TOLD: Final = 80


@dataclass(frozen=True)
class Asked:
    terms: tuple[Term, ...]
    mistakes: tuple[Mistake, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """The line `q` of an address, completed by what the controls say."""
        line, mistakes = parse(query.get("q", ""))
        told = chosen(query)
        given = {term.name for term in told if term.name in TIMES}
        line = [term for term in line if term.name not in given]
        return cls(tuple(dict.fromkeys([*line, *told])), tuple(mistakes))

    @classmethod
    def of_page(cls, query: QueryDict, *others: str) -> Asked:
        """As `of`, for an address in which, but for some `others`, nothing else may be: not to leave out by silence
        what somebody asks for."""
        unknown = [name for name in query if name not in ("q", *SELECTED, *others)]
        told = [
            Mistake(f"{name}={query[name]}"[:_LONGEST_TOLD], _("this part of the page's address is unknown here"))
            for name in unknown
        ]
        asked = cls.of(query)
        return replace(asked, mistakes=(*asked.mistakes, *told))

    @classmethod
    def of_line(cls, line: str) -> Asked:
        terms, mistakes = parse(line)
        return cls(tuple(terms), tuple(mistakes))

    @property
    def line(self) -> str:
        return written(self.terms)

    @property
    def typed(self) -> str:
        """The line as it can be typed, without contacts, who stand in it as hashes."""
        return written(term for term in self.terms if term.name != "subject")

    @property
    def subjects(self) -> list[str]:
        """The hashes of the contacts that are asked for."""
        return [hashed for value in values(self.terms, "subject") for hashed in value.split(",")]

    @property
    def mirrored(self) -> dict[str, Term]:
        """The terms that the controls show: of each qualifier that is there once, and not negated; a time counted from
        today is none of them."""
        found = {name: [term for term in self.terms if term.name == name] for name in SELECTED}
        single = {name: terms[0] for name, terms in found.items() if len(terms) == 1 and not terms[0].is_not}
        return {
            name: term
            for name, term in single.items()
            if name not in TIMES or not term.value.replace(":", "").isalnum()
        }

    @property
    def at_controls(self) -> dict[str, str]:
        """What the controls show, by qualifier: a day as from its first minute on, or to its last."""
        return {name: _in_minutes(name, term.value) for name, term in self.mirrored.items()}

    @property
    def rest(self) -> list[Term]:
        """What no control shows."""
        shown = self.mirrored.values()
        return [term for term in self.terms if term not in shown]

    @property
    def query(self) -> str:
        """It as the query of an address; "" where nothing is asked for."""
        return urlencode({"q": self.line}) if self.terms else ""

    def with_term(self, name: str, value: str) -> Asked:
        """It with one value for a qualifier in place of all that it had."""
        return self.without(name).and_also([Term(name, value)])

    def without(self, *names: str) -> Asked:
        return replace(self, terms=tuple(term for term in self.terms if term.name not in names))

    def only(self, name: str) -> Asked:
        return Asked(tuple(term for term in self.terms if term.name == name))

    @property
    def words(self) -> str:
        """The free text of it."""
        return " ".join(values(self.terms, ""))

    @property
    def meant(self) -> tuple[Asked, str]:
        """It with qualifiers for words that call an outcome, kind or source, and these in words; "" for none."""
        words = [term for term in self.terms if not term.name and not term.is_not]
        called = {term: qualifier_called(self.words) or qualifier_called(term.value) for term in words}
        told = tuple(Term(*found) if (found := called.get(term)) else term for term in self.terms)
        meant = dict.fromkeys(in_words(*found) for found in called.values() if found)
        return Asked(()).and_also(told), ", ".join(meant)

    def and_also(self, terms: Iterable[Term]) -> Asked:
        return replace(self, terms=tuple(dict.fromkeys([*self.terms, *terms])))


def chosen(query: QueryDict) -> list[Term]:
    """What the controls say."""
    return [Term(name, value) for name in SELECTED if (value := query.get(name, "").strip())]


def changed(posted: QueryDict, shown: Asked) -> dict[str, str]:
    """What the controls say now, "" for nothing, where it is something else than a page showed them with."""
    before = {name: value for name, value in shown.at_controls.items() if name not in TIMES or _is_moment(value)}
    now = {name: posted.get(name, "").strip()[:LONGEST_VALUE] for name in SELECTED if name in posted}
    return {name: value for name, value in now.items() if value != before.get(name, "")}


def _in_minutes(name: str, value: str) -> str:
    return value if "T" in value or name not in TIMES else f"{value}T{'00:00' if name == 'since' else '23:59'}"


def _is_moment(value: str) -> bool:
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def meant_by_number(number: str) -> list[Term]:
    """What else a number can be that was typed alone and is no contact's."""
    names = ["status"] * bool(re.fullmatch("[1-5][0-9]{2}", number)) + ["code"] * bool(
        re.fullmatch("[0-9]{1,9}", number)
    )
    return [Term(name, number) for name in names]


def log_query(*terms: tuple[str, str] | Term) -> str:
    """The query of an address that searches the log by these qualifiers and values."""
    return Asked(tuple(term if isinstance(term, Term) else Term(*term) for term in terms)).query


def kept_query(query: QueryDict) -> QueryDict:
    """What of an address leads back to a page of the log: its search, if it is one."""
    asked, kept = Asked.of(query), QueryDict(mutable=True)
    if asked.terms and not asked.mistakes:
        kept["q"] = asked.line
    return kept
