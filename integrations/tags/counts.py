"""How many contacts had a tag when they were last counted: counting takes a call, so the last number is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import caches
from django.utils import timezone

from integrations.clients.models import ClientAccount

_KEPT: Final = timedelta(days=90)


@dataclass(frozen=True)
class Counted:
    contacts: int
    at: datetime


def keep_count(account: ClientAccount, tag_id: int, contacts: int) -> None:
    caches["lists"].set(_key(account, tag_id), [contacts, timezone.now().isoformat()], _KEPT.total_seconds())


def last_counts(account: ClientAccount, tag_ids: Iterable[int]) -> dict[int, Counted]:
    """By the IDs of those tags that have been counted lately."""
    keys = {_key(account, tag_id): tag_id for tag_id in tag_ids}
    found = caches["lists"].get_many(list(keys))
    return {keys[key]: Counted(number, datetime.fromisoformat(at)) for key, (number, at) in found.items()}


def _key(account: ClientAccount, tag_id: int) -> str:
    return f"tag-count:{account.pk}:{tag_id}"
