"""What becomes of the proofs of consent when their client account is removed."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.dispatch import receiver

from integrations.audit.models import AuditSubject
from integrations.clients import removed
from integrations.clients.models import ClientAccount, KeptKind
from integrations.clients.signals import client_removed
from integrations.contacts.models import Origin


@receiver(client_removed)
def _client_goes(account: ClientAccount, **_: Any) -> None:
    removed.keep(account, KeptKind.ORIGIN, _kept(account))


def _kept(account: ClientAccount) -> Iterator[dict[str, Any]]:
    """The origins of all contacts, with the labels by which the log names these: of themselves they have none."""
    found = account.origins.order_by("pk").iterator(removed.AT_ONCE)
    while some := list(islice(found, removed.AT_ONCE)):
        named = AuditSubject.objects.filter(team_id=account.team_id, hash__in={each.subject_hash for each in some})
        labels = {subject.hash: subject.readable for subject in named.only("hash", "label")}
        yield from (_told(origin, labels.get(origin.subject_hash, "")) for origin in some)


def _told(origin: Origin, contact: str) -> dict[str, Any]:
    return {
        "contact": contact,
        "subject_hash": origin.subject_hash,
        "contact_id": origin.contact_id,
        "basis": origin.basis,
        "source": origin.source,
        "obtained_on": origin.obtained_on.isoformat(),
        "added_by": origin.added_by,
        "created_at": removed.in_utc(origin.created_at),
        "is_confirmed": origin.is_confirmed,
        "action": str(origin.action),
    }
