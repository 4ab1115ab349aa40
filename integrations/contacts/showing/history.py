"""What the portal itself knows of a contact: where it came from, and what was done to it here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.alike import tell_of_one
from integrations.audit.grouping import newest_lines, with_entries
from integrations.audit.links import Name, links_of, names_of
from integrations.audit.models import AuditEntry, Kind, SubjectKind
from integrations.audit.presentation import LoggedAction
from integrations.audit.reading import done_to, lines_of
from integrations.audit.subjects import Subject, search_hashes
from integrations.audit.visibility import visible_entries
from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin

_MOST_ORIGINS = 20
_MOST_ACTIONS = 8


@dataclass(frozen=True)
class History:
    """The latest origins, and actions with those entries that are about the contact, newest first. `hashes` find all of
    its entries in the log, and `checkable` are the actions of the origins of which a check may tell more. `has_marks`:
    addresses that read alike are told apart."""

    origins: list[Origin]
    checkable: set[UUID]
    actions: list[LoggedAction]
    has_more_actions: bool
    hashes: list[str]
    has_marks: bool = False


def _still_telling(origins: Iterable[Origin]) -> list[Origin]:
    """Without attempts that nothing has confirmed and that a later, confirmed one made good. Latest first."""
    told, has_confirmed = [], False
    for origin in origins:
        has_confirmed |= origin.is_confirmed
        if origin.is_confirmed or not has_confirmed:
            told.append(origin)
    return told


def history_of(
    account: ClientAccount, membership: Membership, contact_id: str, addresses: Sequence[Subject]
) -> History:
    """What is known of a contact that has these addresses now, also under those that it had. The log's part is for
    those who may see the log."""
    by_id = search_hashes(Subject(SubjectKind.CONTACT, contact_id), account.team_id)
    names = _names(account, by_id, addresses)
    origins = _still_telling(_origins(account, contact_id, names).order_by("-created_at")[:_MOST_ORIGINS])
    unsure = [origin.action for origin in origins if not origin.is_confirmed]
    adds = AuditEntry.objects.filter(account_id=account.pk, action__in=unsure, operation="add_or_update_contact")
    checkable = set(adds.values_list("action", flat=True)) if unsure else set()
    if not membership.may(Capability.SEE_LOG):
        return History(origins, checkable, [], False, [])
    entries = done_to(visible_entries(membership).filter(account_id=account.pk), account.team_id, names)
    changes = lines_of(entries.exclude(kind=Kind.READ), account.team_id)
    lines, has_more = newest_lines(changes, _MOST_ACTIONS)
    actions = with_entries([line.action for line in lines], entries)
    has_marks = tell_of_one(actions, [name.hash for name in names])
    return History(origins, checkable, actions, has_more, by_id, has_marks)


def _names(account: ClientAccount, by_id: list[str], addresses: Iterable[Subject]) -> list[Name]:
    """The ID, the addresses of now in all forms in which the log may have them, and what the log knows beside."""
    names = names_of(links_of(account.team_id, account.pk), by_id)
    known = {name.hash for name in names}
    told = [(SubjectKind.CONTACT, hashed) for hashed in by_id]
    told += [(subject.kind, hashed) for subject in addresses for hashed in search_hashes(subject, account.team_id)]
    return [*names, *(Name(kind, hashed) for kind, hashed in told if hashed not in known)]


def _origins(account: ClientAccount, contact_id: str, names: Sequence[Name]) -> QuerySet[Origin]:
    """Those of the contact: an address that was also somebody else's does not say whose an origin is that has an ID."""
    theirs = Q(subject_hash__in=[name.hash for name in names if name.is_always_theirs])
    shared = Q(subject_hash__in=[name.hash for name in names], contact_id="")
    return account.origins.filter(Q(contact_id=contact_id) | theirs | shared)
