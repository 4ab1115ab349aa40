"""Looking through the contacts of a client account.

KlickTipp lists IDs only. They are loaded once and kept for the visit, as numbers without a person's data; the contacts
of a page are read when it is opened, and kept nowhere.
"""

from __future__ import annotations

import itertools
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.cache import caches
from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_noop

from integrations.audit.errors import AlreadyStarted
from integrations.audit.recorder import Action
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from integrations.contacts import sentences
from integrations.contacts.many import read_contacts
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES, Contact
from integrations.tags.services import last_known_name

PAGE_SIZE: Final = 25
KEPT_FOR: Final = 3600
"""Seconds."""
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
class IdList:
    """The IDs of contacts, newest first, as KlickTipp had them at `loaded_at`.

    `handle` names the list in links. `action` has loaded it for this `page` and is still to read the contacts there.
    """

    handle: str
    loaded_at: datetime
    action: UUID
    page: int
    ids: array[int]

    def open(self, number: int | str | None) -> Page[int]:
        """The page of this number; the nearest one where there is none."""
        return Paginator(self.ids, PAGE_SIZE).get_page(number)


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
    ids = array("q", sorted(map(int, found), reverse=True))
    loaded = IdList(get_random_string(12), timezone.now(), action_id, page, ids)
    compressed = b64encode(zlib.compress(ids.tobytes(), 1)).decode()
    which = _which(selection)
    packed = (which, loaded.handle, loaded.loaded_at.isoformat(), str(loaded.action), loaded.page, compressed)
    caches["lists"].set(_place(errand, which), packed, KEPT_FOR)
    return loaded


def kept_list(errand: Errand, selection: Selection) -> IdList | None:
    """The list with these filters that this person has loaded last, if that was not more than an hour ago."""
    which = _which(selection)
    packed = caches["lists"].get(_place(errand, which))
    if packed is None or packed[0] != which:
        return None
    _which_kept, handle, loaded_at, action, page, compressed = packed
    ids = array("q", zlib.decompress(b64decode(compressed)))
    return IdList(handle, datetime.fromisoformat(loaded_at), UUID(action), page, ids)


def read_rows(errand: Errand, selection: Selection, listed: IdList, page: Page[int]) -> Generator[Row, None, None]:
    """Read the contacts of a page, and give each as it comes. See `read_contacts`.

    The page for which the list was loaded belongs to the same action. Raises `Obstructed` instead of the first row.
    """
    action = _action(errand, selection, page.number, uuid4())
    if page.number == listed.page:
        action = replace(action, id=listed.action, places=itertools.count(2))
    try:
        yield from _read(errand.account, list(page), action)
    except AlreadyStarted:  # the page is opened once more
        yield from _read(errand.account, list(page), _action(errand, selection, page.number, uuid4()))


def _read(account: ClientAccount, ids: list[int], action: Action) -> Generator[Row, None, None]:
    with closing(read_contacts(account, action, list(map(str, ids)))) as read:
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
