from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from accounts.mfa import PURPOSE
from accounts.sealed_factors import encrypted_anew
from integrations.clients.models import Credential
from ktportal.encryption import Undecryptable, rotate

BATCH = 200
_ENCRYPTED = "encrypted_secret"
_OF_SECOND_FACTOR = ("secret", "seed")
_LABELS = dict(Authenticator.Type.choices)


class Command(BaseCommand):
    help = "Encrypts all stored secrets with the newest of ENCRYPTION_KEYS. May be stopped and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = 0, []
        for batch in (batch for model in _models_with_secrets() for batch in _batches(model)):
            with transaction.atomic():
                for row in batch:
                    try:
                        done += _encrypt_anew(row)
                    except Undecryptable:
                        lost.append(f"{_whose(row)}: {row}")
        done += _encrypt_second_factors_anew(lost)
        self.stdout.write(f"Encrypted with the newest key: {done}")
        if lost:
            raise CommandError("\n".join(["None of ENCRYPTION_KEYS decrypts these; store them again:", *lost]))


def _models_with_secrets() -> list[type[models.Model]]:
    """Every model of any room that keeps a secret of a client account, or of a team, in a column `encrypted_secret`."""
    return [model for model in apps.get_models() if any(field.name == _ENCRYPTED for field in model._meta.fields)]


def _batches(model: type[models.Model]) -> Iterator[list[Any]]:
    """All rows, also those that are stored while this goes on."""
    last = 0
    rows = model._default_manager.select_related().exclude(encrypted_secret="").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _whose(row: Any) -> str:
    return f"{row.account} ({row.account.team})" if hasattr(row, "account") else str(row.team)


def _encrypt_anew(row: Any) -> int:
    """1, or 0 where the secret has been removed or changed meanwhile."""
    before = row.encrypted_secret
    unchanged = type(row)._default_manager.filter(pk=row.pk, encrypted_secret=before)
    done = unchanged.update(encrypted_secret=rotate(before, row.purpose))
    if isinstance(row, Credential):
        _encrypt_session_anew(row)
    return done


def _encrypt_second_factors_anew(lost: list[str]) -> int:
    """The secrets of apps and recovery codes of people, and the seals of all their factors."""
    done = 0
    factors = Authenticator.objects.order_by("pk").values_list("pk", "user_id", "user__email", "type", "data")
    for pk, user_id, email, kind, before in factors.iterator():
        try:
            data = encrypted_anew(user_id, kind, before, _OF_SECOND_FACTOR, PURPOSE)
        except Undecryptable:
            lost.append(f"{email}: {_LABELS.get(kind, kind)}")
            continue
        done += Authenticator.objects.filter(pk=pk, data=before).update(data=data)
    return done


def _encrypt_session_anew(credential: Credential) -> None:
    """A session that none of the keys decrypts is no loss: the next call signs in."""
    before = credential.encrypted_session
    if not before:
        return
    try:
        after = rotate(before, credential.purpose_of_session)
    except Undecryptable:
        after = ""
    Credential.objects.filter(pk=credential.pk, encrypted_session=before).update(encrypted_session=after)
