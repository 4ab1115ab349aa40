"""The rows of the log's list: what happened, and of each of its columns the search that keeps to it."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.audit.presentation import LoggedAction
from integrations.audit.query.asked import Asked
from integrations.audit.query.participants import NOBODY, Participants


@dataclass(frozen=True)
class Row:
    """An action, how many calls it has, and the queries of the addresses to which its columns lead."""

    action: LoggedAction
    calls: int
    of_actor: str
    of_client: str
    of_outcome: str
    codes: list[tuple[int, str]]

    @classmethod
    def of(cls, action: LoggedAction, asked: Asked, participants: Participants) -> Row:
        actor_id, account_id = action.head.actor_id, action.account_id
        actor = f"#{actor_id}" if actor_id else NOBODY
        client = next((each.token for each in participants.clients if each.id == account_id), f"#{account_id}")
        codes = dict.fromkeys(entry.code for entry in action.final if entry.code is not None)
        return cls(
            action,
            action.line.entries if action.line else len(action.calls),
            asked.with_term("actor", actor).query,
            asked.with_term("client", client).query,
            asked.with_term("outcome", action.outcome).query,
            [(code, asked.with_term("code", str(code)).query) for code in codes],
        )
