"""What admins do with the destination of their team's log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.entry_json import in_utc
from integrations.audit.models import AuditEntry, EntryCounter, Outcome
from integrations.audit.recorder import Scope
from integrations.audit.sentences import Sentence
from integrations.audit.stream import sentences
from integrations.audit.stream.delivering import Text, deliver
from integrations.audit.stream.models import Destination, Way

_TEST_SECONDS = 10


@dataclass(frozen=True)
class Chosen:
    """A destination as it was typed. token: None for the one that is stored already"""

    way: Way
    host: str
    port: int
    target: str
    token: str | None


@dataclass(frozen=True)
class Waiting:
    """What of a team's log has not arrived yet.

    count: of entries, since the first of them was written at `since`; entries that were removed meanwhile may count
    is_held_up: that first one is still under way, and nothing is sent before it has ended
    """

    count: int
    since: datetime | None = None
    is_held_up: bool = False


def waiting(destination: Destination) -> Waiting:
    """Two queries, however much waits."""
    later = AuditEntry.objects.filter(team_id=destination.team_id, number__gt=destination.through_number)
    first = later.order_by("number").first()
    if first is None:
        return Waiting(0)
    return Waiting(
        _last_number(destination.team_id) - first.number + 1, first.started_at, first.outcome == Outcome.PENDING
    )


def set_destination(team: Team, chosen: Chosen, actor: Actor, *, with_past: bool = True) -> None:
    """Let the team's log be sent there from now on, instead of where it was sent until now.

    with_past: whether a log that is sent nowhere yet goes there from its beginning on
    """
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        destination = Destination.objects.select_for_update().filter(team=team).first()
        before = str(destination) if destination else ""
        if destination is None:
            through = 0 if with_past else _last_number(team.pk)
            destination = Destination(team=team, through_number=through)
        destination.way, destination.host, destination.port = chosen.way, chosen.host, chosen.port
        destination.target = chosen.target
        if chosen.token is not None:
            destination.token = chosen.token
        destination.stored_by_id, destination.stored_at = actor.user_id, timezone.now()
        destination.failures, destination.next_at = 0, None
        destination.sender = destination.sender_until = None
        destination.save()
        _record(sentences.CHANGED if before else sentences.SET, destination, actor, before)


def pause(team: Team, actor: Actor, *, undo: bool = False) -> None:
    """Send nothing more until further notice, or go on; what was written meanwhile goes out then."""
    with transaction.atomic():
        destination = Destination.objects.select_for_update().filter(team=team, is_paused=undo).first()
        if destination is None:
            return
        destination.is_paused = not undo
        destination.failures, destination.next_at = 0, None
        destination.sender = destination.sender_until = None
        destination.save(update_fields=["is_paused", "failures", "next_at", "sender", "sender_until"])
        _record(sentences.RESUMED if undo else sentences.PAUSED, destination, actor)


def remove(team: Team, actor: Actor) -> None:
    """Forget the destination, with its token and with how far it has come."""
    with transaction.atomic():
        destination = Destination.objects.select_for_update().filter(team=team).first()
        if destination is None:
            return
        _record(sentences.REMOVED, destination, actor)
        destination.delete()


def send_test(destination: Destination, actor: Actor) -> None:
    """Send one object that says that it is a test. Raises `NotDelivered`."""
    _record(sentences.TESTED, destination, actor)
    now = timezone.now()
    told = {"kind": "test", "started_at": in_utc(now), "text": "A test of where the log of ktportal is sent to"}
    deliver(destination, [Text(json.dumps(told, separators=(",", ":")), now, "test")], _TEST_SECONDS)


def _record(sentence: Sentence, destination: Destination, actor: Actor, before: str = "") -> None:
    told: dict[str, Any] = {"destination": str(destination)} | ({"before": before} if before else {})
    events.record(sentence, actor, Scope(destination.team_id), **told)


def _last_number(team_id: int) -> int:
    counters = EntryCounter.objects.filter(team_id=team_id, account_id=EntryCounter.WHOLE_TEAM)
    return counters.values_list("last", flat=True).first() or 0
