"""The contacts of a segment as a page shows them: the rows of the page with all contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from integrations.clients.explain import EXPLAINED, explain
from integrations.contacts.browsing.rows import ShownRow, Summary
from integrations.contacts.browsing.services import Row


def shown_rows(read: Callable[[], Iterable[Row]]) -> dict[str, Any]:
    """What a page tells of the contacts that `read` gives: its rows and what is to say of all, or why it has none."""
    summary = Summary()
    try:
        rows = [ShownRow(summary.note(row)) for row in read()]
    except EXPLAINED as error:
        return {"rows_failure": explain(error)}
    return {"rows": rows, "rows_failure": summary.failure, "unread": summary.failed, "is_complete": True}
