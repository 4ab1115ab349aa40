"""The database itself refuses any change or removal of the log, on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from integrations.audit import checks, events, triggers
from integrations.audit.models import (
    AuditEntry,
    AuditSubject,
    Covers,
    EntryCounter,
    Kind,
    Outcome,
    RetentionRecord,
    SubjectKind,
    SubjectLink,
)
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Action, Scope, entry_of, store
from integrations.audit.sentences import is_sentence
from integrations.audit.subjects import Subject, subject_rows
from tests.factories import actor

pytestmark = pytest.mark.django_db

RAINER = Subject(SubjectKind.EMAIL, "rainer@klick-tipp.team")


@pytest.fixture
def finished() -> AuditEntry:
    events.record(SIGNED_IN, actor(), Scope(7))
    return AuditEntry.objects.get(team_id=7)


@pytest.fixture
def pending() -> AuditEntry:
    action = Action(SIGNED_IN, actor())
    entry = entry_of(action, Scope(7), Kind.CHANGE, call=action.id, started_at=timezone.now())
    store(entry, [RAINER])
    SubjectLink.objects.bulk_create([link_to(entry)])
    return entry


def link_to(entry: AuditEntry, **changed: Any) -> SubjectLink:
    told = {"account_id": 1, "contact_id": "4711", "kind": RAINER.kind, "label": RAINER.label, "hash": "y"} | changed
    return SubjectLink(**{"entry_id": entry.pk, "team_id": entry.team_id, "number": entry.number} | told)


def refused(change: Callable[[], object], reason: str | None = None) -> None:
    with pytest.raises(DatabaseError, match=reason), transaction.atomic():
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


@pytest.mark.past_the_lines
def test_a_pending_entry_can_be_finished_and_nothing_else(pending: AuditEntry) -> None:
    entries = AuditEntry.objects.filter(pk=pending.pk)
    refused(lambda: entries.update(actor_label="Somebody else"))
    refused(lambda: entries.update(outcome=Outcome.DONE, actor_label="Somebody else"))
    refused(lambda: entries.update(status=200))
    assert entries.update(outcome=Outcome.DONE, status=200, duration=timedelta(seconds=1)) == 1
    refused(lambda: entries.update(outcome=Outcome.REFUSED))


@pytest.mark.parametrize("model", triggers.GUARDED)
def test_nothing_can_be_deleted(model: type, finished: AuditEntry, pending: AuditEntry) -> None:
    EntryCounter.objects.create(team_id=8, last=0)
    EntryCounter.objects.filter(team_id=8).update(last=100)
    RetentionRecord.objects.create(team_id=8, through_number=100, reason="another team's", actor_label="Alex")
    for row in model.objects.all():
        refused(row.delete)
    refused(execute(f"DELETE FROM {model._meta.db_table}"))
    assert model.objects.exists()


@pytest.mark.parametrize("model", [AuditSubject, SubjectLink, RetentionRecord])
def test_subjects_links_and_retention_records_never_change(model: type, pending: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=7, through_number=1, reason="old", actor_label="Alex")
    refused(lambda: model.objects.update(team_id=9))


@pytest.mark.past_the_lines
def test_retention_lets_covered_finished_entries_go(finished: AuditEntry, pending: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=7, through_number=1, reason="ten years", actor_label="Alex")
    assert (finished.number, pending.number) == (1, 2)
    refused(pending.delete)
    finished.delete()
    assert list(AuditEntry.objects.values_list("number", flat=True)) == [2]


def test_retention_never_takes_a_pending_entry(pending: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=7, through_number=pending.number, reason="ten years", actor_label="Alex")
    refused(pending.delete)


PROOFS = [
    {"operation": "add_or_update_contact"},
    {"operation": "signin"},
    {"operation": "unsubscribe_contact"},
    {"operation": "signoff"},
    {"operation": "delete_contact"},
    {"sentence": "suppression.added"},
    {"sentence": "suppression.removed"},
    {"sentence": "contacts.add_settled"},
]
"""What an entry has that proves consent, or its end."""


@pytest.mark.past_the_lines
def test_what_proves_consent_goes_only_under_a_record_that_covers_it() -> None:
    assert all(is_sentence(proof["sentence"]) for proof in PROOFS if "sentence" in proof)
    action = Action(SIGNED_IN, actor())
    for told in [*PROOFS, {"operation": "update_contact"}]:
        columns = {"call": uuid4(), "started_at": timezone.now()}
        entry = entry_of(action, Scope(7), Kind.CHANGE, **columns)
        for column, value in told.items():
            setattr(entry, column, value)
        store(entry, [RAINER])
        SubjectLink.objects.bulk_create([link_to(entry)])
    AuditEntry.objects.update(outcome=Outcome.DONE, duration=timedelta())
    number = len(PROOFS) + 1
    columns = {"team_id": 7, "through_number": number, "actor_label": "Alex"}
    RetentionRecord.objects.create(covers=Covers.ALL_BUT_PROOFS, **columns)

    for model in (AuditSubject, SubjectLink, AuditEntry):
        assert model.objects.filter(number=number).delete()[0] == 1
        for row in model.objects.all():
            refused(row.delete)
        assert model.objects.count() == len(PROOFS)
    RetentionRecord.objects.create(covers=Covers.EVERYTHING, **columns)
    for model in (AuditSubject, SubjectLink, AuditEntry):
        model.objects.all().delete()


def test_a_retention_record_says_what_it_covers_and_goes_on_saying_so(finished: AuditEntry) -> None:
    columns = {"team_id": 7, "through_number": 1, "actor_label": "Alex"}
    for covers in ("", "everything", "ALL"):
        refused(lambda covers=covers: RetentionRecord.objects.create(covers=covers, **columns))
    record = RetentionRecord.objects.create(covers=Covers.ALL_BUT_PROOFS, **columns)
    records = RetentionRecord.objects.filter(pk=record.pk)
    for change in ({"covers": Covers.EVERYTHING}, {"months": 12}, {"before": "2020-01-01"}, {"through_number": 0}):
        refused(lambda change=change: records.update(**change))
    refused(record.delete)


def test_a_retention_record_covers_nothing_that_is_to_come(finished: AuditEntry) -> None:
    for team_id, through in [(7, 2), (7, 10**15), (8, 0)]:
        record = RetentionRecord(team_id=team_id, through_number=through, reason="all", actor_label="Alex")
        refused(record.save)


@pytest.mark.past_the_lines
def test_a_removed_entry_is_not_written_anew(finished: AuditEntry) -> None:
    RetentionRecord.objects.create(team_id=7, through_number=1, reason="ten years", actor_label="Alex")
    finished.delete()
    refused(lambda: finished.save(force_insert=True))
    about = AuditSubject(entry_id=finished.pk, team_id=7, number=1, kind="email", label="x", hash="y", key_version=1)
    refused(about.save)
    events.record(SIGNED_IN, actor(), Scope(7))
    assert AuditEntry.objects.get(team_id=7).number == 2


def test_a_counter_goes_on_and_never_back(finished: AuditEntry) -> None:
    counter = EntryCounter.objects.filter(team_id=7)
    for change in ({"last": 0}, {"last": 1}, {"team_id": 9, "last": 5}):
        refused(lambda change=change: counter.update(**change))


def test_a_counter_does_not_leap_to_its_end(finished: AuditEntry) -> None:
    counter = EntryCounter.objects.filter(team_id=7)
    refused(lambda: counter.update(last=2**63 - 1))
    refused(lambda: EntryCounter.objects.create(team_id=9, last=2**63 - 2))
    events.record(SIGNED_IN, actor(), Scope(7))


def test_no_number_is_used_that_the_counter_has_not_given_out(finished: AuditEntry) -> None:
    for number in (0, -5, 3, 100_000):
        columns = {"started_at": timezone.now(), "number": number, "call": uuid4()}
        forged = entry_of(Action(SIGNED_IN, actor()), Scope(7), Kind.EVENT, **columns)
        refused(lambda forged=forged: forged.save(force_insert=True))


@pytest.mark.past_the_lines
def test_nobody_is_added_to_a_finished_entry(finished: AuditEntry, pending: AuditEntry) -> None:
    def subject(entry: AuditEntry, **changed: object) -> AuditSubject:
        (row,) = subject_rows(entry, [Subject(SubjectKind.EMAIL, "somebody@klick-tipp.team")])
        for name, value in changed.items():
            setattr(row, name, value)
        return row

    refused(subject(finished).save)
    refused(subject(pending, number=finished.number).save)
    refused(subject(pending, team_id=8).save)
    refused(subject(finished, entry_id=uuid4()).save)
    refused(subject(finished, entry_id=uuid4(), number=3).save)
    subject(pending).save()
    AuditEntry.objects.filter(pk=pending.pk).update(outcome=Outcome.DONE, duration=timedelta())
    refused(subject(pending).save)


@pytest.mark.past_the_lines
def test_no_link_is_added_to_a_finished_entry(finished: AuditEntry, pending: AuditEntry) -> None:
    refused(link_to(finished).save)
    refused(link_to(pending, number=finished.number).save)
    refused(link_to(finished, entry_id=uuid4()).save)
    link_to(pending).save()
    AuditEntry.objects.filter(pk=pending.pk).update(outcome=Outcome.DONE, duration=timedelta())
    refused(link_to(pending).save)


def test_an_insert_over_an_existing_row_is_refused(finished: AuditEntry, pending: AuditEntry) -> None:
    over = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    table = AuditEntry._meta.db_table
    refused(execute(f"{over} INTO {table} ({columns}) SELECT {columns} FROM {table}"))
    other_id = columns.replace("id,", "", 1)
    new_id = "'00000000000000000000000000000001'"
    refused(execute(f"{over} INTO {table} (id, {other_id}) SELECT {new_id}, {other_id} FROM {table} WHERE number = 1"))
    for model in (AuditSubject, SubjectLink):
        rows = model._meta.db_table
        refused(execute(f"{over} INTO {rows} SELECT * FROM {rows}"))


COLUMNS = [field.column for field in AuditEntry._meta.concrete_fields]
NEW_VALUES = {"id": "'x'", "number": "99", "call": "'y'"}
NAMES = {
    "entries": AuditEntry._meta.db_table,
    "columns": ", ".join(COLUMNS),
    "new_values": ", ".join(NEW_VALUES.get(column, column) for column in COLUMNS),
}

WAYS_AROUND = {
    "sqlite": {
        "insert over a rowid": [
            "INSERT OR REPLACE INTO {entries} (rowid, {columns})"
            " SELECT rowid, {new_values} FROM {entries} WHERE number = 1"
        ],
        "insert under a rowid that locks the table": [
            "INSERT INTO {entries} (rowid, {columns}) SELECT -1, {new_values} FROM {entries} WHERE number = 1"
        ],
        "update over a rowid": ["UPDATE OR REPLACE {entries} SET outcome = 'done', rowid = 1 WHERE number = 2"],
    },
    "postgresql": {
        **{f"truncate {model._meta.model_name}": [f"TRUNCATE {model._meta.db_table}"] for model in triggers.GUARDED},
        "upsert": [
            "INSERT INTO {entries} ({columns}) SELECT {columns} FROM {entries} ON CONFLICT (id) DO UPDATE SET code = 1"
        ],
        "replica role": ["SET LOCAL session_replication_role = replica", "DELETE FROM {entries} WHERE number = 1"],
    },
}[connection.vendor]
"""What only this database knows."""


@pytest.mark.parametrize("way", WAYS_AROUND)
def test_there_is_no_way_around(way: str, finished: AuditEntry, pending: AuditEntry) -> None:
    statements = [execute(statement.format(**NAMES)) for statement in WAYS_AROUND[way]]
    refused(lambda: [run() for run in statements], reason="the log: ")


def test_the_check_tells_when_the_guard_is_gone() -> None:
    assert checks.the_log_is_guarded(databases=["default"]) == []
    triggers.lift(connection)
    (warning,) = checks.the_log_is_guarded(databases=["default"])
    assert "audit_auditentry_guard" in warning.msg


GUARD = f"{AuditEntry._meta.db_table}_guard"
ROWS, TRUNCATE = f"{GUARD}_rows", f"{GUARD}_truncate"


def other_trigger(table: str, moment: str, how: str) -> list[str]:
    """The statements that put another trigger of the same name in the place of PostgreSQL's."""
    return [
        "DROP TRIGGER {guard}_rows ON {entries}",
        f"CREATE TRIGGER {{guard}}_rows {moment} ON {table} FOR EACH {how} EXECUTE FUNCTION {{guard}}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {{guard}}_rows",
    ]


