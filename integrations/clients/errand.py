"""What a request knows of the client account it is about: loaded once, passed down as one value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from integrations.audit.actors import Actor
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.clients import lists
from integrations.clients.calls import gateway
from integrations.clients.lists import Listing
from integrations.clients.models import ClientAccount, Credential, ReferenceKind
from integrations.klicktipp import KlickTipp


@dataclass(frozen=True)
class Errand:
    """What a person does for a client: the client account, who acts, and from the first question on the credential that
    signs the calls and the last known lists."""

    account: ClientAccount
    actor: Actor

    @cached_property
    def credential(self) -> Credential | None:
        """The person's own credential for the account, else the shared one; None where there is none."""
        return gateway.credential_for(self.account, self.actor.user_id)

    @cached_property
    def _lists(self) -> dict[str, Listing]:
        return lists.all_last_known(self.account)

    def last_known(self, kind: ReferenceKind) -> Listing:
        """The last good list, however old; an empty one without a time if there is none."""
        return self._lists.get(kind, Listing([], None))

    def load(self, kind: ReferenceKind, sentence: Sentence | None = None) -> Listing:
        """The list as KlickTipp has it now, as `lists.load` gives it; from now on it is the last known one."""
        self._lists[kind] = lists.load(self.account, kind, self.actor, sentence)
        return self._lists[kind]

    def forget_lists(self) -> None:
        """From now on the last known lists are read again: they have been changed."""
        vars(self).pop("_lists", None)

    def named(self, kind: ReferenceKind, ids: Iterable[int | str]) -> list[dict[str, Any]]:
        """Items of a list by ID and name, for the parameters of an action; the name is "" where it is not known."""
        names = self.last_known(kind).names()
        return [{"id": item_id, "name": names.get(str(item_id), "")} for item_id in ids]

    def connect(self, action: Action, *, seconds: float | None = None) -> KlickTipp:
        """A client for the account, as `gateway.connect` makes it. Raises `Obstructed`."""
        if self.credential is None:
            raise gateway.not_connected(self.account, action)
        return gateway.connect_by(self.credential, self.account, action, seconds=seconds)
