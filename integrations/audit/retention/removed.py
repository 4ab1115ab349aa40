"""What pages tell of the end of the log: what was removed, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Membership
from integrations.audit.models import Covers, EntryCounter, RetentionRecord
from integrations.audit.retention.models import CountedNumbers, Gap, Removal
from integrations.audit.visibility import sees_whole_log, visible_accounts

_MOST = 200


@dataclass(frozen=True)
class Removed:
    """A record of a removal, and how far the clock has come with it; `removal` is None where not the clock wrote it."""

    record: RetentionRecord
    removal: Removal | None

    @property
    def leaves_proofs(self) -> bool:
        return self.record.covers != Covers.EVERYTHING


def removals(team_id: int, most: int = _MOST) -> list[Removed]:
    """The latest removals of a team's entries, newest first."""
    records = list(RetentionRecord.objects.filter(team_id=team_id).order_by("-pk")[:most])
    begun = Removal.objects.in_bulk([record.pk for record in records])
    return [Removed(record, begun.get(record.pk)) for record in records]


def gaps(membership: Membership) -> list[Gap]:
    """What is missing unexplained: in the team's numbers, and in those of the client accounts the member may see."""
    found = Gap.objects.filter(_in_logs_of(membership), team_id=membership.team_id).order_by("account_id", "block")
    return list(found[:_MOST])


@dataclass(frozen=True)
class Counted:
    """What has been counted of the numbers of a team's log: its own up to `through`, last at a time. In `clients` of
    the client accounts it has not been done yet; in the others last at `clients_at` or later."""

    through: int
    at: datetime
    clients: int
    clients_at: datetime | None


def counted(membership: Membership) -> Counted | None:
    """Of the team, and the client accounts that the member may see; None before the first count of the team's own."""
    counters = EntryCounter.objects.filter(_in_logs_of(membership), team_id=membership.team_id)
    by_account = dict(counters.values_list("account_id", "pk"))
    done = CountedNumbers.objects.in_bulk(by_account.values())
    own = done.get(by_account.pop(EntryCounter.WHOLE_TEAM, 0))
    if own is None:
        return None
    of_clients = [done[pk].finished_at for pk in by_account.values() if pk in done]
    return Counted(own.through, own.finished_at, len(by_account) - len(of_clients), min(of_clients, default=None))


def _in_logs_of(membership: Membership) -> Q:
    if sees_whole_log(membership):
        return Q()
    return Q(account_id__in=[EntryCounter.WHOLE_TEAM, *visible_accounts(membership).values_list("pk", flat=True)])
