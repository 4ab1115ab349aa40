"""Listbuilding keys: stored encrypted, renamed and removed. KlickTipp offers no call that would test one without
doing something to a contact."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.clients.encryption import Undecryptable
from integrations.clients.keys import shown
from integrations.clients.models import ClientAccount
from integrations.tools import actions
from integrations.tools.models import ListbuildingKey


class LabelTaken(Exception):
    """Another listbuilding key of the client account has this label."""


class StoredBefore(Exception):
    """The client account has this key already."""

    def __init__(self, key: ListbuildingKey) -> None:
        super().__init__(key)
        self.key = key


def add_key(account: ClientAccount, label: str, secret: str, actor: Actor) -> ListbuildingKey:
    """Store a listbuilding key under a label. Raises `LabelTaken` and `StoredBefore`."""
    with transaction.atomic():
        locked = ClientAccount.objects.select_for_update().get(pk=account.pk)
        for other in locked.listbuilding_keys.all():
            if _has_secret(other, secret):
                raise StoredBefore(other)
        _check_label(locked, label)
        key = ListbuildingKey(account=locked, label=label, stored_by_id=actor.user_id, stored_at=timezone.now())
        key.secret = secret
        key.save()
        events.record(actions.KEY_STORED, actor, locked.scope, key=label, four=shown(key.last_four))
    return key


def rename_key(key: ListbuildingKey, label: str, actor: Actor) -> None:
    """Give a key another label. Raises `LabelTaken`."""
    with transaction.atomic():
        account = ClientAccount.objects.select_for_update().get(pk=key.account_id)
        before = account.listbuilding_keys.get(pk=key.pk).label
        if before == label:
            return
        _check_label(account, label, key)
        account.listbuilding_keys.filter(pk=key.pk).update(label=label)
        events.record(actions.KEY_RENAMED, actor, account.scope, before=before, key=label)


def remove_key(key: ListbuildingKey, actor: Actor) -> None:
    """Forget a key. At KlickTipp it stays valid."""
    with transaction.atomic():
        removed, _ = ListbuildingKey.objects.filter(pk=key.pk).delete()
        if removed:
            events.record(actions.KEY_REMOVED, actor, key.account.scope, key=key.label, four=shown(key.last_four))


def remove_all(account: ClientAccount, actor: Actor) -> None:
    """Forget the listbuilding keys of a client account that goes."""
    for key in account.listbuilding_keys.order_by("pk"):
        remove_key(key, actor)


def _has_secret(key: ListbuildingKey, secret: str) -> bool:
    try:
        return key.secret == secret
    except Undecryptable:
        return False


def _check_label(account: ClientAccount, label: str, key: ListbuildingKey | None = None) -> None:
    others = account.listbuilding_keys.exclude(pk=key.pk) if key else account.listbuilding_keys.all()
    if label.lower() in {other.label.lower() for other in others}:
        raise LabelTaken
