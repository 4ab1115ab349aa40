"""How many contacts a client account has, by status."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.cache import caches
from django.utils import timezone

from integrations.audit.recorder import Action
from integrations.clients.calls.desk import Job
from integrations.clients.calls.gateway import at_once
from integrations.clients.errand import Errand
from integrations.contacts.sentences import CONTACTS_COUNTED
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES

_SHOWN: Final = ("subscribed", "pending", "unsubscribed")
"""The library's `STATUSES`, as a client's overview has them."""
_COUNTED_FOR: Final = 300
"""Seconds that a count is shown again before contacts are counted anew."""


def count_contacts(errand: Errand, action_id: UUID) -> tuple[datetime, dict[str, int]]:
    """How many contacts of the client have each status, counted in the last five minutes, and when that was.

    Raises the library's errors and `Obstructed`.
    """
    key = f"contacts.counted_at:{errand.account.pk}"
    if known := caches["lists"].get(key):
        return _told(*known)
    action = Action(CONTACTS_COUNTED, errand.actor, id=action_id)
    found: dict[str, int] = {}
    with closing(at_once(errand.account, action, [_counting(status) for status in STATUSES])) as results:
        for done in results:
            if done.error:
                raise done.error
            found[STATUSES[done.place]] = done.result or 0
    counted_at = timezone.now().isoformat()
    caches["lists"].set(key, [counted_at, found], _COUNTED_FOR)
    return _told(counted_at, found)


def _told(counted_at: str, numbers: dict[str, int]) -> tuple[datetime, dict[str, int]]:
    return datetime.fromisoformat(counted_at), {status: numbers[status] for status in _SHOWN}


def _counting(status: str) -> Job[int]:
    return lambda api: len(api.list_contacts(status, BOUNCE_STATUSES))
