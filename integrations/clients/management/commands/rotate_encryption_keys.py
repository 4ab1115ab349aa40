from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from integrations.clients.encryption import Undecryptable, rotate
from integrations.clients.models import Credential

BATCH = 200


class Command(BaseCommand):
    help = "Encrypts all stored secrets with the newest of ENCRYPTION_KEYS. May be stopped and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = 0, []
        for batch in _batches():
            with transaction.atomic():
                for credential in batch:
                    try:
                        done += _encrypt_anew(credential)
                    except Undecryptable:
                        lost.append(f"{credential.account} ({credential.account.team}): {credential}")
        self.stdout.write(f"Encrypted with the newest key: {done}")
        if lost:
            raise CommandError("\n".join(["None of ENCRYPTION_KEYS decrypts these; store them again:", *lost]))


def _batches() -> Iterator[list[Credential]]:
    """All credentials, also those that are stored while this goes on."""
    last = 0
    while batch := list(Credential.objects.filter(pk__gt=last).select_related("account__team").order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _encrypt_anew(credential: Credential) -> int:
    """1, or 0 where the credential has been removed or changed meanwhile."""
    before = credential.encrypted_secret
    unchanged = Credential.objects.filter(pk=credential.pk, encrypted_secret=before)
    done = unchanged.update(encrypted_secret=rotate(before))
    _encrypt_session_anew(credential)
    return done


def _encrypt_session_anew(credential: Credential) -> None:
    """A session that none of the keys decrypts is no loss: the next call signs in."""
    before = credential.encrypted_session
    if not before:
        return
    try:
        after = rotate(before)
    except Undecryptable:
        after = ""
    Credential.objects.filter(pk=credential.pk, encrypted_session=before).update(encrypted_session=after)
