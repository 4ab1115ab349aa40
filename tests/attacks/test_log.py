"""Rewriting the log with the rights of the portal's own database user, or of one who has no rights but on rows."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from integrations.audit import events, triggers
from integrations.audit.models import (
    AuditEntry,
    AuditSubject,
    EntryCounter,
    Kind,
    Outcome,
    RetentionRecord,
    SubjectKind,
    SubjectLink,
)
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.audit.subjects import Subject, subject_rows
from tests.factories import actor

pytestmark = pytest.mark.django_db

ROLE = "ktportal_rows_only"
TABLES = [model._meta.db_table for model in (AuditEntry, AuditSubject, RetentionRecord, EntryCounter, SubjectLink)]
COVERING = (
    "CREATE TEMPORARY TABLE {table} AS "
    "SELECT CAST(7 AS bigint) AS team_id, CAST(1000000 AS bigint) AS through_number, 'all' AS covers"
)


@pytest.fixture
def entry() -> AuditEntry:
    events.record(SIGNED_IN, actor(), Scope(7))
    return AuditEntry.objects.get(team_id=7)


@pytest.fixture(params=["the portal's user", "rows only"])
def as_user(request: pytest.FixtureRequest, entry: AuditEntry) -> Iterator[None]:
    if request.param == "rows only" and connection.vendor == "sqlite":
        pytest.skip("SQLite has no roles.")
    with connection.cursor() as cursor:
        if request.param == "rows only":
            cursor.execute(f"CREATE ROLE {ROLE}")
            for table in TABLES:
                cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
            cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        if request.param == "rows only":
            cursor.execute("RESET ROLE")


def runs(*statements: str) -> bool:
    """Whether the database lets all of it happen."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError:
        return False
    return True


