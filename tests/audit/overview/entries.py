"""Writes entries as the overview counts them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from accounts.models import User
from integrations.audit.models import AuditEntry, Kind, Outcome
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.tags.sentences import TAG_CREATED
from tests.factories import actor

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
"""Twelve o'clock in Berlin."""


def write(scope: Scope, user: User | None = None, **columns: Any) -> AuditEntry:
    """A call of an action of its own; done in 120 ms at noon, unless told."""
    defaults = {
        "operation": "create_tag",
        "call": uuid4(),
        "started_at": NOON,
        "outcome": Outcome.DONE,
        "duration": None if columns.get("outcome") == Outcome.PENDING else timedelta(milliseconds=120),
        "status": 200,
    }
    entry = entry_of(Action(TAG_CREATED, actor(user), {"tag": "x"}), scope, Kind.CHANGE, **(defaults | columns))
    store(entry, ())
    return entry