REPLACED = {
    "sqlite": {
        "condition": (
            [
                "DROP TRIGGER {guard}_delete",
                "CREATE TRIGGER {guard}_delete BEFORE DELETE ON {entries} WHEN 1 = 0 BEGIN SELECT 1; END",
            ],
            [f"{GUARD}_delete"],
        )
    },
    "postgresql": {
        "events": (other_trigger("{entries}", "BEFORE UPDATE", "ROW"), [ROWS]),
        "columns": (other_trigger("{entries}", "BEFORE UPDATE OF code OR DELETE", "ROW"), [ROWS]),
        "condition": (other_trigger("{entries}", "BEFORE UPDATE OR DELETE", "ROW WHEN (OLD.team_id <> 7)"), [ROWS]),
        "level": (other_trigger("{entries}", "BEFORE UPDATE OR DELETE", "STATEMENT"), [ROWS]),
        "moment": (other_trigger("{entries}", "AFTER INSERT OR UPDATE OR DELETE", "ROW"), [ROWS]),
        "table": (other_trigger("accounts_team", "BEFORE INSERT OR UPDATE OR DELETE", "ROW"), [ROWS]),
        "search path of the function": (["ALTER FUNCTION {guard}() SET search_path = nowhere"], [ROWS, TRUNCATE]),
        "no search path": (["ALTER FUNCTION {guard}() RESET search_path"], [ROWS, TRUNCATE]),
        "body of the function": (
            [
                "CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql "
                "SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END'"
            ],
            [ROWS, TRUNCATE],
        ),
    },
}[connection.vendor]
"""Statements that weaken the guard of this database, and the triggers that are reported as missing then."""


@pytest.mark.parametrize("what", REPLACED)
def test_a_guard_that_was_replaced_is_noticed(what: str) -> None:
    statements, missing = REPLACED[what]
    assert triggers.missing(connection) == []
    for statement in statements:
        execute(statement.format(guard=GUARD, **NAMES))()

    assert triggers.missing(connection) == missing


@pytest.mark.django_db(transaction=True)
def test_a_migration_installs_the_guard_again() -> None:
    triggers.lift(connection)
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
