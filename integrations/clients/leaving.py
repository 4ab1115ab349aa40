"""Whoever may no longer work for a team loses the customer keys of their own for its client accounts."""

from typing import Any

from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.models import Membership
from accounts.signals import membership_changed
from integrations.audit import events
from integrations.audit.actors import SYSTEM
from integrations.clients import actions
from integrations.clients.keys import told
from integrations.clients.models import Credential, CredentialQuerySet


def remove_keys_of_former_members() -> None:
    """For the clock: memberships end by themselves, and a key may have been stored while its owner was removed."""
    _remove(Credential.objects.of_nobody_entitled())


def remove_keys_not_entitled_to(membership: Membership) -> None:
    """After a change of a membership: remove the keys that its holder may not have any more."""
    _remove(_own_keys(membership).of_nobody_entitled())


@receiver(membership_changed)
def _has_another_role(membership: Membership, **_: Any) -> None:
    remove_keys_not_entitled_to(membership)


@receiver(pre_delete, sender=Membership)
def _leaves(instance: Membership, **_: Any) -> None:
    _remove(_own_keys(instance))


def _own_keys(membership: Membership) -> CredentialQuerySet:
    return Credential.objects.filter(user=membership.user_id, account__team=membership.team_id)


def _remove(credentials: CredentialQuerySet) -> None:
    """Remove each with an event in the log; what somebody else has removed meanwhile is theirs to log."""
    for credential in credentials.select_related("account", "user"):
        with transaction.atomic():
            removed, _ = Credential.objects.filter(pk=credential.pk).delete()
            if removed:
                sentence, parameters = told(actions.OWN_KEY_LOST, credential)
                events.record(sentence, SYSTEM, credential.account.scope, person=str(credential.user), **parameters)
