"""Listbuilding keys: stored encrypted, renamed and removed. KlickTipp offers no call that would test one without
doing something to a contact."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.clients.errand import Errand
from integrations.clients.keys.services import last_four_or_dots
from integrations.clients.models import ClientAccount
from integrations.listbuilding import sentences
from integrations.listbuilding.errors import LabelTaken, StoredBefore
from integrations.listbuilding.models import ListbuildingKey
from ktportal.encryption import Undecryptable


def add_key(errand: Errand, label: str, secret: str) -> ListbuildingKey:
    """Store a listbuilding key under a label. Raises `LabelTaken` and `StoredBefore`."""
    account, actor = errand.account, errand.actor
    try:
        with transaction.atomic():
            _check_unused(account, secret)
            _check_label(account, label)
            key = ListbuildingKey(account=account, label=label, stored_by_id=actor.user_id, stored_at=timezone.now())
            key.secret = secret
            key.save()
            events.record(
                sentences.KEY_STORED,
                actor,
                account.scope,
                key=label,
                four=last_four_or_dots(key.last_four),
            )
    except StoredBefore as error:
        if error.key.account_id != account.pk:
            four = last_four_or_dots(error.key.last_four)
            events.record(sentences.KEY_REFUSED, actor, account.scope, key=label, four=four)
        raise
    return key


def rename_key(key: ListbuildingKey, label: str, actor: Actor) -> None:
    """Give a key another label. Raises `LabelTaken`, and `DoesNotExist` for a key that has been removed meanwhile."""
    with transaction.atomic():
        account = ClientAccount.objects.select_for_update().get(pk=key.account_id)
        before = account.listbuilding_keys.get(pk=key.pk).label
        if before == label:
            return
        _check_label(account, label, key)
        account.listbuilding_keys.filter(pk=key.pk).update(label=label)
        events.record(sentences.KEY_RENAMED, actor, account.scope, before=before, key=label)


def remove_key(key: ListbuildingKey, actor: Actor) -> None:
    """Forget a key. At KlickTipp it stays valid."""
    with transaction.atomic():
        removed, _ = ListbuildingKey.objects.filter(pk=key.pk).delete()
        if removed:
            events.record(
                sentences.KEY_REMOVED, actor, key.account.scope, key=key.label, four=last_four_or_dots(key.last_four)
            )


def remove_all(account: ClientAccount, actor: Actor) -> None:
    """Forget the listbuilding keys of a client account that goes."""
    for key in account.listbuilding_keys.order_by("pk"):
        remove_key(key, actor)


def _check_unused(account: ClientAccount, secret: str) -> None:
    """Refuse what a client account of the team has already: the key says itself whose contacts it is for. All of them
    are locked, as the database cannot compare what is encrypted."""
    team = ClientAccount.objects.select_for_update().filter(team=account.team_id).order_by("pk")
    if account not in team:
        raise ClientAccount.DoesNotExist
    stored = ListbuildingKey.objects.filter(account__team=account.team_id).select_related("account")
    own_first = sorted(stored, key=lambda key: key.account_id != account.pk)
    if same := next((key for key in own_first if _has_secret(key, secret)), None):
        raise StoredBefore(same)


def _has_secret(key: ListbuildingKey, secret: str) -> bool:
    try:
        return key.secret == secret
    except Undecryptable:
        return False


def _check_label(account: ClientAccount, label: str, key: ListbuildingKey | None = None) -> None:
    others = account.listbuilding_keys.exclude(pk=key.pk) if key else account.listbuilding_keys.all()
    if label.lower() in {other.label.lower() for other in others}:
        raise LabelTaken
