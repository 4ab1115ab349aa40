"""Portal events: what people do without a KlickTipp call, in the same log."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.audit.actors import Actor
from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import Kind, Outcome
from integrations.audit.recorder import Action, Scope, call_number, entry_of, store
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject
from integrations.messages import REFUSALS


def record(
    sentence: Sentence, actor: Actor, scope: Scope, subjects: tuple[Subject, ...] = (), **parameters: Any
) -> None:
    """Write an event that has just happened, or been refused, about `subjects`. Inside a transaction it stays or goes
    with it."""
    outcome = Outcome.REFUSED if sentence.is_refusal else Outcome.DONE
    _write(Action(sentence, actor, parameters, subjects), scope, Kind.EVENT, outcome=outcome)


def record_once(action: Action, scope: Scope) -> None:
    """Write the event of an action that a form names, as `record` does. Raises `AlreadyStarted` for a known action."""
    _write_once(action, scope, Kind.EVENT, outcome=Outcome.DONE)


def record_obstacle(action: Action, scope: Scope, problem: str) -> None:
    """Write that an action came to nothing before any call, and why: refused by a rule of the portal's, or failed.

    Raises `AlreadyStarted` for a known action.
    """
    kind = Kind.READ if action.sentence.only_reads else Kind.EVENT
    outcome = Outcome.REFUSED if problem in REFUSALS else Outcome.FAILED
    _write_once(action, scope, kind, outcome=outcome, answer={"problem": problem})


def _write_once(action: Action, scope: Scope, kind: Kind, **columns: Any) -> None:
    try:
        _write(action, scope, kind, **columns)
    except IntegrityError:
        raise AlreadyStarted(action.id) from None


def record_unsent(action: Action, scope: Scope, problem: str, count: int) -> None:
    """Write that so many of an action's calls have not been sent, and why.

    Raises `AlreadyStarted` where none of this one's calls was begun and the action is known.
    """
    kind = Kind.READ if action.sentence.only_reads else Kind.EVENT
    answer = {"problem": problem, "unsent": count}
    is_first = next(action.places) == 1
    call = call_number(action, 1) if is_first else uuid4()
    _write_once(action, scope, kind, call=call, outcome=Outcome.FAILED, answer=answer)


def _write(action: Action, scope: Scope, kind: Kind, **columns: Any) -> None:
    columns = {"call": call_number(action, 1), "started_at": timezone.now(), "duration": timedelta()} | columns
    entry = entry_of(action, scope, kind, **columns)
    with transaction.atomic():
        store(entry, action.subjects)
