"""What can be done with a client account itself; for its keys see the wing `keys`."""

from typing import Any

from django.db import transaction

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.clients import sentences
from integrations.clients.models import ClientAccount
from integrations.clients.signals import client_changed, client_removed


def change_client(account: ClientAccount, name: str, colour: str, country: str, actor: Actor) -> None:
    """Give a client account another name, colour or country. The log goes on showing the name of the time."""
    with transaction.atomic():
        locked = ClientAccount.objects.select_for_update().get(pk=account.pk)
        old_name, old_colour, old_country = locked.name, locked.colour, locked.phone_country
        locked.name, locked.colour, locked.country = name, colour, country
        locked.save(update_fields=["name", "colour", "country"])
        colours: dict[str, Any] = {} if colour == old_colour else {"colour_before": old_colour, "colour_after": colour}
        if name != old_name:
            events.record(sentences.CLIENT_RENAMED, actor, locked.scope, before=old_name, after=name, **colours)
            client_changed.send(ClientAccount, account_id=account.pk)
        elif colours:
            events.record(sentences.CLIENT_RECOLOURED, actor, locked.scope, **colours)
        if country != old_country:
            events.record(sentences.CLIENT_COUNTRY_CHANGED, actor, locked.scope, before=old_country, country=country)


def remove_client(account: ClientAccount, actor: Actor) -> None:
    """Remove a client account with its keys and all that the portal keeps of it, but for the log.

    Nothing is sent to KlickTipp: contacts, tags and keys stay there as they are.
    """
    with transaction.atomic():
        locked = ClientAccount.objects.select_for_update().get(pk=account.pk)
        client_removed.send(ClientAccount, account=locked, actor=actor)
        events.record(sentences.CLIENT_REMOVED, actor, locked.scope)
        locked.delete()
        client_changed.send(ClientAccount, account_id=account.pk)
