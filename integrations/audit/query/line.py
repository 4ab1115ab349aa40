"""The line by which the log is searched: words and qualifiers, as in `client:bergwind -outcome:done code:402 "VIP"`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.audit.query.called import value_called
from integrations.phone_numbers import has_a_number

LONGEST = 2_000
LONGEST_VALUE = 200
LONGEST_QUERY = 12_000
"""Characters of an address, in which one of a line can take twelve."""
_MOST_TERMS = 40

PEOPLE = ("email", "phone", "contact")
"""Qualifiers of a contact in the clear. They are sent in a form, and stand in addresses as `subject`, hashed."""

QUALIFIERS = (
    *("client", "actor", "op", "outcome", "code", "status", "method", "source", "key", "ref", "kind"),
    *("request", "entry", "since", "until", "subject", *PEOPLE),
)

NAME_ENTRIES = ("request", "entry")
"""Qualifiers that name entries themselves, which are then shown whatever kind they are of."""

_TERM = re.compile(r'(?P<not>-?)(?:(?P<name>[a-z]+):)?(?P<value>"(?:[^"]|"")*"|[^\s"]+|"[^"]*$)(?=\s|$)', re.IGNORECASE)
_NUMBER = re.compile(r"(?P<not>-?)(?P<value>\(?[+0][0-9\s()/.-]*[0-9])(?=\s|$)")
"""A phone number, which can have blanks in it."""
_PLAIN = re.compile(r"[^\s\":-][^\s\":]*")
_PLAIN_VALUE = re.compile(r"[^\s\"]+")


@dataclass(frozen=True)
class Mistake:
    """What cannot be understood of a line: the part itself, and what is wrong with it."""

    part: str
    message: str | Promise


TOO_LONG = Mistake("", _("a search has at most 2,000 characters"))


class Impossible(Exception):
    """A value that a qualifier cannot have; tells why."""


@dataclass(frozen=True)
class Term:
    """A part of a line: a qualifier with its value, or words of free text, for which `name` is ""."""

    name: str
    value: str
    is_not: bool = False

    def __str__(self) -> str:
        form = _PLAIN_VALUE if self.name else _PLAIN
        value = self.value if form.fullmatch(self.value) else '"{}"'.format(self.value.replace('"', '""'))
        return f"{'-' * self.is_not}{self.name}{':' * bool(self.name)}{value}"


def names_a_contact(term: Term) -> bool:
    """Whether it has somebody's address, number or ID in the clear. The form of a word alone does not tell whether it
    is an ID or key: `contacts.known_contacts` does."""
    return term.name in PEOPLE or (not term.name and ("@" in term.value or has_a_number(term.value)))


def hides_reads(terms: Iterable[Term]) -> bool:
    """Whether what was only read is not shown: it is asked for neither by its kind nor by itself."""
    return not any(term.name in ("kind", *NAME_ENTRIES) and not term.is_not for term in terms)


def parse(line: str) -> tuple[list[Term], list[Mistake]]:
    """The terms of a line, and what of it is none."""
    if len(line) > LONGEST:
        return [], [replace(TOO_LONG, part=f"{line[:40]}…")]
    terms, mistakes, at = [], [], 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        number = _NUMBER.match(line, at)
        if number and has_a_number(number["value"]):
            terms.append(Term("", " ".join(number["value"].split()), bool(number["not"])))
            at = number.end()
            continue
        found = _TERM.match(line, at)
        part = found[0] if found else line[at:].split(maxsplit=1)[0]
        at += len(part)
        term = _term(found) if found else Mistake(part, _("quotes belong around a whole value"))
        if isinstance(term, Mistake):
            mistakes.append(term)
        else:
            terms.append(term)
    if len(terms) > _MOST_TERMS:
        return [], [Mistake(str(terms[_MOST_TERMS]), _("a search has at most 40 parts"))]
    return list(dict.fromkeys(terms)), mistakes


def _term(found: re.Match[str]) -> Term | Mistake:
    name, value = (found["name"] or "").lower(), found["value"]
    if name and name not in QUALIFIERS:
        return Mistake(found[0], _("there is no such qualifier; in quotes it is searched as a text"))
    if value.startswith('"'):
        if len(value) < 2 or not value.endswith('"'):
            return Mistake(found[0], _("the quotes do not close"))
        value = value[1:-1].replace('""', '"')
    if not value.strip() or (not name and value.lower().removesuffix(":") in QUALIFIERS and value.endswith(":")):
        return Mistake(found[0], _("here is a value missing"))
    return Term(name, value_called(name, value.strip()), bool(found["not"]))


def written(terms: Iterable[Term]) -> str:
    """A line of these terms."""
    return " ".join(map(str, terms))


def values(terms: Sequence[Term], name: str) -> list[str]:
    """What is asked for with a qualifier, but not what is not wanted."""
    return [term.value for term in terms if term.name == name and not term.is_not]
