"""The entries of a page's actions are found by their actions, however long the log is and whatever is known of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.audit.export.rows import batches
from integrations.audit.grouping import MOST_CALLS, in_short, with_entries
from integrations.audit.models import AuditEntry, LogLine
from integrations.audit.query.conditions import Conditions
from integrations.audit.recorder import Action, Scope
from integrations.contacts.sentences import ADD_CONTACT
from tests.audit.test_log_page import write
from tests.factories import actor

pytestmark = pytest.mark.django_db

SCOPE = Scope(7, 3, "Bergwind")


@pytest.fixture
def lines() -> list[LogLine]:
    """Two short actions around one of many calls."""
    for calls in (1, MOST_CALLS + 5, 2):
        action = Action(ADD_CONTACT, actor(), {"contact": "a•••@klick-tipp.team"})
        for _ in range(calls):
            write(SCOPE, action)
    return list(LogLine.objects.order_by("-number"))


def test_each_action_has_its_first_entries_in_their_order(lines: list[LogLine]) -> None:
    actions = in_short(lines, AuditEntry.objects.all())
    assert [action.head.action for action in actions] == [line.action for line in lines]
    assert [[entry.number for entry in action.entries] for action in actions] == [
        [17, 18],
        list(range(2, 2 + MOST_CALLS)),
        [1],
    ]
    assert [bool(action.line) for action in actions] == [False, True, False]
    assert in_short([], AuditEntry.objects.all()) == []


def test_no_search_for_entries_reads_the_team_by_its_numbers(lines: list[LogLine]) -> None:
    """SQLite has no statistics of a new log; those of PostgreSQL come by themselves."""
    if connection.vendor != "sqlite":
        return
    entries = AuditEntry.objects.filter(team_id=7)
    with CaptureQueriesContext(connection) as asked:
        in_short(lines, entries)
        with_entries([line.action for line in lines], entries)
        list(batches(7, Conditions([]), entries, 100))
    queries = [query["sql"] for query in asked.captured_queries if 'FROM "audit_auditentry"' in query["sql"]]
    assert len(queries) >= 3
    with connection.cursor() as cursor:
        for sql in queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
            steps = [row[3] for row in cursor.fetchall() if "audit_auditentry" in row[3]]
            assert all("action=?" in step for step in steps), steps
