"""What the tools do when something happens in the rooms below."""

from typing import Any

from django.dispatch import receiver

from integrations.audit.actors import Actor
from integrations.clients.models import ClientAccount
from integrations.clients.signals import client_removed
from integrations.listbuilding.keys import remove_all


@receiver(client_removed)
def _client_goes(account: ClientAccount, actor: Actor, **_: Any) -> None:
    remove_all(account, actor)
