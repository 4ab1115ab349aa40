"""The lists that forms offer: a client account's opt-in processes, tags and data fields, with the last good one
as fallback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.audit.actors import Actor
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.clients import sentences
from integrations.clients.calls import gateway
from integrations.clients.calls.refused_operations import asked_or_instead
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.klicktipp import KlickTipp, KlickTippError, OptinProcess

DETAILS_LAST = timedelta(days=1)
DETAILS_SECONDS = 5.0
"""How long loading the opt-in processes may go on asking for the details of further ones."""

_Items = list[dict[str, Any]]
_SMARTTAGS = ReferenceKind.SMARTTAGS

_LOADED = {
    ReferenceKind.TAGS: sentences.TAGS_LOADED,
    ReferenceKind.FIELDS: sentences.FIELDS_LOADED,
    ReferenceKind.OPTIN_PROCESSES: sentences.OPTIN_PROCESSES_LOADED,
}

LISTED: Final = tuple(_LOADED)
"""The kinds of lists that KlickTipp gives."""


@dataclass(frozen=True)
class Listing:
    """Items of a list as dictionaries with `id` and `name`; `error` says why they are not fresh."""

    items: list[dict[str, Any]]
    fetched_at: datetime | None
    error: Exception | None = None

    def names(self) -> dict[str, str]:
        return {str(item["id"]): item["name"] for item in self.items}


def keep(account: ClientAccount, kind: ReferenceKind, items: Iterable[Any]) -> list[dict[str, Any]]:
    """Remember a list that KlickTipp has just given. It tells of an item no more than ID and name, unless it comes as a
    mapping; what was known of it besides is kept. Among tags, those that are known as SmartTags are left out.

    Raises `ClientAccount.DoesNotExist` where the client has been removed meanwhile.
    """
    kept = all_last_known(account)
    known = {item["id"]: item for item in kept[kind].items} if kind in kept else {}
    smart = {item["id"] for item in kept[_SMARTTAGS].items} if kind == ReferenceKind.TAGS and _SMARTTAGS in kept else ()
    rows = []
    for item in items:
        row = item if isinstance(item, Mapping) else {"id": item.id, "name": item.name}
        if row["id"] in smart:
            continue
        rows.append(known.get(row["id"], {}) | {name: value for name, value in row.items() if value is not None})
    with transaction.atomic():
        locked = ClientAccount.objects.select_for_update().get(pk=account.pk)
        locked.snapshots.update_or_create(kind=kind, defaults={"items": rows, "fetched_at": timezone.now()})
    return rows


def remember_new_tag(account: ClientAccount, tag_id: int, name: str) -> None:
    """Add a tag that has just been created to the last known list, if there is one. Its age stays as it was."""

    def added(items: _Items) -> _Items:
        is_known = any(item["id"] == tag_id for item in items)
        return items if is_known else [*items, {"id": tag_id, "name": name}]

    _change(account, ReferenceKind.TAGS, added)


def remember_tag_name(account: ClientAccount, tag_id: int, name: str) -> None:
    """Give a tag of the last known list the name that KlickTipp now has for it."""
    _change(
        account,
        ReferenceKind.TAGS,
        lambda items: [item | {"name": name} if item["id"] == tag_id else item for item in items],
    )


def forget_tag(account: ClientAccount, tag_id: int) -> None:
    """Take a tag that KlickTipp has no more from the last known list."""
    _change(account, ReferenceKind.TAGS, lambda items: [item for item in items if item["id"] != tag_id])


def remember_optin_process(account: ClientAccount, process: OptinProcess) -> dict[str, Any]:
    """Keep what KlickTipp has just told of an opt-in process in the last known list, if it is there; the item."""
    row = _detailed(process)
    _change(
        account,
        ReferenceKind.OPTIN_PROCESSES,
        lambda items: [row if item["id"] == process.id else item for item in items],
    )
    return row


def _change(account: ClientAccount, kind: ReferenceKind, change: Callable[[_Items], _Items]) -> None:
    with transaction.atomic():
        snapshot = account.snapshots.select_for_update().filter(kind=kind).first()
        if snapshot and (items := change(snapshot.items)) != snapshot.items:
            snapshot.items = items
            snapshot.save(update_fields=["items"])


def last_known(account: ClientAccount, kind: ReferenceKind) -> Listing:
    """The last good list, however old; an empty one without a time if there is none."""
    snapshot = account.snapshots.filter(kind=kind).first()
    return Listing(snapshot.items, snapshot.fetched_at) if snapshot else Listing([], None)


def all_last_known(account: ClientAccount) -> dict[str, Listing]:
    """The last good lists by their kinds, as far as there are any."""
    return {snapshot.kind: Listing(snapshot.items, snapshot.fetched_at) for snapshot in account.snapshots.all()}


def load(account: ClientAccount, kind: ReferenceKind, actor: Actor, sentence: Sentence | None = None) -> Listing:
    """The list as KlickTipp has it now, else the last known one with the error that stood in the way.

    The log says that it was loaded for a form, unless another `sentence` says what for.
    """
    try:
        api = gateway.connect(account, Action(sentence or _LOADED[kind], actor))
        match kind:
            case ReferenceKind.TAGS:
                return Listing(keep(account, kind, api.list_tags()), timezone.now())
            case ReferenceKind.FIELDS:
                return Listing(keep(account, kind, _fields(api, account)), timezone.now())
        return Listing(keep(account, kind, _with_details(api, account)), timezone.now())
    except (KlickTippError, Obstructed) as error:
        known = last_known(account, kind)
        return Listing(known.items, known.fetched_at, error)


def _fields(api: KlickTipp, account: ClientAccount) -> list[dict[str, Any]]:
    """The data fields; `type` is in them where KlickTipp tells it."""
    told = asked_or_instead(account, "list_typed_fields", api.list_typed_fields, api.list_fields)
    return [{"id": field.id, "name": field.name, "type": field.type} for field in told]


def _with_details(api: KlickTipp, account: ClientAccount) -> list[dict[str, Any]]:
    """The opt-in processes. Of which it has not been asked lately what they do are asked for it, for a few seconds."""
    yesterday = (timezone.now() - DETAILS_LAST).isoformat()
    known = {
        item["id"]
        for item in last_known(account, ReferenceKind.OPTIN_PROCESSES).items
        if item.get("detailed_at", "") > yesterday
    }
    until = time.monotonic() + DETAILS_SECONDS
    rows = []
    for process in api.list_optin_processes():
        row: dict[str, Any] = {"id": process.id}
        if process.id not in known and time.monotonic() < until:
            try:
                row = _detailed(api.get_optin_process(process.id))
            except KlickTippError:
                until = 0.0
        rows.append(row | {"name": process.name})
    return rows


def _detailed(process: OptinProcess) -> dict[str, Any]:
    return asdict(process) | {"detailed_at": timezone.now().isoformat()}


def optin_name(item: Mapping[str, Any]) -> str:
    """The name of an opt-in process. KlickTipp gives the predefined one none."""
    return item["name"] or _("Predefined double opt-in process")


def optin_label(item: Mapping[str, Any]) -> str:
    """An opt-in process by name, with what it does to a new contact where that is known."""
    name = optin_name(item)
    match item.get("single_optin"):
        case True:
            return _("%(name)s – active at once, no confirmation") % {"name": name}
        case False:
            return _("%(name)s – sends a confirmation email") % {"name": name}
    return name
