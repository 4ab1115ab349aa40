"""How many contacts a client account has, by status."""

from __future__ import annotations

from contextlib import closing
from typing import Final
from uuid import UUID

from django.core.cache import caches

from integrations.audit.recorder import Action
from integrations.clients.calls.gateway import at_once
from integrations.clients.calls.parallel import Job
from integrations.clients.errand import Errand
from integrations.contacts.sentences import CONTACTS_COUNTED
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES

_COUNTED_FOR: Final = 300
"""Seconds that a count is shown again before contacts are counted anew."""


def count_contacts(errand: Errand, action_id: UUID) -> dict[str, int]:
    """How many contacts of the client have each of the library's `STATUSES`, counted in the last five minutes.

    Raises the library's errors and `Obstructed`.
    """
    key = f"contacts.counted:{errand.account.pk}"
    if known := caches["lists"].get(key):
        return dict(known)
    action = Action(CONTACTS_COUNTED, errand.actor, id=action_id)
    counted = {}
    with closing(at_once(errand.account, action, [_counting(status) for status in STATUSES])) as results:
        for done in results:
            if done.error:
                raise done.error
            counted[STATUSES[done.place]] = done.result or 0
    caches["lists"].set(key, counted, _COUNTED_FOR)
    return counted


def _counting(status: str) -> Job[int]:
    return lambda api: len(api.list_contacts(status, BOUNCE_STATUSES))
