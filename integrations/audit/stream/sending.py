"""Sends a team's log to its destination: the clock asks, a worker sends, one at a time for each team.

A batch has arrived when the destination says so, and only then the cursor moves on. Whoever dies in between leaves it
where it was, and the batch goes out once more. No transaction is open while anything is sent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone, translation
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from integrations.audit import events
from integrations.audit.actors import SYSTEM
from integrations.audit.entry_json import as_objects
from integrations.audit.models import AuditEntry, EntryCounter, Outcome
from integrations.audit.recorder import Scope
from integrations.audit.stream import sentences
from integrations.audit.stream.delivering import Text, deliver
from integrations.audit.stream.errors import NotDelivered
from integrations.audit.stream.models import Destination

MOST_ENTRIES = 500
MOST_BYTES = 1_000_000
BATCH_SECONDS = 20
"""How long one batch may take."""

_BEGINS_FOR = 10
_ALONE_FOR = timedelta(minutes=2)
"""Longer than a batch takes, with finding out where the host is."""

PAUSES = [timedelta(seconds=seconds) for seconds in (15, 30, 60, 2 * 60, 5 * 60, 15 * 60)]
"""After so many attempts in a row that came to nothing, and the last one from then on."""


@dataclass(frozen=True)
class Batch:
    """What is to be sent next, up to and with the entry of the number `through`."""

    texts: Sequence[Text]
    through: int


def ask_worker() -> None:
    """For the clock: leave to the worker the teams of whose log something is to be sent, unless it has them already."""
    if not settings.LOG_STREAM_HOSTS:
        return
    waiting = _asked_for()
    counters = EntryCounter.objects.filter(team_id=OuterRef("team_id"), account_id=EntryCounter.WHOLE_TEAM)
    behind = _due().annotate(last=Subquery(counters.values("last"))).filter(last__gt=F("through_number"))
    for team_id in behind.order_by("next_at", "pk").values_list("team_id", flat=True):
        if team_id not in waiting:
            send.enqueue(team_id)


def _asked_for() -> set[int]:
    """The teams that the worker has been left; of rows that somebody else has written, none may be."""
    asked = DBTaskResult.objects.ready().filter(task_path=send.module_path, backend_name=send.backend)
    teams = set()
    for given in asked.values_list("args_kwargs", flat=True):
        match given:
            case {"args": [int(team_id)]}:
                teams.add(team_id)
    return teams


def _due() -> QuerySet[Destination]:
    now = timezone.now()
    may_be_tried = Q(next_at=None) | Q(next_at__lte=now)
    nobody_sends = Q(sender=None) | Q(sender_until__lte=now)
    return Destination.objects.filter(may_be_tried, nobody_sends, is_paused=False)


@task()
def send(team_id: int) -> None:
    """Send what waits of a team's log for some seconds; what is left then is the next task's."""
    sender = uuid4()
    until = timezone.now() + _ALONE_FOR
    if not _due().filter(team_id=team_id).update(sender=sender, sender_until=until):
        return
    try:
        is_all = _send(Destination.objects.get(team_id=team_id), sender)
    finally:
        Destination.objects.filter(team_id=team_id, sender=sender).update(sender=None, sender_until=None)
    if not is_all:
        send.enqueue(team_id)


def _send(destination: Destination, sender: UUID) -> bool:
    """Whether there is nothing left to do for now."""
    ends_at = time.monotonic() + _BEGINS_FOR
    while batch := next_batch(destination):
        if time.monotonic() > ends_at:
            return False
        try:
            deliver(destination, batch.texts, BATCH_SECONDS)
        except NotDelivered as error:
            _note_failure(destination, sender, error)
            return True
        if not _move_on(destination, sender, batch):
            return True
    return True


def next_batch(destination: Destination) -> Batch | None:
    """The entries after the last one that has arrived, none of them behind one that is still pending."""
    later = AuditEntry.objects.filter(team_id=destination.team_id, number__gt=destination.through_number)
    entries = list(takewhile(_is_final, later.order_by("number")[:MOST_ENTRIES]))
    texts: list[Text] = []
    size = 0
    for entry, told in zip(entries, as_objects(entries) if entries else [], strict=True):
        text = Text(json.dumps(told, separators=(",", ":")), entry.started_at, entry.kind, entry.outcome)
        size += len(text.json) + 1
        if texts and size > MOST_BYTES:
            break
        texts.append(text)
    return Batch(texts, entries[len(texts) - 1].number) if texts else None


def _is_final(entry: AuditEntry) -> bool:
    return entry.outcome != Outcome.PENDING


def _move_on(destination: Destination, sender: UUID, batch: Batch) -> bool:
    """Note that a batch has arrived. False where this sender is no longer the one: the destination is another one now,
    or paused, or removed."""
    now = timezone.now()
    arrived = {
        "through_number": batch.through,
        "delivered_at": now,
        "problem": "",
        "status": None,
        "failing_since": None,
        "failures": 0,
        "next_at": None,
        "sender_until": now + _ALONE_FOR,
    }
    with transaction.atomic():
        stored = _of_sender(destination, sender)
        if stored is None:
            return False
        if stored.failing_since:
            events.record(sentences.RECOVERED, SYSTEM, Scope(stored.team_id), destination=str(stored))
        _store(stored, arrived)
    destination.through_number = batch.through
    return True


def _note_failure(destination: Destination, sender: UUID, error: NotDelivered) -> None:
    now = timezone.now()
    with transaction.atomic():
        stored = _of_sender(destination, sender)
        if stored is None:
            return
        if not stored.failing_since:
            events.record(sentences.FAILED, SYSTEM, Scope(stored.team_id), destination=str(stored), **_told(error))
        pause = PAUSES[min(stored.failures, len(PAUSES) - 1)]
        failed = {
            "problem": error.problem,
            "status": error.status,
            "failing_since": stored.failing_since or now,
            "failures": stored.failures + 1,
            "next_at": now + max(pause, error.pause),
        }
        _store(stored, failed)


def _of_sender(destination: Destination, sender: UUID) -> Destination | None:
    """The destination as it stands now, locked, while this sender is still the one."""
    return Destination.objects.select_for_update().filter(pk=destination.pk, sender=sender).first()


def _store(destination: Destination, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(destination, name, value)
    destination.save(update_fields=list(columns))


def _told(error: NotDelivered) -> dict[str, Any]:
    """What stands in the way, for an event of the log, which reads in the reader's language."""
    with translation.override(None):
        told: dict[str, Any] = {"problem": {"word": str(error.problem.label)}}
    return told | ({"status": error.status} if error.status else {})
