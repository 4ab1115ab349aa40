"""Which clients a member sees: all of the team's, or some."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import NotForOwners
from accounts.models import Membership
from accounts.roles import Role
from accounts.services import lock_members
from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.recorder import Scope
from integrations.clients import sentences
from integrations.clients.keys.entitlement import remove_keys_not_entitled_to
from integrations.clients.models import ClientAccess, ClientAccount
from integrations.clients.signals import limit_changed


def set_limit(membership: Membership, accounts: Collection[ClientAccount] | None, actor: Actor) -> None:
    """Let a member see these client accounts of the team alone, or all for None, and log it if that is a change.

    Own keys for clients out of sight are removed. Raises `NotForOwners`.
    """
    with transaction.atomic():
        lock_members(membership.team)
        membership.refresh_from_db()
        before = limit_of(membership)
        give_access(membership, accounts)
        if limit_of(membership) == before:
            return
        person = str(membership.user)
        if accounts is None:
            events.record(sentences.LIMIT_REMOVED, actor, Scope(membership.team_id), person=person)
        else:
            clients = named(accounts)
            events.record(sentences.LIMITED, actor, Scope(membership.team_id), person=person, clients=clients)


def lock(accounts: Collection[ClientAccount], team_id: int) -> QuerySet[ClientAccount]:
    """Those of the client accounts that the team has still; nobody changes them until the transaction ends. Locked they
    are before the log is written, as everywhere: else two changes could wait for each other."""
    ids = [account.pk for account in accounts]
    return ClientAccount.objects.select_for_update().filter(pk__in=ids, team=team_id).order_by("pk")


def give_access(membership: Membership, accounts: Collection[ClientAccount] | None) -> None:
    """As `set_limit`, but the caller holds the transaction and writes the log. Accounts of other teams, and those that
    have been removed meanwhile, are left out."""
    if membership.role == Role.OWNER and accounts is not None:
        raise NotForOwners
    membership.is_limited = accounts is not None
    membership.save(update_fields=["is_limited"])
    membership.client_access.all().delete()
    theirs = lock(accounts or (), membership.team_id)
    ClientAccess.objects.bulk_create(ClientAccess(membership=membership, account=account) for account in theirs)
    remove_keys_not_entitled_to(membership)
    limit_changed.send(Membership, membership=membership)


def limit_of(membership: Membership) -> set[int] | None:
    """The ids of the client accounts that the member is limited to; None for who sees all."""
    return set(membership.client_access.values_list("account_id", flat=True)) if membership.is_limited else None


def named(accounts: Collection[ClientAccount]) -> list[dict[str, object]]:
    """Client accounts as the log keeps them in a sentence."""
    return [{"id": account.pk, "name": account.name} for account in accounts]
