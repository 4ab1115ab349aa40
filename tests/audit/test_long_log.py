"""Of a long log a page reads no more rows than it shows, or than a search may look at; with few queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.audit import pages
from benchmarks.long_log import fill
from integrations.audit.overview.rollup import roll_up
from integrations.audit.query.search import MOST_LOOKED_AT
from tests.factories import MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.past_the_lines]

ENTRIES, BLOCK = 200_000, 10_000
PAGE = 1_500
MOST_QUERIES = 24
MOST_BESIDE = 6
"""Besides, where a time is asked for in which nothing was done, and what is next to it is looked for."""
STEPS_OF_A_ROW = 25


class Looked:
    """How many rows the database read; on SQLite what the steps of its machine would be enough for."""

    rows = 0


@contextmanager
def looking() -> Iterator[Looked]:
    looked = Looked()
    if connection.vendor == "sqlite":
        database: Any = connection.connection

        def step() -> int:
            looked.rows += 1
            return 0

        database.set_progress_handler(step, STEPS_OF_A_ROW)
        yield looked
        database.set_progress_handler(None, 0)
    else:
        before = _rows_read()
        yield looked
        looked.rows = _rows_read() - before


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
        )
        return int(cursor.fetchone()[0])


def test_no_page_of_a_long_log_reads_much_of_it() -> None:
    owner = MembershipFactory(role="owner")
    fill(owner.team_id, ENTRIES, BLOCK)
    while roll_up(owner.team_id):
        pass
    browser = Client()
    browser.force_login(owner.user)

    for name, asked in pages(owner).items():
        url = f"/t/{owner.team.slug}/log/{asked.get('path', '')}"
        assert browser.get(url, asked).status_code == 200, name
        with looking() as looked, CaptureQueriesContext(connection) as queries:
            page = browser.get(url, asked)

        lines = MOST_LOOKED_AT if name.startswith(("free text", "overview")) else PAGE
        assert looked.rows <= 3 * lines, (name, looked.rows)
        most = MOST_QUERIES + MOST_BESIDE * (page.context.get("actions") == [])
        assert len(queries) <= most, (name, len(queries))
