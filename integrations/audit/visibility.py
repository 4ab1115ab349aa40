"""Which entries of the log a member may see. The clients room tells which client accounts are the member's."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.models import AuditEntry, LogLine, SubjectLink

_accounts_of: Callable[[Membership], QuerySet[Any]]


def accounts_are_told_by(accounts_of: Callable[[Membership], QuerySet[Any]]) -> None:
    """Called once at start-up with a function from a membership to the client accounts it sees. Of these the log's
    pages use name, slug and `phone_country`."""
    global _accounts_of
    _accounts_of = accounts_of


def visible_accounts(membership: Membership) -> QuerySet[Any]:
    return _accounts_of(membership)


def sees_whole_log(membership: Membership) -> bool:
    """Whether the member sees all entries of the team, also of client accounts that are gone, and of none."""
    return not membership.is_limited and membership.may(Capability.SEE_WHOLE_LOG)


def visible_entries(membership: Membership) -> QuerySet[AuditEntry]:
    """The whole log of the team for those who may prove it; for others what concerns their clients, and themselves.

    Who is limited to some clients sees nothing of the others, nor of the team, whatever the role: only what concerns
    those clients, and of what concerns no client what they did themselves.
    """
    return AuditEntry.objects.filter(visible_to(membership), team_id=membership.team_id)


def visible_lines(membership: Membership) -> QuerySet[LogLine]:
    """The lines of the actions of which the member may see entries."""
    return LogLine.objects.filter(visible_to(membership), team_id=membership.team_id)


def visible_links(membership: Membership) -> QuerySet[SubjectLink]:
    """What tells under which names contacts of the clients are known whose entries the member may see."""
    links = SubjectLink.objects.filter(team_id=membership.team_id)
    if sees_whole_log(membership):
        return links
    return links.filter(account_id__in=visible_accounts(membership).values("pk"))


def visible_to(membership: Membership) -> Q:
    """What entries and lines of the member's team have to be; empty for who sees all."""
    if sees_whole_log(membership):
        return Q()
    theirs = Q(actor_id=membership.user_id)
    if membership.is_limited:
        theirs &= Q(account_id=None)
    return Q(account_id__in=visible_accounts(membership).values("pk")) | theirs


def visible_people(membership: Membership) -> QuerySet[Membership]:
    """The members of the team; for who is limited those alone that their part of the log names as actors."""
    members = membership.team.memberships.all()
    if membership.is_limited:
        members = members.filter(user_id__in=visible_entries(membership).values("actor_id"))
    return members
