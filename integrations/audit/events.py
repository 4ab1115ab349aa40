"""Portal events: what people do without a KlickTipp call, in the same log."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from integrations.audit.actors import Actor
from integrations.audit.models import Kind, Outcome
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.audit.sentences import Sentence


def record(sentence: Sentence, actor: Actor, scope: Scope, **parameters: Any) -> None:
    """Write an event that has just happened. Inside a transaction it stays or goes with it."""
    _write(Action(sentence, actor, parameters), scope, outcome=Outcome.DONE)


def record_obstacle(action: Action, scope: Scope, problem: str) -> None:
    """Write that an action came to nothing before any call, and why."""
    _write(action, scope, outcome=Outcome.FAILED, answer={"problem": problem})


def _write(action: Action, scope: Scope, **columns: Any) -> None:
    entry = entry_of(
        action, scope, Kind.EVENT, call=uuid4(), started_at=timezone.now(), duration=timedelta(), **columns
    )
    with transaction.atomic():
        store(entry, [])
