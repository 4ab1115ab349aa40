"""Where KlickTipp does not tell the types of a new client's data fields, there are guesses before anybody asks."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.dispatch import receiver
from django_tasks import task

from integrations.audit.actors import SYSTEM
from integrations.clients.errand import Errand
from integrations.clients.explain import EXPLAINED
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.signals import client_connected
from integrations.contacts.fields.types import data_fields, learn_from_contacts
from integrations.contacts.sentences import FIELDS_LISTED


@receiver(client_connected)
def guess_later(account: ClientAccount, **_: Any) -> None:
    guess_types.enqueue(account.pk)


@task()
def guess_types(account_id: int) -> None:
    """Load the data fields of a client account; look at its newest contacts where the type of one is not known."""
    account = ClientAccount.objects.filter(pk=account_id).first()
    if account is None:
        return
    errand = Errand(account, SYSTEM)
    listing = errand.load(ReferenceKind.FIELDS, FIELDS_LISTED)
    if listing.error or all(field.type for field in data_fields(account, listing.items)):
        return
    try:
        learn_from_contacts(errand, uuid4())
    except EXPLAINED:
        return  # the log tells why, and the page of the data fields offers to look again
