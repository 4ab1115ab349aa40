"""Reads the log for other rooms."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from integrations.audit.links import Name, about, links_of
from integrations.audit.models import NOT_DONE, AuditEntry, AuditSubject, EntryCounter, LogLine, Outcome, SubjectKind
from integrations.audit.recorder import Scope
from integrations.audit.subjects import Subject, search_hashes

_MOST_HOLDERS = 20

ANSWERED_WITHIN = timedelta(seconds=30)
"""Longer than a page waits for KlickTipp: what has no answer by then was interrupted, and none will come."""


def calls_of(scope: Scope, action: UUID) -> list[AuditEntry]:
    """The entries of an action in a client account's log, in their order. Of one that was interrupted it is not known
    here what has come of it, though the log is still to say so."""
    entries = AuditEntry.objects.filter(team_id=scope.team_id, action=action, account_id=scope.account_id)
    calls = list(entries.order_by("number"))
    for call in calls:
        if call.outcome == Outcome.PENDING and call.started_at < timezone.now() - ANSWERED_WITHIN:
            call.outcome = Outcome.UNKNOWN
    return calls


def account_of(team_id: int, action: UUID) -> int | None:
    """The id of the client account that a known action of the team was about, if any."""
    entries = AuditEntry.objects.filter(team_id=team_id, action=action)
    return entries.values_list("account_id", flat=True).first()


def lines_of(entries: QuerySet[AuditEntry], team_id: int) -> QuerySet[LogLine]:
    """The lines of the actions that have one of these entries of the team."""
    return LogLine.objects.filter(team_id=team_id, action__in=entries.values("action"))


def done_to(entries: QuerySet[AuditEntry], team_id: int, names: Sequence[Name]) -> QuerySet[AuditEntry]:
    """Those of a team's entries that are about a contact with these names.

    What came to nothing is left out where one of the addresses was merely tried for another contact: whom an entry is
    meant for it names by ID, else by email address, else by SMS number.
    """
    named = AuditSubject.objects.filter(entry_id=OuterRef("pk"))
    meant, surer = Q(), Q()
    for kind in (SubjectKind.CONTACT, SubjectKind.EMAIL, SubjectKind.SMS):
        hashes = [name.hash for name in names if name.kind == kind]
        meant |= Q(Exists(named.filter(kind=kind, hash__in=hashes))) & ~surer
        surer |= Q(Exists(named.filter(kind=kind)))
    return about(entries, team_id, names).filter(~Q(outcome__in=NOT_DONE) | meant)


def numbered_in_account(entries: QuerySet[AuditEntry], team_id: int, number: int) -> QuerySet[AuditEntry]:
    """Those of a team's entries that have this number within their client account."""
    counters = EntryCounter.objects.filter(team_id=team_id, last__gte=number).exclude(
        account_id=EntryCounter.WHOLE_TEAM
    )
    accounts = list(counters.values_list("account_id", flat=True))
    return entries.filter(account_id__in=accounts, account_number=number)


def last_label(scope: Scope, contact_id: str) -> str:
    """The masked address under which a client account's log last knew a contact; its ID if there is none."""
    links = links_of(scope.team_id, scope.account_id).filter(contact_id=contact_id)
    addresses = links.exclude(kind=SubjectKind.CONTACT).order_by("kind", "-number", "-pk")
    return addresses.values_list("label", flat=True).first() or contact_id


def contact_id_beside(scope: Scope, known: Subject) -> str:
    """The ID of the contact that has this address or number, as far as a client account's log knows; "" if there is
    none, or who had it has another one now."""
    links, hashes = links_of(scope.team_id, scope.account_id), search_hashes(known, scope.team_id)
    named = links.filter(hash__in=hashes).order_by("-number", "-pk").values_list("contact_id", flat=True)
    holders = list(named[:_MOST_HOLDERS])
    theirs = links.filter(contact_id__in=holders, kind=known.kind).order_by("number", "pk")
    has_now = dict(theirs.values_list("contact_id", "hash"))
    return next((contact_id for contact_id in holders if has_now[contact_id] in hashes), "")


def known_among(entries: QuerySet[AuditEntry], team_id: int, hashes: Iterable[str]) -> list[str]:
    """Those of the hashes under which these entries know somebody."""
    return list(_among(entries, team_id, hashes).order_by("hash").values_list("hash", flat=True).distinct())


def people_among(entries: QuerySet[AuditEntry], team_id: int, hashes: Iterable[str]) -> list[AuditSubject]:
    """Of each hash under which these entries know somebody the row that says so last."""
    latest = _among(entries, team_id, hashes).order_by().values("hash").annotate(latest=Max("pk")).values("latest")
    return list(AuditSubject.objects.filter(pk__in=latest))


def _among(entries: QuerySet[AuditEntry], team_id: int, hashes: Iterable[str]) -> QuerySet[AuditSubject]:
    subjects = AuditSubject.objects.filter(team_id=team_id, hash__in=list(hashes))
    return subjects.filter(Exists(entries.filter(pk=OuterRef("entry_id"))))


def is_about(entry: AuditEntry, subject: Subject) -> bool:
    """Whether an entry is about this person."""
    hashes = search_hashes(subject, entry.team_id)
    return AuditSubject.objects.filter(entry_id=entry.id, hash__in=hashes).exists()
