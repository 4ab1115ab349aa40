"""SmartTags: KlickTipp lists none of them, so the portal learns them from the contacts that have them, and asks for the
name of each once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from integrations.audit.recorder import Action
from integrations.clients.calls.gateway import at_once
from integrations.clients.errand import Errand
from integrations.clients.errors import Obstructed
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from integrations.klicktipp import KlickTipp, NotFound, Tag
from integrations.tags.sentences import SMARTTAGS_NAMED

_KIND: Final = ReferenceKind.SMARTTAGS

MOST_KNOWN: Final = 5_000
"""How many are remembered of a client, the latest ones."""
MOST_NAMED: Final = 50
"""How many are named for one page."""
TRIED_AGAIN_AFTER: Final = timedelta(days=1)


def learn(errand: Errand, seen: Collection[int]) -> None:
    """Remember the IDs of SmartTags that a contact has."""
    known = known_ids(errand)
    if new := [{"id": tag_id, "name": ""} for tag_id in seen if tag_id not in known]:
        _remember(errand, new)


def known_ids(errand: Errand) -> set[int]:
    return {item["id"] for item in errand.last_known(_KIND).items}


def named(errand: Errand) -> list[dict[str, Any]]:
    """The SmartTags whose names are known, as items of a list of tags."""
    return [item | {"is_smart": True} for item in errand.last_known(_KIND).items if item["name"]]


def with_smarttags(errand: Errand) -> dict[str, str]:
    """The names of all tags that are known, SmartTags among them, by their IDs as text."""
    names = errand.last_known(ReferenceKind.TAGS).names() | errand.last_known(_KIND).names()
    return {tag_id: name for tag_id, name in names.items() if name}


def unnamed(errand: Errand, ids: Iterable[int]) -> list[int]:
    """Those of these tags whose name is not known and may be asked for: not within a day after it was in vain."""
    known = with_smarttags(errand)
    lately = (timezone.now() - TRIED_AGAIN_AFTER).isoformat()
    in_vain = {
        item["id"] for item in errand.last_known(_KIND).items if not item["name"] and item.get("tried_at", "") > lately
    }
    return [tag_id for tag_id in ids if not known.get(str(tag_id)) and tag_id not in in_vain]


def name(errand: Errand, ids: Collection[int]) -> Exception | None:
    """Ask for the names of tags that no list has, each by a call of its own, and remember what came of it. Returns what
    kept some of them from being asked for, if anything did."""
    action = Action(SMARTTAGS_NAMED, errand.actor)
    asked, found, obstacle = list(ids)[:MOST_NAMED], [], None
    now = timezone.now()
    try:
        with closing(at_once(errand.account, action, [_asking(tag_id) for tag_id in asked])) as results:
            for done in results:
                found += _learnt(asked[done.place], done.result, done.error, now)
                if done.error and not isinstance(done.error, NotFound):
                    obstacle = done.error
    except Obstructed as error:
        obstacle = error
    if found:
        _remember(errand, found)
    return obstacle


def _asking(tag_id: int) -> Callable[[KlickTipp], Tag]:
    return lambda api: api.get_tag(tag_id)


def _learnt(tag_id: int, tag: Tag | None, error: Exception | None, now: datetime) -> list[dict[str, Any]]:
    """What is known of a tag after it was asked for: its name, or when that was in vain."""
    if tag:
        return [{"id": tag_id, "name": tag.name, "tried_at": now.isoformat()}]
    return [] if isinstance(error, Obstructed) else [{"id": tag_id, "name": "", "tried_at": now.isoformat()}]


def _remember(errand: Errand, told: Iterable[dict[str, Any]]) -> None:
    """Add to what is known of SmartTags, and take them out of the list of the tags that people set."""
    news = {item["id"]: item for item in told}
    with transaction.atomic():
        account = ClientAccount.objects.select_for_update().get(pk=errand.account.pk)
        kept = {each.kind: each for each in account.snapshots.filter(kind__in=(ReferenceKind.TAGS, _KIND))}
        smart = kept.get(_KIND) or ReferenceSnapshot(account=account, kind=_KIND)
        listed = kept.get(ReferenceKind.TAGS)
        names = {item["id"]: item["name"] for item in listed.items} if listed else {}
        known = {item["id"]: item for item in smart.items}
        for tag_id, item in news.items():
            before = known.get(tag_id, {})
            known[tag_id] = before | item | {"name": item["name"] or before.get("name") or names.get(tag_id, "")}
        smart.items, smart.fetched_at = list(known.values())[-MOST_KNOWN:], timezone.now()
        smart.save()
        if listed and not names.keys().isdisjoint(news):
            listed.items = [item for item in listed.items if item["id"] not in news]
            listed.save(update_fields=["items"])
    errand.forget_lists()
