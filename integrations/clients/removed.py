"""What is kept of client accounts that were removed: why contacts could be added, and who must not be added again.

It stays as long as the team's log keeps what proves consent, counted from the end of the year of the removal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from integrations.audit import events
from integrations.audit.actors import SYSTEM, Actor
from integrations.audit.models import Covers
from integrations.audit.retention.models import LogPeriods
from integrations.audit.retention.periods import begin_of, first_day_kept, may_remove, months_of, periods_of
from integrations.clients import sentences
from integrations.clients.models import ClientAccount, KeptKind, KeptRow, RemovedClient

AT_ONCE = 1_000

COLUMNS: dict[str, tuple[str, ...]] = {
    KeptKind.ORIGIN: (
        *("contact", "subject_hash", "contact_id", "basis", "source", "obtained_on", "added_by", "created_at"),
        *("is_confirmed", "action"),
    ),
    KeptKind.SUPPRESSION: ("contact", "kind", "hash", "reason", "note", "added_by", "added_at"),
}
"""What a row of each kind tells, in the order of a table."""

_EXPORTED = {KeptKind.ORIGIN: sentences.ORIGINS_EXPORTED, KeptKind.SUPPRESSION: sentences.SUPPRESSIONS_EXPORTED}


def keep(account: ClientAccount, kind: KeptKind, rows: Iterable[dict[str, Any]]) -> None:
    """Keep rows of a client account that is being removed, as `COLUMNS` names what they tell. Call it when
    `client_removed` is sent."""
    found = iter(rows)
    while some := list(islice(found, AT_ONCE)):
        client, _is_new = RemovedClient.objects.get_or_create(
            account_id=account.pk, defaults={"team_id": account.team_id, "name": account.name}
        )
        KeptRow.objects.bulk_create(KeptRow(client=client, kind=kind, told=row) for row in some)


def removed_clients(team_id: int) -> QuerySet[RemovedClient]:
    """Those of a team of which something is kept, the latest first, with how much of each kind."""
    found = RemovedClient.objects.filter(team_id=team_id).annotate(
        origins=Count("rows", Q(rows__kind=KeptKind.ORIGIN)),
        suppressions=Count("rows", Q(rows__kind=KeptKind.SUPPRESSION)),
    )
    return found.order_by("-removed_at", "-pk")


def kept_until(client: RemovedClient, periods: LogPeriods) -> date:
    """The last day on which it is kept."""
    months = months_of(periods, Covers.EVERYTHING)
    end = timezone.localdate(client.removed_at).year * 12 + 12 + months
    return date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


def export(client: RemovedClient, kind: KeptKind, actor: Actor) -> Iterator[dict[str, Any]]:
    """The rows of a kind, the oldest first, once the log says that they are handed over."""
    events.record(_EXPORTED[kind], actor, client.scope)
    rows = client.rows.filter(kind=kind).order_by("pk")
    return (row.told for row in rows.iterator(AT_ONCE))


def forget_old() -> None:
    """For the clock: remove what the period of its team is over for, and tell the log."""
    for team_id in set(RemovedClient.objects.values_list("team_id", flat=True)):
        periods = periods_of(team_id)
        if may_remove(periods):
            first = first_day_kept(months_of(periods, Covers.EVERYTHING), timezone.localdate())
            for client in RemovedClient.objects.filter(team_id=team_id, removed_at__lt=begin_of(first)):
                _forget(client)


def _forget(client: RemovedClient) -> None:
    with transaction.atomic():
        if RemovedClient.objects.filter(pk=client.pk).delete()[0]:
            events.record(sentences.KEPT_FORGOTTEN, SYSTEM, client.scope)


def in_utc(moment: datetime) -> str:
    """`2026-11-30T14:32:05Z`"""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
