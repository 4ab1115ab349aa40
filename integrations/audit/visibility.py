"""Which entries of the log a member may see. The clients room tells which client accounts are the member's."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.models import AuditEntry

_accounts_of: Callable[[Membership], QuerySet[Any]]


def accounts_are_told_by(accounts_of: Callable[[Membership], QuerySet[Any]]) -> None:
    """Called once at start-up with a function from a membership to the client accounts it sees."""
    global _accounts_of
    _accounts_of = accounts_of


def visible_accounts(membership: Membership) -> QuerySet[Any]:
    return _accounts_of(membership)


def visible_entries(membership: Membership) -> QuerySet[AuditEntry]:
    """The whole log of the team for those who may prove it; for others what concerns their clients, and themselves."""
    entries = AuditEntry.objects.filter(team_id=membership.team_id)
    if membership.may(Capability.EXPORT_LOG):
        return entries
    accounts = visible_accounts(membership).values("pk")
    return entries.filter(Q(account_id__in=accounts) | Q(actor_id=membership.user_id))
