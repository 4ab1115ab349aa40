"""What the portal itself knows of a contact: where it came from, and what was done to it here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.models import AuditEntry, Kind
from integrations.audit.presentation import LoggedAction, page_of_actions
from integrations.audit.reading import done_to, lines_of
from integrations.audit.subjects import Subject, search_hashes
from integrations.audit.visibility import visible_entries
from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin

_MOST_ORIGINS = 20
_MOST_ACTIONS = 8


@dataclass(frozen=True)
class History:
    """The latest origins and actions, newest first. `hashes` find all of the contact's entries in the log, and
    `checkable` are the actions of the origins of which a check may tell more."""

    origins: list[Origin]
    checkable: set[UUID]
    actions: list[LoggedAction]
    has_more_actions: bool
    hashes: list[str]


def _still_telling(origins: Iterable[Origin]) -> list[Origin]:
    """Without attempts that nothing has confirmed and that a later, confirmed one made good. Latest first."""
    told, has_confirmed = [], False
    for origin in origins:
        has_confirmed |= origin.is_confirmed
        if origin.is_confirmed or not has_confirmed:
            told.append(origin)
    return told


def history_of(account: ClientAccount, membership: Membership, contact_id: str, subjects: Sequence[Subject]) -> History:
    """What is known of a contact. The log's part is for those who may see the log."""
    hashes = [hashed for subject in subjects for hashed in search_hashes(subject, account.team_id)]
    is_its_origin = Q(contact_id=contact_id) | Q(subject_hash__in=hashes)
    origins = _still_telling(account.origins.filter(is_its_origin).order_by("-created_at")[:_MOST_ORIGINS])
    unsure = [origin.action for origin in origins if not origin.is_confirmed]
    adds = AuditEntry.objects.filter(account_id=account.pk, action__in=unsure, operation="add_or_update_contact")
    checkable = set(adds.values_list("action", flat=True)) if unsure else set()
    if not membership.may(Capability.SEE_LOG):
        return History(origins, checkable, [], False, [])
    visible = visible_entries(membership).filter(account_id=account.pk)
    changes = done_to(visible, account.team_id, subjects).exclude(kind=Kind.READ)
    actions, next_page = page_of_actions(lines_of(changes, account.team_id), visible, size=_MOST_ACTIONS)
    return History(origins, checkable, actions, next_page is not None, hashes)
