"""What pages tell of the end of the log: what was removed, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.models import Covers, EntryCounter, RetentionRecord
from integrations.audit.retention.models import Gap, NumbersCheck, Removal
from integrations.audit.visibility import visible_accounts

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
    found = Gap.objects.filter(team_id=membership.team_id).order_by("account_id", "block")
    if membership.is_limited or not membership.may(Capability.SEE_WHOLE_LOG):
        seen = [EntryCounter.WHOLE_TEAM, *visible_accounts(membership).values_list("pk", flat=True)]
        found = found.filter(account_id__in=seen)
    return list(found[:_MOST])


def checked_at() -> datetime | None:
    """When all numbers of the portal's log were counted last."""
    return NumbersCheck.objects.values_list("finished_at", flat=True).first()
