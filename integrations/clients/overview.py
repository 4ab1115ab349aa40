"""What a client's overview shows besides its connection: what was done last, and how many contacts there are."""

from __future__ import annotations

from contextlib import closing
from typing import Final
from uuid import UUID

from django.core.cache import caches

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.models import Kind
from integrations.audit.presentation import LoggedAction, page_of_actions
from integrations.audit.recorder import Action
from integrations.audit.visibility import visible_entries, visible_lines
from integrations.clients import sentences
from integrations.clients.calls.gateway import at_once
from integrations.clients.calls.parallel import Job
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES

_MOST_ACTIONS: Final = 8
_COUNTED_FOR: Final = 300
"""Seconds that a count is shown again before contacts are counted anew."""


def done_last(account: ClientAccount, membership: Membership) -> list[LoggedAction]:
    """The latest actions for a client that changed something, as far as the member sees the log."""
    if not membership.may(Capability.SEE_LOG):
        return []
    changes = visible_lines(membership).filter(account_id=account.pk).exclude(kind=Kind.READ)
    return page_of_actions(changes, visible_entries(membership), size=_MOST_ACTIONS)[0]


def count_contacts(errand: Errand, action_id: UUID) -> dict[str, int]:
    """How many contacts of the client have each of the library's `STATUSES`, counted in the last five minutes.

    Raises the library's errors and `Obstructed`.
    """
    key = f"contacts.counted:{errand.account.pk}"
    if known := caches["lists"].get(key):
        return dict(known)
    action = Action(sentences.CONTACTS_COUNTED, errand.actor, id=action_id)
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
