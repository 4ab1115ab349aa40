"""Looking through the contacts of a client account.

KlickTipp lists IDs only. They are loaded once and kept for the visit, as numbers without a person's data; the contacts
of a page are read when it is opened, and kept nowhere.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.paginator import Page
from django.utils.translation import gettext_noop

from integrations.audit.errors import AlreadyStarted
from integrations.audit.recorder import Action
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.contacts import sentences
from integrations.contacts.browsing.id_lists import IdList, keep_ids, kept_ids
from integrations.contacts.many import read_contacts
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES, Contact
from integrations.tags.services import last_known_name

_PLACES: Final = 3
"""For the lists of a person in a client account."""

WORDS: Final = {
    "": gettext_noop("all"),
    "subscribed": gettext_noop("subscribed"),
    "pending": gettext_noop("opt-in pending"),
    "unsubscribed": gettext_noop("unsubscribed"),
    "nobounce": gettext_noop("not bounced"),
    "softbounce": gettext_noop("soft bounce"),
    "hardbounce": gettext_noop("hard bounce"),
    "spambounce": gettext_noop("spam bounce"),
}
"""What contacts can be filtered by, in KlickTipp's words of them, to be translated."""


@dataclass(frozen=True)
class Selection:
    """Which contacts: those of one of the library's `STATUSES` and of one of its `BOUNCE_STATUSES`, "" is any; and with
    a tag or SmartTag, None is with or without."""

    status: str = ""
    bounce: str = ""
    tag_id: int | None = None


@dataclass(frozen=True)
class Row:
    """A contact of a page, or why it could not be read. `action` has tried it."""

    action: UUID
    id: str
    contact: Contact | None
    error: Exception | None


def load_list(errand: Errand, selection: Selection, page: int, action_id: UUID) -> IdList:
    """Load the list to open this page of it, and keep it for an hour, for this person alone. It may take the place
    of one with other filters. Raises the library's errors and `Obstructed`."""
    api = errand.connect(_action(errand, selection, page, action_id))
    filters = selection.status or STATUSES, selection.bounce or BOUNCE_STATUSES
    found: Iterable[str] = (
        api.list_contacts(*filters)
        if selection.tag_id is None
        else api.list_tagged_contacts(selection.tag_id, *filters)
    )
    which = _which(selection)
    return keep_ids(_place(errand, which), which, IdList.of(map(int, found), action_id, page))


def kept_list(errand: Errand, selection: Selection) -> IdList | None:
    """The list with these filters that this person has loaded last, if that was not more than an hour ago."""
    which = _which(selection)
    return kept_ids(_place(errand, which), which)


def read_rows(errand: Errand, selection: Selection, listed: IdList, page: Page[int]) -> Generator[Row, None, None]:
    """Read the contacts of a page, and give each as it comes. See `read_contacts`.

    The page for which the list was loaded belongs to the same action. Raises `Obstructed` instead of the first row.
    """
    action = _action(errand, selection, page.number, uuid4())
    if page.number == listed.page:
        action = replace(action, id=listed.action, places=itertools.count(2))
    try:
        yield from rows_of(errand.account, action, page)
    except AlreadyStarted:  # the page is opened once more
        yield from rows_of(errand.account, _action(errand, selection, page.number, uuid4()), page)


def rows_of(
    account: ClientAccount, action: Action, ids: Iterable[int], seconds: float | None = None
) -> Generator[Row, None, None]:
    """The contacts as rows, each as it is read; for the rest see `read_contacts`."""
    with closing(read_contacts(account, action, list(map(str, ids)), seconds)) as read:
        for contact_id, told in read:
            contact, error = (told, None) if isinstance(told, Contact) else (None, told)
            yield Row(action.id, contact_id, contact, error)


def _action(errand: Errand, selection: Selection, page: int, action_id: UUID) -> Action:
    which: list[dict[str, Any]] = [{"word": WORDS[choice]} for choice in (selection.status, selection.bounce) if choice]
    if selection.tag_id is not None:
        which.append({"id": selection.tag_id, "name": last_known_name(errand.account, selection.tag_id)})
    parameters = {"which": which or [{"word": WORDS[""]}], "page": page}
    return Action(sentences.CONTACTS_BROWSED, errand.actor, parameters, id=action_id)


def _which(selection: Selection) -> str:
    return f"{selection.status}:{selection.bounce}:{selection.tag_id or ''}"


def _place(errand: Errand, which: str) -> str:
    """Where a person's list with these filters is kept: in one of a few places, as each may have a million IDs."""
    return f"contacts.browsed:{errand.account.pk}:{errand.actor.user_id}:{zlib.crc32(which.encode()) % _PLACES}"
