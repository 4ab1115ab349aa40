"""When keys go by themselves: with the client account, or with the right of a person to one of their own."""

from typing import Any

from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.models import Membership
from accounts.signals import membership_changed
from integrations.audit import events
from integrations.audit.actors import SYSTEM, Actor
from integrations.clients import sentences
from integrations.clients.keys.services import sentence_of_key
from integrations.clients.models import ClientAccount, Credential, CredentialQuerySet
from integrations.clients.signals import client_changed, client_removed


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


@receiver(client_removed)
def _client_goes(account: ClientAccount, actor: Actor, **_: Any) -> None:
    """Forget the shared key and everybody's own."""
    for credential in account.credentials.select_related("user").order_by("pk"):
        sentence, parameters = sentence_of_key(
            sentences.OWN_KEY_LOST if credential.user else sentences.KEY_REMOVED, credential
        )
        if credential.user:
            parameters["person"] = str(credential.user)
        credential.delete()
        events.record(sentence, actor, account.scope, **parameters)


def _own_keys(membership: Membership) -> CredentialQuerySet:
    return Credential.objects.filter(user=membership.user_id, account__team=membership.team_id)


def _remove(credentials: CredentialQuerySet) -> None:
    """Remove each with an event in the log; what somebody else has removed meanwhile is theirs to log."""
    for credential in credentials.select_related("account", "user"):
        with transaction.atomic():
            removed, _ = Credential.objects.filter(pk=credential.pk).delete()
            if removed:
                sentence, parameters = sentence_of_key(sentences.OWN_KEY_LOST, credential)
                events.record(sentence, SYSTEM, credential.account.scope, person=str(credential.user), **parameters)
                client_changed.send(ClientAccount, account_id=credential.account_id)
