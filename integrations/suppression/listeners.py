"""What becomes of a suppression list when its client account is removed."""

from typing import Any

from django.dispatch import receiver

from integrations.clients import removed
from integrations.clients.models import ClientAccount, KeptKind
from integrations.clients.signals import client_removed


@receiver(client_removed)
def _client_goes(account: ClientAccount, **_: Any) -> None:
    found = account.suppressions.order_by("pk")
    removed.keep(
        account,
        KeptKind.SUPPRESSION,
        (
            {
                "contact": str(each),
                "kind": each.kind,
                "hash": each.hash,
                "reason": each.reason,
                "note": each.note,
                "added_by": each.added_by,
                "added_at": removed.in_utc(each.added_at),
            }
            for each in found.iterator(removed.AT_ONCE)
        ),
    )
