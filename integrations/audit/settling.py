"""What is found out later of an action whose outcome was unknown: the two lead to each other."""

from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from django.db.models import QuerySet

from integrations.audit.actors import Actor
from integrations.audit.errors import AlreadyStarted
from integrations.audit.events import record_once
from integrations.audit.grouping import with_entries
from integrations.audit.models import AuditEntry
from integrations.audit.presentation import LoggedAction
from integrations.audit.recorder import Action, Scope
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject

_MOST: Final = 20
"""The findings of an action that are found from it; later ones lead to it alone."""


def record_finding(
    sentence: Sentence, actor: Actor, scope: Scope, settles: UUID, subjects: tuple[Subject, ...], **parameters: Any
) -> None:
    """Write an event that tells what was found out of the action that it `settles`."""
    parameters["settles"] = str(settles)
    for action_id in (*_ids(settles), uuid4()):
        try:
            return record_once(Action(sentence, actor, parameters, subjects, action_id), scope)
        except AlreadyStarted:
            continue


def findings_of(action: UUID, entries: QuerySet[AuditEntry]) -> list[LoggedAction]:
    """What these entries of the log tell was found out of an action."""
    return with_entries(_ids(action), entries.filter(parameters__settles=str(action)))


def _ids(action: UUID) -> list[UUID]:
    """The actions under which the log may have what was found out of one. They follow from it, so that an entry that
    nobody can change any more still leads to them."""
    return [uuid5(action, f"finding {number}") for number in range(1, _MOST + 1)]
