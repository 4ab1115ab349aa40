"""How a call with a listbuilding key is made: what the log says of it, and a client for it."""

from typing import Any
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.audit.subjects import Subject
from integrations.clients.calls import gateway
from integrations.klicktipp import KlickTipp
from integrations.listbuilding.models import ListbuildingKey
from integrations.messages import Obstacle
from ktportal.encryption import Undecryptable


def action_of(
    key: ListbuildingKey, sentence: Sentence, contact: Subject, actor: Actor, action_id: UUID, **named: Any
) -> Action:
    """What is done to a contact with a key, with what else the sentence names."""
    parameters = {"contact": contact.label, "key": key.label, **named}
    return Action(sentence, actor, parameters, subjects=(contact,), id=action_id)


def connect(key: ListbuildingKey, action: Action, *, seconds: float | None = None) -> tuple[KlickTipp, str]:
    """A client, and the secret that each call has to name. Raises `Obstructed`."""
    try:
        secret = key.secret
    except Undecryptable:
        raise gateway.not_connected(key.account, action, Obstacle.LISTBUILDING_KEY_UNDECRYPTABLE) from None
    return gateway.connect_listbuilding(secret, key.account, action, seconds=seconds), secret
