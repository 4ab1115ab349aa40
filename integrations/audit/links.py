"""Under what the log knows a contact: its ID, its key, its addresses and numbers, each from where to where.

An address can be given up and become somebody else's. So each is a contact's from the entry that told so first, until
the contact has another one, or somebody else has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lead, RowNumber

from integrations.audit.models import AuditEntry, AuditSubject, SubjectKind, SubjectLink
from integrations.audit.statements import insert
from integrations.audit.subjects import Subject, hash_subject, newest_key_version, subjects_in
from integrations.ids import CONTACT_ID

_MOST_CONTACTS = 500
_MOST_LINKS = 10_000
"""More than the names that anybody has had, however often each of them."""
_MOST_PERIODS = 5
_MOST_CONDITIONS = 300
"""In one query; SQLite takes 1,000."""
_ORDER = ["number", "id"]


@dataclass(frozen=True)
class Name:
    """A hash under which entries are about somebody: those of the team from the number `since` up to, but not with,
    `until`. An ID is one contact's in one client account only, which `account_id` tells.

    Entries of the team that belong to no client account tell who looked for people by any name: an ID in all of them,
    an address also after it was given up, until it is `taken` by somebody else.
    """

    kind: str
    hash: str
    label: str = ""
    since: int = 0
    until: int | None = None
    account_id: int | None = None
    taken: int | None = None

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
            addresses[contact_id, kind] = hashed
    insert(
        [
            link
            for (contact_id, hashed), link in told.items()
            if (contact_id, hashed) not in ids and addresses.get((contact_id, link.kind)) != hashed
        ]
    )


def _known(account_id: int, contacts: set[str]) -> list[tuple[str, str, str]]:
    """Contact, kind and hash: all IDs and keys of contacts, and of each other kind the latest. In plain SQL, as it goes
    with every call."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id, kind, hash FROM (SELECT contact_id, kind, hash, ROW_NUMBER() OVER ("  # noqa: S608 - the model's own name
            "PARTITION BY contact_id, kind, CASE WHEN kind = %s THEN hash END ORDER BY number DESC, id DESC) AS nth "
            f"FROM {SubjectLink._meta.db_table} WHERE account_id = %s "
            f"AND contact_id IN ({', '.join(['%s'] * len(contacts))})) AS told WHERE nth = 1",
            [SubjectKind.CONTACT, account_id, *contacts],
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
    theirs = links.filter(_are(contacts))
    beside = links.filter(account_id__in={account_id for account_id, _ in contacts})
    sharing = _contacts(beside, theirs.exclude(kind=SubjectKind.CONTACT).values("hash"))
    names: dict[tuple[int, str, str], list[Name]] = {}
    for link, name in _periods(_with_ends(links.filter(_are(contacts | sharing)))):
        if (link.account_id, link.contact_id) in contacts:
            names.setdefault((link.account_id, link.contact_id, link.hash), []).append(name)
    return list(dict.fromkeys(name for periods in names.values() for name in _few(periods)))


def _contacts(links: QuerySet[SubjectLink], hashes: Iterable[str] | QuerySet[SubjectLink, Any]) -> set[tuple[int, str]]:
    found = links.filter(hash__in=hashes).order_by("account_id", "contact_id")
    return set(found.values_list("account_id", "contact_id").distinct()[:_MOST_CONTACTS])


def _are(contacts: Iterable[tuple[int, str]]) -> Q:
    by_account: dict[int, list[str]] = {}
    for account_id, contact_id in contacts:
        by_account.setdefault(account_id, []).append(contact_id)
    return reduce(or_, (Q(account_id=account_id, contact_id__in=ids) for account_id, ids in by_account.items()))


def _with_ends(links: QuerySet[SubjectLink]) -> list[Any]:
    """Of each name of a contact the first links and the last one, however often it came and went, in their order.

    `ended` is the number from which the contact has another one of the kind. In `next_number` the same name was told
    again, of the contact `next_holder`.
    """
    of_kind = [F("account_id"), F("contact_id"), F("kind")]
    of_name = [F("account_id"), F("contact_id"), F("hash")]
    of_all = [F("account_id"), F("hash")]
    told = links.annotate(
        ended=Window(Lead("number"), of_kind, _ORDER),
        next_number=Window(Lead("number"), of_all, _ORDER),
        next_holder=Window(Lead("contact_id"), of_all, _ORDER),
        nth=Window(RowNumber(), of_name, _ORDER),
        nth_from_last=Window(RowNumber(), of_name, ["-number", "-id"]),
    )
    few = told.filter(Q(nth__lte=_MOST_PERIODS) | Q(nth_from_last=1))
    return list(few.order_by("-number", "-id")[:_MOST_LINKS])[::-1]


def _periods(links: Iterable[Any]) -> Iterator[tuple[SubjectLink, Name]]:
    """The name that each link tells of, with its time. The links are as `_with_ends` gives them."""
    gone: dict[tuple[int, str], set[str]] = {}
    for link in links:
        if link.kind == SubjectKind.CONTACT:
            yield link, Name(link.kind, link.hash, link.label, account_id=link.account_id)
            continue
        gave_up = gone.setdefault((link.account_id, link.hash), set())
        since = link.number if gave_up - {link.contact_id} else 0
        if link.ended is not None:
            gave_up.add(link.contact_id)
        taken = link.next_number if link.next_holder not in (None, link.contact_id) else None
        ends = [number for number in (link.ended, taken) if number is not None]
        yield link, Name(link.kind, link.hash, link.label, since, min(ends, default=None), taken=taken)


def _few(periods: list[Name]) -> list[Name]:
    """The periods of a name; of one that came and went very often the whole time."""
    if len(periods) <= _MOST_PERIODS:
        return periods
    return [replace(periods[0], until=periods[-1].until, taken=periods[-1].taken)]


def about(entries: QuerySet[AuditEntry], team_id: int, names: Iterable[Name]) -> QuerySet[AuditEntry]:
    """Those of a team's entries that are about somebody with one of these names."""
    return entries.filter(about_any_of(team_id, names))


def about_any_of(team_id: int, names: Iterable[Name]) -> Q:
    """That an entry of a team is about somebody with one of these names."""
    always, bounded, of_no_client = [], [], []
    for name in names:
        if name.is_always_theirs and name.account_id is None:
            always.append(name.hash)
            continue
        part = _between(name, name.until)
        if name.account_id is not None:
            part &= _is_of(account_id=name.account_id)
        bounded.append(part)
        of_no_client.append(_between(name, name.taken))
    wanted = [
        Q(hash__in=always),
        *_some_at_once(bounded),
        *(some & _is_of(account_id=None) for some in _some_at_once(of_no_client)),
    ]
    subjects = [AuditSubject.objects.filter(part, team_id=team_id).values("entry_id") for part in wanted]
    return reduce(or_, (Q(pk__in=of_some) for of_some in subjects))


def _between(name: Name, end: int | None) -> Q:
    part = Q(hash=name.hash, number__gte=name.since)
    return part if end is None else part & Q(number__lt=end)


def _is_of(**columns: Any) -> Q:
    """That the entry of a subject has these columns."""
    return Q(Exists(AuditEntry.objects.filter(pk=OuterRef("entry_id"), **columns)))


def _some_at_once(parts: Sequence[Q]) -> Iterator[Q]:
    return (reduce(or_, parts[at : at + _MOST_CONDITIONS]) for at in range(0, len(parts), _MOST_CONDITIONS))


def by_hashes(hashes: Iterable[str]) -> list[Name]:
    """Names that are whoever's has one of these hashes, at any time."""
    return [Name("", hashed) for hashed in hashes]
