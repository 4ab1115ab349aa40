"""Tested logins that wait until a person has said that they open the right KlickTipp account.

They wait in that person's session on the server, encrypted as a whole, for an hour at most; signing out ends the
session and them. For each place where a login can be stored one waits: the newest.
"""

from __future__ import annotations

import json
import time
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid4

from integrations.clients.identity import Identity
from integrations.clients.keys.services import TestedLogin
from integrations.clients.logins import CredentialKind, Login
from integrations.clients.models import ClientAccount
from integrations.klicktipp import OptinProcess
from ktportal.encryption import Undecryptable, decrypt, encrypt

LASTS = 60 * 60
"""Seconds for which a proposal waits."""

_SESSION_KEY = "proposals"

Session = MutableMapping[str, Any]


@dataclass(frozen=True)
class Proposal:
    """A login that KlickTipp has accepted. `id` is the token against storing it twice.

    name, colour: of the client account that is to be made for it; "" for one that is there already
    is_named_by_account: whether that name follows from the login
    is_granted: whether KlickTipp's grant page has sent the login, rather than the person typed it
    """

    tested: TestedLogin
    name: str = ""
    colour: str = ""
    is_named_by_account: bool = False
    is_granted: bool = False
    id: UUID = field(default_factory=uuid4)


def place_of(team_id: int, account: ClientAccount | None = None, user_id: int | None = None) -> str:
    """Where a login is to be stored: for an account, shared or as that user's own, or for a new client of the team."""
    return f"{team_id}/{account.pk}/{user_id or 'shared'}" if account else f"{team_id}/new"


def keep(session: Session, place: str, proposal: Proposal) -> None:
    """Let a proposal wait. It takes the place of the one before."""
    waiting = {other: kept for other, kept in _kept(session).items() if not _is_over(kept)}
    waiting[place] = [time.time(), encrypt(json.dumps(asdict(proposal), default=str), _SESSION_KEY)]
    session[_SESSION_KEY] = waiting


def waiting(session: Session, place: str) -> Proposal | None:
    """The proposal that waits for this place, if its hour is not over."""
    kept = _kept(session).get(place)
    if kept is None or _is_over(kept):
        drop(session, place)
        return None
    try:
        return _unpacked(json.loads(decrypt(kept[1], _SESSION_KEY)))
    except Undecryptable:
        drop(session, place)
        return None


def drop(session: Session, place: str) -> None:
    """Forget the proposal for this place, if there is one."""
    if place in (kept := _kept(session)):
        session[_SESSION_KEY] = {other: kept[other] for other in kept if other != place}


def _kept(session: Session) -> dict[str, list[Any]]:
    return dict(session.get(_SESSION_KEY, {}))


def _is_over(kept: list[Any]) -> bool:
    return bool(time.time() - kept[0] > LASTS)


def _unpacked(packed: dict[str, Any]) -> Proposal:
    tested = packed["tested"]
    login = Login(**tested["login"] | {"kind": CredentialKind(tested["login"]["kind"])})
    processes = tuple(OptinProcess(**process) for process in tested["optin_processes"])
    return Proposal(
        **packed | {"tested": TestedLogin(login, Identity(**tested["identity"]), processes), "id": UUID(packed["id"])}
    )
