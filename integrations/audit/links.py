"""Under what the log knows a contact: its ID, its key, its addresses and numbers, each from where to where.

An address can be given up and become somebody else's. So each is a contact's from the entry that told so first, until
the contact has another one, or somebody else has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.audit.models import AuditEntry, AuditSubject, SubjectKind, SubjectLink
from integrations.audit.subjects import Subject, hash_subject, newest_key_version, subjects_in
from integrations.ids import CONTACT_ID

_MOST = 500
"""The latest links that are looked at: more than the addresses that anybody has had."""
_MOST_PERIODS = 5


@dataclass(frozen=True)
class Name:
    """A hash under which entries are about somebody: those of the team from the number `since` up to, but not with,
    `until`. An ID is one contact's in one client account only, which `account_id` tells."""

    kind: str
    hash: str
    label: str = ""
    since: int = 0
    until: int | None = None
    account_id: int | None = None

    @property
    def is_always_theirs(self) -> bool:
        return self.since == 0 and self.until is None


def told_by_call(arguments: Mapping[str, Any], answered: Sequence[Mapping[str, Any]]) -> list[list[Subject]]:
    """Of each contact that a call was about all that is known now: by its arguments, and by its answer, which is right
    where they differ."""
    asked = subjects_in(arguments)
    return [_one_contact(asked, subjects_in(contact)) for contact in answered] or [asked]


def _one_contact(asked: Iterable[Subject], answered: list[Subject]) -> list[Subject]:
    kinds = {subject.kind for subject in answered}
    return [*(subject for subject in asked if subject.is_key or subject.kind not in kinds), *answered]


def learn(entry: AuditEntry, contacts: Iterable[list[Subject]]) -> None:
    """Keep under what contacts are known, as the entry tells that is about to be finished. Call it before that, in the
    same transaction: the database takes no link for what is finished. What is known already costs one query."""
    if entry.account_id is None:
        return
    told = {(link.contact_id, link.hash): link for names in contacts for link in _links(entry, entry.account_id, names)}
    if not told:
        return
    ids: set[tuple[str, str]] = set()
    addresses: dict[tuple[str, str], str] = {}
    for contact_id, kind, hashed in _known(entry.account_id, {contact_id for contact_id, _ in told}):
        if kind == SubjectKind.CONTACT:
            ids.add((contact_id, hashed))
        else:
            addresses.setdefault((contact_id, kind), hashed)
    SubjectLink.objects.bulk_create(
        link
        for (contact_id, hashed), link in told.items()
        if (contact_id, hashed) not in ids and addresses.get((contact_id, link.kind)) != hashed
    )


def _known(account_id: int, contacts: set[str]) -> list[tuple[str, str, str]]:
    """Contact, kind and hash of the latest links of contacts, these first. In plain SQL, as it goes with every call."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT contact_id, kind, hash FROM {SubjectLink._meta.db_table} WHERE account_id = %s "  # noqa: S608 - the model's own name
            f"AND contact_id IN ({', '.join(['%s'] * len(contacts))}) ORDER BY number DESC, id DESC LIMIT %s",
            [account_id, *contacts, _MOST * len(contacts)],
        )
        return cursor.fetchall()


def _links(entry: AuditEntry, account_id: int, names: list[Subject]) -> list[SubjectLink]:
    ids = {name.normal for name in names if name.kind == SubjectKind.CONTACT and CONTACT_ID.fullmatch(name.normal)}
    if len(ids) != 1 or len(names) == 1:
        return []
    return [
        SubjectLink(
            entry_id=entry.pk,
            team_id=entry.team_id,
            number=entry.number,
            account_id=account_id,
            contact_id=next(iter(ids)),
            kind=name.kind,
            label=name.label,
            hash=hash_subject(name, entry.team_id, newest_key_version()),
        )
        for name in names
    ]


def links_of(team_id: int, account_id: int | None) -> QuerySet[SubjectLink]:
    """What tells under which names a client account's contacts are known."""
    links = SubjectLink.objects.filter(team_id=team_id)
    return links.none() if account_id is None else links.filter(account_id=account_id)


