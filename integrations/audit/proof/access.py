"""Which logs a member may have proved: those whose entries they see all of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from accounts.models import Membership
from integrations.audit.models import AuditEntry, EntryCounter
from integrations.audit.proof import keys
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import WHOLE_TEAM, Checkpoint, Comparison
from integrations.audit.proof.signed import is_signed
from integrations.audit.visibility import visible_accounts

MOST_COUNTED = 1000


@dataclass(frozen=True)
class ListedLog:
    """A log as a page lists it.

    label: the client as the newest entry names it; "" for the log of the team itself
    is_stray: its newest checkpoint is none that the portal has signed: how far it is covered, nobody knows
    waiting: entries that no checkpoint covers yet, `MOST_COUNTED` for that many or more
    compared_at, wrong: when it was compared last with what was signed, and how many things were wrong
    """

    log: Log
    label: str
    size: int
    signed_at: datetime | None
    is_stray: bool
    waiting: int
    compared_at: datetime | None
    wrong: int

    @property
    def is_of_team(self) -> bool:
        return self.log.account_id == WHOLE_TEAM

    @property
    def vkeys(self) -> list[str]:
        """With which its checkpoints are verified, the newest first."""
        return [key.vkey for key in keys.known(self.log.origin)]


def visible_counters(membership: Membership) -> QuerySet[EntryCounter]:
    """The counters of the logs that a member sees all entries of, if they may have any proved."""
    counters = EntryCounter.objects.filter(team_id=membership.team_id)
    if membership.is_limited:
        return counters.filter(account_id__in=visible_accounts(membership).values("pk"))
    return counters


def listed_logs(membership: Membership) -> list[ListedLog]:
    """The team's own first, then those of its client accounts by name."""
    listed = [_listed(counter) for counter in _annotated(visible_counters(membership))]
    return sorted(listed, key=lambda each: (not each.is_of_team, each.label.lower(), each.log.account_id))


def listed_log(membership: Membership, account_id: int) -> ListedLog:
    """Raises `Http404` for one that the member may not have proved."""
    counter = _annotated(visible_counters(membership).filter(account_id=account_id)).first()
    if counter is None:
        raise Http404
    return _listed(counter)


def may_see(membership: Membership, log: Log) -> bool:
    return log.team_id == membership.team_id and visible_counters(membership).filter(account_id=log.account_id).exists()


def _annotated(counters: QuerySet[EntryCounter]) -> QuerySet[EntryCounter]:
    newest = Checkpoint.objects.filter(team_id=OuterRef("team_id"), account_id=OuterRef("account_id")).order_by("-size")
    compared = Comparison.objects.filter(team_id=OuterRef("team_id"), account_id=OuterRef("account_id"))
    last = AuditEntry.objects.filter(account_id=OuterRef("account_id"), account_number=OuterRef("last"))
    return counters.annotate(
        size=Subquery(newest.values("size")[:1]),
        through=Subquery(newest.values("through_number")[:1]),
        note=Subquery(newest.values("note")[:1]),
        signed_at=Subquery(newest.values("created_at")[:1]),
        compared_at=Subquery(compared.values("finished_at")[:1]),
        wrong=Subquery(compared.values("wrong")[:1]),
        label=Subquery(last.values("account_label")[:1]),
    )


def _listed(counter: Any) -> ListedLog:
    log, size = Log(counter.team_id, counter.account_id), counter.size or 0
    newest = Checkpoint(team_id=log.team_id, account_id=log.account_id, size=size, note=counter.note)
    is_stray = counter.note is not None and not is_signed(newest)
    if is_stray:
        waiting = 0
    elif log.account_id:
        waiting = min(counter.last - size, MOST_COUNTED)
    else:
        rest = log.entries.filter(number__gt=counter.through or 0)
        waiting = rest[:MOST_COUNTED].count()
    return ListedLog(
        log,
        counter.label or "",
        0 if is_stray else size,
        None if is_stray else counter.signed_at,
        is_stray,
        waiting,
        counter.compared_at,
        counter.wrong or 0,
    )
