"""The rows of the log's list: what happened, and of each of its columns the search that keeps to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from django.utils.timezone import localtime

from integrations.audit.presentation import LoggedAction
from integrations.audit.query.asked import Asked
from integrations.audit.query.participants import NOBODY, Participants


@dataclass(frozen=True)
class Row:
    """An action, when it began, how many calls it has, whether its words lead to the first of them that is asked for,
    and the queries of the addresses to which its columns lead."""

    action: LoggedAction
    at: datetime
    calls: int
    leads_to_fitting: bool
    of_actor: str
    of_client: str
    of_outcome: str
    codes: list[tuple[int, str]]


Day = tuple[datetime, list[Row]]


def rows(
    actions: Iterable[LoggedAction], asked: Asked, participants: Participants, *, asks_for_calls: bool
) -> Iterator[Row]:
    """The rows of these actions in a list that is asked for; `asks_for_calls`: of some of their calls alone."""
    tokens = {client.id: client.token for client in participants.clients}

    @cache
    def only(name: str, value: str) -> str:
        return asked.with_term(name, value).query

    for action in actions:
        head, account_id = action.head, action.account_id
        codes = dict.fromkeys(entry.code for entry in action.final if entry.code is not None)
        yield Row(
            action,
            localtime(head.started_at),
            action.line.entries if action.line else len(action.calls),
            asks_for_calls and (action.line is not None or len(action.entries) > 1),
            only("actor", f"#{head.actor_id}" if head.actor_id else NOBODY),
            only("client", tokens.get(account_id or 0, f"#{account_id}")),
            only("outcome", action.outcome),
            [(code, only("code", str(code))) for code in codes],
        )


def by_day(rows: Iterable[Row]) -> list[Day]:
    """Rows in their order under the days on which they began, each told by the first moment that is shown of it."""
    days = (list(of_day) for _day, of_day in groupby(rows, key=lambda row: row.at.date()))
    return [(of_day[0].at, of_day) for of_day in days]
