"""Fills logs, and reads what is handed out about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from integrations.audit import events, triggers
from integrations.audit.models import AuditEntry, Kind, SubjectKind
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.audit.subjects import Subject
from tests.factories import actor

TEAM, CLIENT = 7, 3
ADA = Subject(SubjectKind.EMAIL, "ada@example.org")


def happen(count: int = 1, account_id: int | None = CLIENT, team_id: int = TEAM) -> None:
    """Events of a client account, or of a team itself, each about a person."""
    for _ in range(count):
        events.record(
            SIGNED_IN, actor(), Scope(team_id, account_id, "Harbour Lane Coffee" if account_id else ""), (ADA,)
        )


def begin(account_id: int | None = CLIENT, team_id: int = TEAM) -> AuditEntry:
    """A call that is under way."""
    action = Action(SIGNED_IN, actor())
    entry = entry_of(action, Scope(team_id, account_id), Kind.CHANGE, call=uuid4(), started_at=timezone.now())
    store(entry, [ADA])
    return entry


@contextmanager
def without_guard() -> Iterator[None]:
    """As whoever owns the database: the triggers are taken away, and put back when it is done."""
    triggers.lift(connection)
    yield
    triggers.install(connection)


def execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
