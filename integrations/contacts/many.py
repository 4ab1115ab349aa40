"""Reading many contacts, up to 200 with one call; one by one where a client account's service cannot do that."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from typing import Final

from integrations.audit.recorder import Action
from integrations.clients.calls.gateway import at_once
from integrations.clients.calls.refused_operations import has_refused, is_refused
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount
from integrations.klicktipp import MOST_CONTACTS_AT_ONCE, Contact, KlickTipp, KlickTippError, NotFound, Problem

Read = tuple[str, Contact | KlickTippError | Obstructed]
"""The ID of a contact, and the contact or why it could not be read; `NotFound` is one that is not there."""

_AT_ONCE: Final = "get_contacts"


def read_contacts(
    account: ClientAccount, action: Action, ids: Sequence[str], seconds: float | None = None
) -> Generator[Read, None, None]:
    """Read contacts by their IDs as calls of an action, and give each as it comes. Who cannot be read among the others
    is read alone. `seconds`, and what it raises, as `gateway.at_once`. Close it when no more are wanted."""
    left = list(ids)
    if not is_refused(account, _AT_ONCE):
        left = []
        parts = [ids[start : start + MOST_CONTACTS_AT_ONCE] for start in range(0, len(ids), MOST_CONTACTS_AT_ONCE)]
        with closing(at_once(account, action, list(map(_reading_many, parts)), seconds=seconds)) as results:
            for done in results:
                part = parts[done.place]
                if done.error is None:
                    found = done.result or {}
                    yield from ((contact_id, _found(found, contact_id)) for contact_id in part if contact_id in found)
                    left += [contact_id for contact_id in part if contact_id not in found]
                elif has_refused(account, _AT_ONCE, done.error):
                    left += part
                else:
                    yield from ((contact_id, done.error) for contact_id in part)
    if left:
        yield from _one_by_one(account, action, left, seconds)


def _one_by_one(
    account: ClientAccount, action: Action, ids: Sequence[str], seconds: float | None
) -> Generator[Read, None, None]:
    with closing(at_once(account, action, list(map(_reading, ids)), seconds=seconds)) as results:
        for done in results:
            if (told := done.error or done.result) is not None:
                yield ids[done.place], told


def _found(found: Mapping[str, Contact | None], contact_id: str) -> Contact | NotFound:
    return found[contact_id] or NotFound(_AT_ONCE, problem=Problem.CONTACT_NOT_FOUND)


def _reading_many(ids: Sequence[str]) -> Callable[[KlickTipp], Mapping[str, Contact | None]]:
    return lambda api: api.get_contacts(ids)


def _reading(contact_id: str) -> Callable[[KlickTipp], Contact]:
    return lambda api: api.get_contact(contact_id)