@pytest.mark.usefixtures("as_user")
def test_temporary_tables_named_like_ours_change_nothing(entry: AuditEntry) -> None:
    entries, _, records, counters, _ = TABLES
    schema = "main." if connection.vendor == "sqlite" else "public."
    assert runs(COVERING.format(table=records))
    assert not runs(f"DELETE FROM {schema}{entries} WHERE number = 1")
    assert not runs(f"DELETE FROM {schema}{counters}")
    if connection.vendor == "postgresql":
        assert not runs(
            "SET LOCAL search_path = pg_temp, public, pg_catalog", f"DELETE FROM {schema}{entries} WHERE number = 1"
        )
        assert runs(
            "CREATE FUNCTION pg_temp.never(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "CREATE OPERATOR pg_temp.<= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_temp.never)",
        )
        assert not runs(
            "SET LOCAL search_path = pg_temp, public, pg_catalog", f"DELETE FROM {schema}{entries} WHERE number = 1"
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {schema}{entries}")
        assert cursor.fetchone() == (1,)


@pytest.mark.usefixtures("as_user")
def test_no_statement_on_rows_rewrites_the_log(entry: AuditEntry) -> None:
    entries, _, records, counters, links = TABLES
    for statement in (
        f"UPDATE {entries} SET actor_label = 'nobody'",
        f"DELETE FROM {entries}",
        f"UPDATE {counters} SET last = 0",
        f"DELETE FROM {counters}",
        f"INSERT INTO {links} (entry_id, team_id, number, account_id, contact_id, kind, label, hash) "
        f"SELECT id, team_id, number, 1, '5', 'email', 'x', 'y' FROM {entries}",
        f"INSERT INTO {records} (team_id, through_number, covers, reason, actor_label) "
        "VALUES (7, 1000, 'all', 'all', 'nobody')",
        f"INSERT INTO {records} (team_id, through_number, covers, reason, actor_label) "
        "VALUES (7, 1, 'whatever', 'all', 'nobody')",
    ):
        assert not runs(statement), statement


@pytest.mark.past_the_lines
def test_a_short_record_lets_no_proof_of_consent_go() -> None:
    entries, subjects, records, _, _ = TABLES
    action = Action(SIGNED_IN, actor())
    columns = {"operation": "signin", "outcome": Outcome.DONE, "duration": timedelta()}
    entry = entry_of(action, Scope(7), Kind.CHANGE, call=action.id, started_at=timezone.now(), **columns)
    with transaction.atomic():
        store(entry, [Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")])
    insert = (
        f"INSERT INTO {records} (team_id, through_number, covers, reason, actor_label) VALUES (7, 1, '{{}}', '', '')"
    )
    short, everything = insert.format("all but proofs"), insert.format("all")
    assert runs(short)
    assert not runs(f"DELETE FROM {entries}")
    assert not runs(f"DELETE FROM {subjects}")
    assert not runs(f"UPDATE {records} SET covers = 'all'")
    assert not runs(f"UPDATE {entries} SET operation = 'get_contact'", f"DELETE FROM {entries}")
    if connection.vendor == "sqlite":
        assert not runs(
            f"INSERT OR REPLACE INTO {records} SELECT id, team_id, through_number, reason, actor_label, "
            f"created_at, NULL, 'all', NULL FROM {records}"
        )
    assert runs(everything, f"DELETE FROM {subjects}", f"DELETE FROM {entries}")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no roles and no functions.")
@pytest.mark.usefixtures("as_user")
def test_the_guard_cannot_be_taken_away_by_who_owns_nothing(request: pytest.FixtureRequest) -> None:
    if "rows only" not in request.node.name:
        pytest.skip("The owner of a table can drop its triggers; the check tells.")
    for trigger in triggers.expected(connection):
        assert not runs(f"DROP TRIGGER {trigger.name} ON public.{trigger.table}")
        assert not runs(*trigger.create)
    assert not runs("SET LOCAL session_replication_role = replica")
    assert not runs(f"TRUNCATE public.{TABLES[0]}")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_sees_the_past_writes_nothing(entry: AuditEntry) -> None:
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        assert not runs(
            f"SET TRANSACTION ISOLATION LEVEL {level}", f"UPDATE {TABLES[3]} SET last = last + 1 WHERE team_id = 7"
        )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.past_the_lines
def test_what_is_removed_cannot_be_written_anew_at_the_same_moment(entry: AuditEntry) -> None:
    """One session covers and removes an entry; before it commits, another forges it under the same number."""
    columns = ", ".join(f'"{field.column}"' for field in AuditEntry._meta.concrete_fields)
    forged = columns.replace('"actor_label"', "'forged'")
    forge = f"INSERT INTO public.{TABLES[0]} ({columns}) SELECT {forged} FROM pg_temp.kept"
    forging: list[bool] = []

    def other_session() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM public.{TABLES[0]}")
        ready.set()
        begun.wait(10)
        forging.append(runs(forge))
        connection.close()

    ready, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=other_session)
    thread.start()
    assert ready.wait(10)
    with transaction.atomic():
        RetentionRecord.objects.create(team_id=7, through_number=1, reason="old", actor_label="nobody")
        entry.delete()
        begun.set()
        thread.join(1)
        assert thread.is_alive()
    thread.join(10)
    assert forging == [False]
    assert not AuditEntry.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.past_the_lines
def test_nobody_is_added_to_an_entry_at_the_moment_that_finishes_it() -> None:
    """One session adds a person to a pending entry; another finishes it before that is committed: it waits."""
    action = Action(SIGNED_IN, actor())
    entry = entry_of(action, Scope(7), Kind.CHANGE, call=action.id, started_at=timezone.now())
    with transaction.atomic():
        store(entry, [])
    finished: list[datetime] = []

    def other_session() -> None:
        AuditEntry.objects.filter(pk=entry.pk).update(outcome=Outcome.DONE, duration=timedelta())
        finished.append(timezone.now())
        connection.close()

    with transaction.atomic():
        AuditSubject.objects.bulk_create(subject_rows(entry, [Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")]))
        thread = threading.Thread(target=other_session)
        thread.start()
        thread.join(1)
        added = timezone.now()
    thread.join(10)
    assert finished
    assert finished[0] > added


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's columns hold what they are made for.")
def test_a_text_is_no_number(entry: AuditEntry) -> None:
    _, _, records, counters, _ = TABLES
    for statement in (
        f"UPDATE {counters} SET last = 'abc'",
        f"UPDATE {counters} SET last = x'ff'",
        f"INSERT INTO {counters} (team_id, last) VALUES ('zz', 0)",
        f"INSERT INTO {counters} (team_id, last) VALUES (77.5, 0)",
        f"INSERT INTO {records} (team_id, through_number, covers, reason, actor_label) VALUES (7, '0x', 'all', '', '')",
    ):
        assert not runs(statement), statement
    assert runs(f"UPDATE {counters} SET last = last + 1 WHERE team_id = 7")
