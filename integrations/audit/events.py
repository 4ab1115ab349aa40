"""Portal events: what people do without a KlickTipp call, in the same log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.audit import often
from integrations.audit.actors import Actor
from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import AuditSubject, Kind, Outcome
from integrations.audit.recorder import Action, Scope, call_number, entry_of, store
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject
from integrations.messages import REFUSALS


def record(
    sentence: Sentence,
    actor: Actor,
    scope: Scope,
    subjects: tuple[Subject, ...] = (),
    at: datetime | None = None,
    **parameters: Any,
) -> None:
    """Write an event that has just happened, or been refused, or did so at a moment before, about `subjects`. Inside a
    transaction it stays or goes with it."""
    outcome = Outcome.REFUSED if sentence.is_refusal else Outcome.DONE
    action = Action(sentence, actor, parameters, subjects)
    _write(action, scope, _kind(action), outcome=outcome, started_at=at or timezone.now())


def record_about_known(
    sentence: Sentence, actor: Actor, scope: Scope, known: Sequence[AuditSubject], **parameters: Any
) -> None:
    """As `record`, about people whom other entries of the team know: by their label and hash alone."""
    action = Action(sentence, actor, parameters)
    _write(action, scope, _kind(action), known, outcome=Outcome.DONE)


def record_once(action: Action, scope: Scope) -> None:
    """Write the event of an action that a form names, as `record` does. Raises `AlreadyStarted` for a known action."""
    _write_once(action, scope, Kind.EVENT, outcome=Outcome.DONE)


def record_obstacle(action: Action, scope: Scope, problem: str) -> None:
    """Write that an action came to nothing before any call, and why: refused by a rule of the portal's, or failed.

    Raises `AlreadyStarted` for a known action.
    """
    outcome = Outcome.REFUSED if problem in REFUSALS else Outcome.FAILED
    _write_once(action, scope, _kind(action), outcome=outcome, answer={"problem": problem})


def _write_once(action: Action, scope: Scope, kind: Kind, **columns: Any) -> None:
    try:
        _write(action, scope, kind, **columns)
    except IntegrityError:
        raise AlreadyStarted(action.id) from None


def record_unsent(action: Action, scope: Scope, problem: str, count: int) -> None:
    """Write that so many of an action's calls have not been sent, and why.

    Raises `AlreadyStarted` where none of this one's calls was begun and the action is known.
    """
    answer = {"problem": problem, "unsent": count}
    is_first = next(action.places) == 1
    call = call_number(action, 1) if is_first else uuid4()
    _write_once(action, scope, _kind(action), is_counted=is_first, call=call, outcome=Outcome.FAILED, answer=answer)


def _kind(action: Action) -> Kind:
    return Kind.READ if action.sentence.only_reads else Kind.EVENT


def _write(
    action: Action,
    scope: Scope,
    kind: Kind,
    known: Sequence[AuditSubject] = (),
    *,
    is_counted: bool = True,
    **columns: Any,
) -> None:
    """is_counted: for `often`, which that calls are missing is not where others of the action were sent"""
    if is_counted:
        often.count(action.actor.user_id)
    columns = {"call": call_number(action, 1), "started_at": timezone.now(), "duration": timedelta()} | columns
    entry = entry_of(action, scope, kind, **columns)
    with transaction.atomic():
        store(entry, [*action.subjects, *known])
