"""Reads the log for other rooms."""

import itertools
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from integrations.audit.models import NOT_DONE, AuditEntry, AuditSubject, LogLine, Outcome, SubjectKind
from integrations.audit.recorder import Scope
from integrations.audit.subjects import Subject, search_hashes
from integrations.ids import CONTACT_ID
from integrations.operations import ABOUT_ONE_CONTACT

_MOST_LABELS = 20

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


def about(entries: QuerySet[AuditEntry], team_id: int, hashes: Iterable[str]) -> QuerySet[AuditEntry]:
    """Those of a team's entries that are about somebody with one of these hashes, as `search_hashes` gives them."""
    subjects = AuditSubject.objects.filter(team_id=team_id, hash__in=list(hashes))
    return entries.filter(pk__in=subjects.values("entry_id"))


def done_to(entries: QuerySet[AuditEntry], team_id: int, contact: Iterable[Subject]) -> QuerySet[AuditEntry]:
    """Those of a team's entries that are about a contact, known by its ID and addresses.

    What came to nothing is left out where one of the addresses was merely tried for another contact: whom an entry is
    meant for it names by ID, else by email address, else by SMS number.
    """
    hashes = {subject.kind: search_hashes(subject, team_id) for subject in contact}
    named = AuditSubject.objects.filter(entry_id=OuterRef("pk"))
    meant, surer = Q(), Q()
    for kind in (SubjectKind.CONTACT, SubjectKind.EMAIL, SubjectKind.SMS):
        meant |= Q(Exists(named.filter(kind=kind, hash__in=hashes.get(kind, [])))) & ~surer
        surer |= Q(Exists(named.filter(kind=kind)))
    found = about(entries, team_id, itertools.chain(*hashes.values()))
    return found.filter(~Q(outcome__in=NOT_DONE) | meant)


def last_label(scope: Scope, contact: Subject) -> str:
    """The masked address under which a client account's log last knew a contact; its ID if there is none."""
    entries = AuditEntry.objects.filter(
        team_id=scope.team_id, account_id=scope.account_id, operation__in=ABOUT_ONE_CONTACT
    )
    known = about(entries, scope.team_id, search_hashes(contact, scope.team_id))
    labels = AuditSubject.objects.filter(entry_id__in=known.values("pk")).exclude(kind=SubjectKind.CONTACT)
    address = labels.order_by("-number", "kind").first()
    return address.label if address else contact.label


def contact_id_beside(scope: Scope, known: Subject) -> str:
    """The ID of the contact that a client account's log last knew by this address or number; "" if there is none."""
    entries = AuditEntry.objects.filter(
        team_id=scope.team_id, account_id=scope.account_id, operation__in=ABOUT_ONE_CONTACT, outcome=Outcome.DONE
    )
    beside = about(entries, scope.team_id, search_hashes(known, scope.team_id))
    ids = AuditSubject.objects.filter(entry_id__in=beside.values("pk"), kind=SubjectKind.CONTACT)
    labels = ids.order_by("-number").values_list("label", flat=True)
    return next((label for label in labels[:_MOST_LABELS] if CONTACT_ID.fullmatch(label)), "")


def hashes_beside(entries: QuerySet[AuditEntry], team_id: int, hashes: Iterable[str]) -> list[str]:
    """The hashes under which these entries know who has one of `hashes`: of a contact read by its key, ID and addresses
    too. Empty where nobody has."""
    known = about(entries.filter(operation__in=ABOUT_ONE_CONTACT), team_id, hashes)
    subjects = AuditSubject.objects.filter(entry_id__in=known.values("pk"))
    return list(subjects.order_by("hash").values_list("hash", flat=True).distinct())


def is_about(entry: AuditEntry, subject: Subject) -> bool:
    """Whether an entry is about this person."""
    hashes = search_hashes(subject, entry.team_id)
    return AuditSubject.objects.filter(entry_id=entry.id, hash__in=hashes).exists()
