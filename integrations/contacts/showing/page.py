"""The page of a contact: opened by itself, and shown anew after each change."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import render

from integrations.clients.access import AccountRequest
from integrations.clients.models import ReferenceKind
from integrations.contacts.fields.types import types_of
from integrations.contacts.showing.contact import ShownContact
from integrations.contacts.showing.history import history_of
from integrations.contacts.showing.recent import forget, remember
from integrations.contacts.subjects import addresses_of
from integrations.klicktipp import Contact
from integrations.suppression.services import suppressions_among
from integrations.tags import smarttags

_LONGEST_ID = 19


def as_contact_id(contact_id: int) -> str:
    """The ID in a URL as KlickTipp writes it; none is zero or longer than what KlickTipp counts with."""
    wanted = str(contact_id)
    if contact_id == 0 or len(wanted) > _LONGEST_ID:
        raise Http404
    return wanted


def contact_page(request: AccountRequest, found: Contact, at: str = "", notes: Sequence[str] = ()) -> HttpResponse:
    """Everything that KlickTipp and the portal know of a contact; the focus goes to the section `at`, if any. `notes`
    stand at its data fields."""
    remember(request.session, request.account, found)
    listings = {kind: request.errand.last_known(kind) for kind in ReferenceKind}
    shown = ShownContact(found, listings, types_of(request.account, listings[ReferenceKind.FIELDS]))
    context = {
        "contact_id": found.id,
        "contact": shown,
        "unnamed_tags": smarttags.unnamed(request.errand, shown.tag_ids),
        "known": history_of(request.account, request.membership, found.id, addresses_of(found)),
        "suppressions": list(suppressions_among(request.account, addresses_of(found)).values()),
        "action": uuid4(),
        "at": at,
        "notes": notes,
    }
    return render(request, "contacts/showing/contact.html", context)


def gone_page(request: AccountRequest, contact_id: str) -> HttpResponse:
    """A contact that KlickTipp has no more, or never had."""
    forget(request.session, request.account, contact_id)
    known = history_of(request.account, request.membership, contact_id, [])
    return render(request, "contacts/showing/gone.html", {"contact_id": contact_id, "known": known}, status=404)