def names_of(links: QuerySet[SubjectLink], hashes: Iterable[str]) -> list[Name]:
    """All names of the contacts that one of these hashes is or was a name of, as these links of a team tell."""
    contacts = _contacts(links, hashes)
    if not contacts:
        return []
    theirs = _of(links, contacts)
    sharing = _contacts(links, {link.hash for link in theirs if link.kind != SubjectKind.CONTACT}) - contacts
    everybody = sorted([*theirs, *_of(links, sharing)], key=lambda link: (link.number, link.pk))
    names: dict[tuple[int, str, str], list[Name]] = {}
    for link, name in _periods(everybody):
        if (link.account_id, link.contact_id) in contacts:
            names.setdefault((link.account_id, link.contact_id, link.hash), []).append(name)
    return list(dict.fromkeys(name for periods in names.values() for name in _few(periods)))


def _periods(links: Sequence[SubjectLink]) -> Iterator[tuple[SubjectLink, Name]]:
    """The name that each link tells of, with its time. The links are in their order."""
    ends: dict[int, int] = {}
    latest: dict[tuple[int, str, str], SubjectLink] = {}
    holders: dict[tuple[int, str], list[SubjectLink]] = {}
    for link in links:
        if before := latest.get(of_kind := (link.account_id, link.contact_id, link.kind)):
            ends[before.pk] = link.number
        latest[of_kind] = link
        holders.setdefault((link.account_id, link.hash), []).append(link)
    taken: dict[int, int] = {}
    taken_over: set[int] = set()
    for held in holders.values():
        gone: set[str] = set()
        for link, after in zip(held, [*held[1:], None], strict=True):
            if after and after.contact_id != link.contact_id:
                taken[link.pk] = after.number
            if gone - {link.contact_id}:
                taken_over.add(link.pk)
            if link.pk in ends:
                gone.add(link.contact_id)
    for link in links:
        if link.kind == SubjectKind.CONTACT:
            yield link, Name(link.kind, link.hash, link.label, account_id=link.account_id)
            continue
        until = min((end[link.pk] for end in (ends, taken) if link.pk in end), default=None)
        yield link, Name(link.kind, link.hash, link.label, link.number if link.pk in taken_over else 0, until)


def _few(periods: list[Name]) -> list[Name]:
    """The periods of a name; of one that came and went very often the whole time."""
    if len(periods) <= _MOST_PERIODS:
        return periods
    return [replace(periods[0], until=periods[-1].until)]


def _contacts(links: QuerySet[SubjectLink], hashes: Iterable[str]) -> set[tuple[int, str]]:
    found = links.filter(hash__in=list(hashes)).order_by("-number", "-pk")
    return set(found.values_list("account_id", "contact_id")[:_MOST])


def _of(links: QuerySet[SubjectLink], contacts: Iterable[tuple[int, str]]) -> list[SubjectLink]:
    theirs = Q()
    for account_id, contact_id in contacts:
        theirs |= Q(account_id=account_id, contact_id=contact_id)
    return list(links.filter(theirs).order_by("-number", "-pk")[:_MOST]) if theirs else []


def about(entries: QuerySet[AuditEntry], team_id: int, names: Iterable[Name]) -> QuerySet[AuditEntry]:
    """Those of a team's entries that are about somebody with one of these names."""
    always, bounded = [], Q()
    for name in names:
        if name.is_always_theirs and name.account_id is None:
            always.append(name.hash)
            continue
        part = Q(hash=name.hash, number__gte=name.since)
        if name.until is not None:
            part &= Q(number__lt=name.until)
        if name.account_id is not None:
            part &= Q(Exists(AuditEntry.objects.filter(pk=OuterRef("entry_id"), account_id=name.account_id)))
        bounded |= part
    subjects = AuditSubject.objects.filter(Q(hash__in=always) | bounded, team_id=team_id)
    return entries.filter(pk__in=subjects.values("entry_id"))


def by_hashes(hashes: Iterable[str]) -> list[Name]:
    """Names that are whoever's has one of these hashes, at any time."""
    return [Name("", hashed) for hashed in hashes]
