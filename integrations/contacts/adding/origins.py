"""Where a contact comes from, kept while it is being added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.recorder import AlreadyStarted
from integrations.audit.subjects import Subject, hash_subject, newest_key_version
from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin
from integrations.klicktipp import Happened, KlickTippError
from integrations.operations import ADDING_OPERATIONS


@dataclass(frozen=True)
class Provenance:
    """Where a contact comes from: the legal basis, the source in words, and since when."""

    basis: str
    source: str
    obtained_on: date


@contextmanager
def origin_kept(
    account: ClientAccount, subject: Subject, provenance: Provenance, actor: Actor, action_id: UUID
) -> Iterator[Origin]:
    """Stores where the contact comes from, before anything is sent for it, and confirms it in the end, with the
    `contact_id` that it was given inside. An error there takes it back, or leaves it unconfirmed if the contact may
    have been added all the same. A second submit of the same form raises `AlreadyStarted`."""
    origin, is_new = Origin.objects.get_or_create(
        action=action_id,
        defaults={
            "account": account,
            "subject_hash": hash_subject(subject, account.team_id, newest_key_version()),
            "basis": provenance.basis,
            "source": provenance.source,
            "obtained_on": provenance.obtained_on,
            "added_by": actor.label,
        },
    )
    if not is_new:
        raise AlreadyStarted(action_id)
    try:
        yield origin
    except Exception as error:
        if not _may_have_added(error):
            origin.delete()
        raise
    Origin.objects.filter(pk=origin.pk).update(is_confirmed=True, contact_id=origin.contact_id)


def _may_have_added(error: Exception) -> bool:
    return isinstance(error, KlickTippError) and error.operation in ADDING_OPERATIONS and error.happened != Happened.NO
