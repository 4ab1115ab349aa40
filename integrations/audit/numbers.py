"""Numbers the entries of a team, and of each of its client accounts, without gaps."""

from collections.abc import Iterable, Sequence

from django.db import connection

from integrations.audit.models import AuditEntry, EntryCounter

_MOVE_ON = "UPDATE {} SET last = last + %s WHERE team_id = %s AND account_id = %s RETURNING last"


def give(entries: Sequence[AuditEntry]) -> None:
    """Give entries that belong to one team, and to one client account if any, the next numbers in their order.

    Call it inside the transaction that stores them: then there are no gaps. The team's counter is taken first, and so
    keeps others of the team away from the client account's until the transaction ends.
    """
    head = entries[0]
    of_team = _next(head.team_id, EntryCounter.WHOLE_TEAM, len(entries))
    of_account: Iterable[int | None] = (
        _next(head.team_id, head.account_id, len(entries)) if head.account_id else [None] * len(entries)
    )
    for entry, number, account_number in zip(entries, of_team, of_account, strict=True):
        entry.number, entry.account_number = number, account_number


def _next(team_id: int, account_id: int, count: int) -> range:
    last = _move_on(team_id, account_id, count)
    if last is None:
        counter = EntryCounter(team_id=team_id, account_id=account_id, last=0)
        EntryCounter.objects.bulk_create([counter], ignore_conflicts=True)
        last = _move_on(team_id, account_id, count) or 0
    return range(last - count + 1, last + 1)


def _move_on(team_id: int, account_id: int, count: int) -> int | None:
    sql = _MOVE_ON.format(connection.ops.quote_name(EntryCounter._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(sql, [count, team_id, account_id])
        row = cursor.fetchone()
    return int(row[0]) if row else None
