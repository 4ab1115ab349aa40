"""Under what the log knows a contact: its ID, its key, its addresses and numbers, each from where to where.

An address can be given up and become somebody else's. So each is a contact's from the entry that told so first, until
the contact has another one, or somebody else has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.audit.models import AuditEntry, AuditSubject, SubjectKind, SubjectLink
from integrations.audit.subjects import Subject, hash_subject, newest_key_version, subjects_in
from integrations.ids import CONTACT_ID

_MOST = 100
"""The latest links that are looked at; nobody has had more addresses."""


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
    whose: dict[str, str] = {}
    addresses: dict[tuple[str, str], str] = {}
    for contact_id, kind, hashed in _known(entry.team_id, entry.account_id, *map(set, zip(*told, strict=True))):
        whose[hashed] = contact_id
        addresses[contact_id, kind] = hashed
    SubjectLink.objects.bulk_create(
        link
        for (contact_id, hashed), link in told.items()
        if whose.get(hashed) != contact_id
        or (link.kind != SubjectKind.CONTACT and addresses.get((contact_id, link.kind)) != hashed)
    )


def _known(team_id: int, account_id: int, contacts: set[str], hashes: set[str]) -> list[tuple[str, str, str]]:
    """Contact, kind and hash of all links that have one of these, oldest first. In plain SQL, as it goes with every
    call; and in two halves, each of which has an index on both databases."""
    links = f"SELECT id, number, contact_id, kind, hash FROM {SubjectLink._meta.db_table} WHERE account_id = %s AND "  # noqa: S608 - the model's own name
    slots = [", ".join(["%s"] * len(wanted)) for wanted in (hashes, contacts)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{links} team_id = %s AND hash IN ({slots[0]}) UNION {links} contact_id IN ({slots[1]}) ORDER BY 2, 1",
            [account_id, team_id, *hashes, account_id, *contacts],
        )
        return [(contact_id, kind, hashed) for _id, _number, contact_id, kind, hashed in cursor.fetchall()]


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
    named = {link.hash for link in theirs if link.kind != SubjectKind.CONTACT}
    sharing = _contacts(links, named) - contacts
    everybody = sorted([*theirs, *_of(links, sharing)], key=lambda link: (link.number, link.pk))
    return list(dict.fromkeys(_name(link, everybody) for link in theirs))


def _contacts(links: QuerySet[SubjectLink], hashes: Iterable[str]) -> set[tuple[int, str]]:
    found = links.filter(hash__in=list(hashes)).order_by("-number", "-pk")
    return set(found.values_list("account_id", "contact_id")[:_MOST])


def _of(links: QuerySet[SubjectLink], contacts: Iterable[tuple[int, str]]) -> list[SubjectLink]:
    theirs = Q()
    for account_id, contact_id in contacts:
        theirs |= Q(account_id=account_id, contact_id=contact_id)
    return list(links.filter(theirs).order_by("-number", "-pk")[:_MOST]) if theirs else []


def _name(link: SubjectLink, everybody: Sequence[SubjectLink]) -> Name:
    if link.kind == SubjectKind.CONTACT:
        return Name(link.kind, link.hash, link.label, account_id=link.account_id)
    account = [other for other in everybody if other.account_id == link.account_id]
    before = account[: account.index(link)]
    given_up = any(
        other.hash == link.hash and other.contact_id != link.contact_id and _end(other, account) for other in before
    )
    after = account[len(before) + 1 :]
    taken = next((other for other in after if other.hash == link.hash and other.contact_id != link.contact_id), None)
    ends = [end.number for end in (_end(link, account), taken) if end]
    return Name(link.kind, link.hash, link.label, link.number if given_up else 0, min(ends, default=None))


def _end(link: SubjectLink, account: Sequence[SubjectLink]) -> SubjectLink | None:
    """The link that tells of the contact's next address of this kind."""
    later = (
        other
        for other in account[account.index(link) + 1 :]
        if (other.contact_id, other.kind) == (link.contact_id, link.kind) and other.hash != link.hash
    )
    return next(later, None)


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
