"""The database itself refuses any change or removal of the log, on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from integrations.audit import checks, events, triggers
from integrations.audit.models import AuditEntry, AuditSubject, Kind, Outcome, RetentionRecord, SubjectKind
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.audit.subjects import Subject
from tests.factories import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished() -> AuditEntry:
    events.record(SIGNED_IN, actor(), Scope(7))
    return AuditEntry.objects.get(team_id=7)


@pytest.fixture
def pending() -> AuditEntry:
    action = Action(SIGNED_IN, actor())
    entry = entry_of(action, Scope(7), Kind.CHANGE, call=action.id, started_at=timezone.now())
    store(entry, [Subject(SubjectKind.EMAIL, "rainer@klick-tipp.team")])
    return entry


def refused(change: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def execute(sql: str, *parameters: object) -> Callable[[], object]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    return run


def test_a_finished_entry_never_changes(finished: AuditEntry) -> None:
    entries = AuditEntry.objects.filter(pk=finished.pk)
    for column, value in [("actor_label", "Somebody else"), ("outcome", "pending"), ("code", 4), ("number", 99)]:
        refused(lambda column=column, value=value: entries.update(**{column: value}))


def test_a_pending_entry_can_be_finished_and_nothing_else(pending: AuditEntry) -> None:
    entries = AuditEntry.objects.filter(pk=pending.pk)
    refused(lambda: entries.update(actor_label="Somebody else"))
    refused(lambda: entries.update(outcome=Outcome.DONE, actor_label="Somebody else"))
    refused(lambda: entries.update(status=200))
    assert entries.update(outcome=Outcome.DONE, status=200, duration=timedelta(seconds=1)) == 1
    refused(lambda: entries.update(outcome=Outcome.REFUSED))


@pytest.mark.parametrize("model", triggers.GUARDED)
def test_nothing_can_be_deleted(model: type, finished: AuditEntry, pending: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=8, through_number=100, reason="another team's", actor_label="Alex")
    for row in model.objects.all():
        refused(row.delete)
    refused(execute(f"DELETE FROM {model._meta.db_table}"))
    assert model.objects.exists()


@pytest.mark.parametrize("model", [AuditSubject, RetentionRecord])
def test_subjects_and_retention_records_never_change(model: type, pending: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=8, through_number=100, reason="old", actor_label="Alex")
    refused(lambda: model.objects.update(team_id=9))


def test_retention_lets_covered_finished_entries_go(finished: AuditEntry, pending: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=7, through_number=1, reason="ten years", actor_label="Alex")
    assert (finished.number, pending.number) == (1, 2)
    refused(pending.delete)
    finished.delete()
    assert list(AuditEntry.objects.values_list("number", flat=True)) == [2]


def test_retention_never_takes_a_pending_entry(pending: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=7, through_number=100, reason="ten years", actor_label="Alex")
    refused(pending.delete)


def test_an_insert_over_an_existing_row_is_refused(finished: AuditEntry, pending: AuditEntry) -> None:
    over = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    table = AuditEntry._meta.db_table
    refused(execute(f"{over} INTO {table} ({columns}) SELECT {columns} FROM {table}"))
    other_id = columns.replace("id,", "", 1)
    new_id = "'00000000000000000000000000000001'"
    refused(execute(f"{over} INTO {table} (id, {other_id}) SELECT {new_id}, {other_id} FROM {table} WHERE number = 1"))
    subjects = AuditSubject._meta.db_table
    refused(execute(f"{over} INTO {subjects} SELECT * FROM {subjects}"))


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="rowid is SQLite's own")
def test_sqlite_rows_cannot_be_replaced_by_their_rowid(finished: AuditEntry, pending: AuditEntry) -> None:
    table = AuditEntry._meta.db_table
    columns = [field.column for field in AuditEntry._meta.concrete_fields]
    values = {"id": "'x'", "number": "99", "call": "'y'"}
    picked = ", ".join(values.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    refused(
        execute(f"INSERT OR REPLACE INTO {table} (rowid, {names}) SELECT rowid, {picked} FROM {table} WHERE number = 1")
    )
    refused(execute(f"UPDATE OR REPLACE {table} SET outcome = 'done', rowid = 1 WHERE number = 2"))


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite knows no TRUNCATE")
@pytest.mark.parametrize("model", triggers.GUARDED)
def test_truncate_is_refused(model: type) -> None:
    refused(execute(f"TRUNCATE {model._meta.db_table}"))


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="an upsert and a replica role are PostgreSQL's own")
def test_postgresql_has_no_way_around(finished: AuditEntry) -> None:
    table = AuditEntry._meta.db_table
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    upsert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} ON CONFLICT (id) DO UPDATE SET code = 1"
    refused(execute(upsert))
    refused(lambda: [execute("SET LOCAL session_replication_role = replica")(), finished.delete()])


def test_the_check_tells_when_the_guard_is_gone() -> None:
    assert checks.the_log_is_guarded(databases=["default"]) == []
    triggers.lift(connection)
    (warning,) = checks.the_log_is_guarded(databases=["default"])
    assert "audit_auditentry_guard" in warning.msg


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps the text of the trigger itself")
@pytest.mark.parametrize(
    "other",
    [
        "BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}()",
        "BEFORE UPDATE OF code OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}()",
        "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW WHEN (OLD.team_id <> 7) EXECUTE FUNCTION {guard}()",
        "BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {guard}()",
        "AFTER UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}()",
        "BEFORE UPDATE OR DELETE ON accounts_team FOR EACH ROW EXECUTE FUNCTION {guard}()",
    ],
    ids=["events", "columns", "condition", "level", "moment", "table"],
)
def test_a_trigger_that_was_replaced_is_noticed(other: str) -> None:
    table, guard = AuditEntry._meta.db_table, f"{AuditEntry._meta.db_table}_guard"
    assert triggers.missing(connection) == []
    made = f"CREATE TRIGGER {guard}_rows {other.format(table=table, guard=guard)}"
    on = made.partition(" ON ")[2].split()[0]
    execute(f"DROP TRIGGER {guard}_rows ON {table}")()
    execute(made)()
    execute(f"ALTER TABLE {on} ENABLE ALWAYS TRIGGER {guard}_rows")()

    assert triggers.missing(connection) == [f"{guard}_rows"]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's triggers have no functions")
@pytest.mark.parametrize(
    "change",
    [
        "ALTER FUNCTION {guard}() SET search_path = nowhere",
        "CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_function_that_was_changed_is_noticed(change: str) -> None:
    guard = f"{AuditEntry._meta.db_table}_guard"
    execute(change.format(guard=guard))()

    assert triggers.missing(connection) == [f"{guard}_rows", f"{guard}_truncate"]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's are replaced in other ways, above")
def test_a_trigger_of_sqlite_that_was_replaced_is_noticed() -> None:
    table = AuditEntry._meta.db_table
    execute(f"DROP TRIGGER {table}_guard_delete")()
    execute(f"CREATE TRIGGER {table}_guard_delete BEFORE DELETE ON {table} WHEN 1 = 0 BEGIN SELECT 1; END")()

    assert triggers.missing(connection) == [f"{table}_guard_delete"]


@pytest.mark.django_db(transaction=True)
def test_a_migration_installs_the_guard_again() -> None:
    triggers.lift(connection)
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
