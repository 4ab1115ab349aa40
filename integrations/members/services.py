"""What may be done with the members of a team, and by whom. Everything is checked again once nobody else can change it.

All functions raise `NotAllowed`, and `Membership.DoesNotExist` for who is no member any more.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from accounts.services import lock_members, remove_member, set_end, set_role
from integrations.audit.actors import Actor
from integrations.clients.member_access import lock, set_limit
from integrations.clients.models import ClientAccount
from integrations.members.access_review.history import together
from integrations.members.errors import NotAllowed


def change(
    member: Membership,
    role: Role,
    accounts: Collection[ClientAccount] | None,
    last_day: date | None,
    by: Membership,
    actor: Actor,
) -> None:
    """Give a member this role, let them see these clients alone, or all for None, and let the membership end with this
    day, or never: all of it or nothing. What stays as it is leaves no word in the log. An owner has neither limit nor
    last day. Raises `LastOwner`."""
    ends_at = end_of(last_day) if last_day else None
    with managing(by, role) as manager, together():
        _may_change(manager, member)
        list(lock(accounts or (), member.team_id))
        if member.has_ended:
            set_end(member, ends_at, by=by.user)
        set_role(member.team, member.user, role, by=by.user)
        if role != Role.OWNER:
            set_limit(member, accounts, actor)
            set_end(member, ends_at, by=by.user)


def remove(member: Membership, by: Membership) -> None:
    """Remove a member at once; their own keys go too. Raises `LastOwner`."""
    with managing(by) as manager:
        _may_change(manager, member)
        remove_member(member, by=by.user)


@contextmanager
def managing(by: Membership, role: str = Role.VIEWER) -> Iterator[Membership]:
    """A transaction in which nobody else changes the team's members, with the membership of who manages them as it is
    then; they may give this role."""
    with transaction.atomic():
        lock_members(by.team)
        manager = Membership.objects.current().filter(pk=by.pk).first()
        if manager is None or not manager.may_give(role):
            raise NotAllowed
        yield manager


def _may_change(manager: Membership, member: Membership) -> None:
    member.refresh_from_db()
    if not manager.may_give(member.role):
        raise NotAllowed


def end_of(day: date) -> datetime:
    """The midnight with which a last day ends."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
