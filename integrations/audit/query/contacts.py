"""Contacts that a search names in the clear: they become hashes before they can get into an address."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef

from accounts.models import Membership
from integrations.addresses import trimmed
from integrations.audit.forms import PHONE, ContactField
from integrations.audit.links import Name, by_hashes, names_of
from integrations.audit.models import AuditSubject, SubjectKind
from integrations.audit.query.asked import TIMES, Asked
from integrations.audit.query.line import QUALIFIERS, Mistake, Term, names_a_contact, parse, values
from integrations.audit.query.times import time_typed
from integrations.audit.reading import known_among
from integrations.audit.subjects import Subject, search_hashes
from integrations.audit.visibility import visible_accounts, visible_entries, visible_links
from integrations.ids import CONTACT_ID, CONTACT_KEY
from integrations.phone_numbers import is_national, readable_masked

_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONG_ID = re.compile(r"[1-9][0-9]{4,18}")
_KINDS = {"email": SubjectKind.EMAIL, "phone": SubjectKind.SMS, "contact": SubjectKind.CONTACT}


@dataclass(frozen=True)
class Typed:
    """A line that was typed: what it asks for, and a contact of which the log has nothing, as it was read and as what
    it can be."""

    asked: Asked
    missing: str = ""
    sought: tuple[Subject, ...] = ()


def read(line: str, about: str, membership: Membership) -> Typed:
    """What a typed line asks for. All of it can be a contact's address, number, ID or key, or the ID of a request, or
    some of its terms are.

    about: hashes of the contact that was asked for before, which stays unless the line names one
    """
    reader, whole = _Reader(membership), trimmed(line)
    if _REQUEST_ID.fullmatch(whole):
        return Typed(Asked((Term("request", whole),)))
    typed = reader.of_contact(whole) if looks_like_a_contact(whole) else reader.of_terms(line.strip())
    if about and not typed.asked.subjects and not typed.asked.mistakes:
        return replace(typed, asked=typed.asked.with_term("subject", about))
    return typed


class _Reader:
    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._missing = ""
        self._sought: tuple[Subject, ...] = ()

    def of_contact(self, line: str) -> Typed:
        try:
            term = self._subject(Term("", line), [])
        except ValidationError as error:
            return Typed(Asked((), (Mistake(line, error.messages[0]),)))
        if self._missing and CONTACT_KEY.fullmatch(line) and not CONTACT_ID.fullmatch(line):
            return Typed(Asked((Term("", line),)))
        return Typed(Asked((term,)), self._missing, self._sought)

    def of_terms(self, line: str) -> Typed:
        terms, mistakes = parse(line)
        known = known_contacts(terms, self._membership)
        told = []
        for term in terms:
            try:
                told.append(known.get(term) or self._read(term, values(terms, "client")))
            except ValidationError as error:
                mistakes.append(Mistake(str(term), error.messages[0]))
        return Typed(Asked(tuple(told), tuple(mistakes)), self._missing, self._sought)

    def _read(self, term: Term, clients: Collection[str]) -> Term:
        if term.name in TIMES:
            return replace(term, value=time_typed(term.value))
        return self._subject(term, clients) if names_a_contact(term) else term

    def _subject(self, term: Term, clients: Collection[str]) -> Term:
        """The contact that a term names in the clear, by hashes. Raises `ValidationError`."""
        field = ContactField()
        field.countries = self._countries(clients)
        subjects: list[Subject] = field.clean(term.value)
        if term.name and subjects[0].kind != _KINDS[term.name]:
            raise ValidationError(field.error_messages["unrecognised"])
        team_id = self._membership.team_id
        hashes = [hashed for subject in subjects for hashed in search_hashes(subject, team_id)]
        known = known_among(visible_entries(self._membership), team_id, hashes)
        if not known:
            self._missing, self._sought = _as_read(term.value, subjects), tuple(subjects)
        return Term("subject", ",".join(known if known and len(subjects) > 1 else hashes), term.is_not)

    def _countries(self, clients: Collection[str]) -> list[str]:
        """Those in which a phone number without country code may be dialled: of the clients asked for, else of all."""
        accounts = list(visible_accounts(self._membership))
        asked = [account for account in accounts if account.slug in clients]
        return sorted({account.phone_country for account in asked or accounts})


def known_contacts(terms: Iterable[Term], membership: Membership) -> dict[Term, Term]:
    """Words that are the ID or key of a contact whom the log knows, as far as the member sees it, with what is asked in
    their place: their form alone does not tell them from others. An ID has five digits at least; what is shorter is
    rather a code or the number of an entry, and `contact:` names it all the same."""
    hashes = {
        term: search_hashes(Subject(SubjectKind.CONTACT, term.value), membership.team_id)
        for term in terms
        if not term.name and (_LONG_ID.fullmatch(term.value) or CONTACT_KEY.fullmatch(term.value))
    }
    wanted = [hashed for told in hashes.values() for hashed in told]
    known = set(known_among(visible_entries(membership), membership.team_id, wanted)) if wanted else set()
    return {
        term: Term("subject", ",".join(told), term.is_not) for term, told in hashes.items() if known.intersection(told)
    }


def looks_like_a_contact(line: str) -> bool:
    """Whether a line as a whole is somebody's address, number, ID or key, rather than words and qualifiers."""
    if any(f"{name}:" in line for name in QUALIFIERS):
        return False
    return "@" in line or "•" in line or any(form.fullmatch(line) for form in (CONTACT_ID, PHONE, CONTACT_KEY))


def _as_read(typed: str, subjects: list[Subject]) -> str:
    """What was typed, with the numbers that it can be where it has no country code."""
    if subjects[0].kind != SubjectKind.SMS or not is_national(typed):
        return typed
    return f"{typed} ({', '.join(subject.readable for subject in subjects)})"


def names_asked(asked: Asked, membership: Membership) -> list[Name]:
    """All names of the contacts that are asked for, as far as the member sees the log."""
    if not asked.subjects:
        return []
    return [*by_hashes(asked.subjects), *names_of(visible_links(membership), asked.subjects)]


def labels_of(asked: Asked, names: Iterable[Name], membership: Membership) -> list[str]:
    """The contacts that are asked for, who have these names, as the entries that the member sees label their IDs and
    addresses; empty where none is, or none of them is about one."""
    if not asked.subjects:
        return []
    subjects = AuditSubject.objects.filter(team_id=membership.team_id, hash__in=asked.subjects)
    seen = subjects.filter(Exists(visible_entries(membership).filter(pk=OuterRef("entry_id"))))
    labels = seen.values_list("label", flat=True).distinct()
    return sorted(map(readable_masked, {*labels, *(name.label for name in names if name.label)}))
