"""The database's own guard over the log, on SQLite and PostgreSQL.

It refuses an UPDATE of a finished entry or of anything but the finishing columns, a DELETE that no retention record
covers (of what proves consent, one that covers that too), an INSERT under a number whose entry may have been removed or
that the counter has not given out, a person or a link added to a finished entry, a retention record for numbers to
come, a counter that goes back or leaps, TRUNCATE, and on SQLite an INSERT over an existing row (`INSERT OR REPLACE`
removes it without firing the triggers for DELETE) or under a negative rowid (-1 is what a trigger sees in place of one
that is still to be given). Installed after every migration, because SQLite's table rebuilds drop triggers silently.

On PostgreSQL every name is qualified and the functions' search path is fixed, since a session may put temporary tables
of the same names before ours; and a transaction that sees an old snapshot writes nothing, since it would not see what
has been finished, covered or removed meanwhile.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from integrations.audit.consent import proves
from integrations.audit.models import (
    AuditEntry,
    AuditSubject,
    Covers,
    EntryCounter,
    Outcome,
    RetentionRecord,
    SubjectLink,
)

_SEARCH_PATH = "pg_catalog, pg_temp"
_NUMBERS = ("team_id", "number", "last", "through_number")
_NUMBERS_OR_NONE = ("account_id", "account_number")
_LARGEST_STEP = 1000
"""Numbers that a team's counter goes on by at once; more than are ever written together."""

GUARDED: tuple[type[models.Model], ...] = (AuditEntry, AuditSubject, SubjectLink, RetentionRecord, EntryCounter)

_NEVER = "1 = 0"


@dataclass(frozen=True)
class Rule:
    """What may be done to the rows of a wing's table, as conditions of SQL on NEW and OLD that both databases read.

    insert: made of the prefix of names, which is the schema's or empty
    """

    insert: Callable[[str], str]
    update: str = _NEVER


_rules: dict[type[models.Model], Rule] = {}


def guard(model: type[models.Model], insert: Callable[[str], str], update: str = _NEVER) -> None:
    """Called by a wing at start-up for a table of its own, of whose rows none is ever to be removed."""
    _rules[model] = Rule(insert, update)


def guarded() -> tuple[type[models.Model], ...]:
    """The log's tables and those of its wings."""
    return (*GUARDED, *_rules)


@dataclass(frozen=True)
class Trigger:
    """A trigger by name, the SQL that makes it, and all that the database's catalogue says when it is in place."""

    name: str
    table: str
    create: tuple[str, ...]
    catalogued: str


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def _unchanged(columns: Iterable[str], same: str) -> str:
    return " AND ".join(f'NEW."{column}" {same} OLD."{column}"' for column in columns)


def _may_update(model: type[models.Model], same: str) -> str:
    if model in _rules:
        return _rules[model].update
    if model is EntryCounter:
        same_counter = _unchanged(["team_id", "account_id"], same)
        return f"NEW.last > OLD.last AND NEW.last - OLD.last <= {_LARGEST_STEP} AND {same_counter}"
    if model is not AuditEntry:
        return _NEVER
    kept = [column for column in _columns(model) if column not in AuditEntry.FINISH_COLUMNS]
    pending = Outcome.PENDING.value
    return f"OLD.outcome = '{pending}' AND NEW.outcome <> '{pending}' AND {_unchanged(kept, same)}"


def _covered(row: str, schema: str, only_if: str = "1 = 1") -> str:
    return (
        f'EXISTS (SELECT 1 FROM {schema}"{RetentionRecord._meta.db_table}" kept '
        f"WHERE kept.team_id = {row}.team_id AND {row}.number <= kept.through_number AND ({only_if}))"
    )


def _may_delete(model: type[models.Model], schema: str) -> str:
    """Of what proves consent and stays, those whom it names and what it told of them stay, too."""
    everything = f"kept.covers = '{Covers.EVERYTHING.value}'"
    if model in (RetentionRecord, EntryCounter, *_rules):
        return _NEVER
    if model is AuditEntry:
        covered = _covered("OLD", schema, f"{everything} OR NOT {proves('OLD')}")
        return f"OLD.outcome <> '{Outcome.PENDING.value}' AND {covered}"
    proof = f'SELECT 1 FROM {schema}"{AuditEntry._meta.db_table}" about WHERE about.id = OLD.entry_id'
    return _covered("OLD", schema, f"{everything} OR NOT EXISTS ({proof} AND {proves('about')})")


def _given_out(number: str, schema: str, counter: str = str(EntryCounter.WHOLE_TEAM)) -> str:
    return (
        f'EXISTS (SELECT 1 FROM {schema}"{EntryCounter._meta.db_table}" used WHERE used.team_id = NEW.team_id '
        f"AND used.account_id = {counter} AND NEW.{number} <= used.last)"
    )


def _has_account_number(schema: str) -> str:
    given_out = _given_out("account_number", schema, "NEW.account_id")
    return (
        "CASE WHEN NEW.account_id IS NULL THEN NEW.account_number IS NULL "
        f"ELSE NEW.account_number > 0 AND {given_out} END"
    )


def _is_open(schema: str) -> str:
    """Whether the entry that a new subject names is pending, or still to come in the transaction that took its number:
    a number that is given out has an entry as soon as others see it."""
    entries = f'{schema}"{AuditEntry._meta.db_table}"'
    return (
        f"(EXISTS (SELECT 1 FROM {entries} about WHERE about.id = NEW.entry_id AND about.team_id = NEW.team_id "
        f"AND about.number = NEW.number AND about.outcome = '{Outcome.PENDING.value}') "
        f"OR NOT EXISTS (SELECT 1 FROM {entries} about WHERE about.id = NEW.entry_id) AND NOT EXISTS "
        f"(SELECT 1 FROM {entries} about WHERE about.team_id = NEW.team_id AND about.number = NEW.number))"
    )


def _may_insert(model: type[models.Model], schema: str) -> str:
    if model in _rules:
        return _rules[model].insert(schema)
    if model is EntryCounter:
        return "NEW.last = 0"
    if model is RetentionRecord:
        covers = ", ".join(f"'{value}'" for value in Covers.values)
        return f"NEW.covers IN ({covers}) AND {_given_out('through_number', schema)}"
    may = f"NEW.number > 0 AND {_given_out('number', schema)} AND NOT {_covered('NEW', schema)}"
    return f"{may} AND {_has_account_number(schema) if model is AuditEntry else _is_open(schema)}"


def _are_numbers(model: type[models.Model]) -> str:
    """SQLite keeps a text in a column of numbers, and ranks it above all of them."""
    kinds = dict.fromkeys(_NUMBERS, "integer") | dict.fromkeys(_NUMBERS_OR_NONE, "integer', 'null")
    return " AND ".join(f"typeof(NEW.{column}) IN ('{kinds[column]}')" for column in _columns(model) if column in kinds)


def _unique_keys(model: type[models.Model]) -> list[list[str]]:
    constraints = [
        list(constraint.fields)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    primary_keys = [[str(field.column)] for field in model._meta.concrete_fields if field.primary_key]
    return [["rowid"], *primary_keys, *constraints]


def _sqlite(model: type[models.Model]) -> list[Trigger]:
    table = model._meta.db_table

    def trigger(event: str, condition: str, message: str, moment: str = "BEFORE") -> Trigger:
        name = f"{table}_guard_{event.lower()}{'ed' if moment == 'AFTER' else ''}"
        sql = (
            f'CREATE TRIGGER "{name}" {moment} {event} ON "{table}" WHEN {condition} '
            f"BEGIN SELECT RAISE(ABORT, 'the log: {message}'); END"
        )
        return Trigger(name, table, (sql,), sql)

    taken = " OR ".join(
        f'EXISTS (SELECT 1 FROM "{table}" WHERE ' + " AND ".join(f'"{c}" = NEW."{c}"' for c in key) + ")"
        for key in _unique_keys(model)
    )
    kept = f"NEW.rowid IS OLD.rowid AND {_are_numbers(model)}"
    may_insert = f"{_may_insert(model, '')} AND {_are_numbers(model)}"
    return [
        trigger("UPDATE", f"NOT ({_may_update(model, 'IS')} AND {kept})", "this must not change"),
        trigger("DELETE", f"NOT ({_may_delete(model, '')})", "this must not be removed"),
        trigger("INSERT", f"{taken} OR NOT ({may_insert})", "this exists or existed, or is not to come"),
        trigger("INSERT", "NEW.rowid < 0", "this has no place", moment="AFTER"),
    ]


def _taking_turns(model: type[models.Model], schema: str) -> str:
    """What comes in waits for who is at work on the same, so that the guard sees what they have done. An entry or a
    retention record waits by the team's counter, which who writes entries has locked anyway: else the database itself
    would wait later, for the number alone. A person or a link waits by its entry, which is not finished before it."""
    counter, entries = f'{schema}"{EntryCounter._meta.db_table}"', f'{schema}"{AuditEntry._meta.db_table}"'
    if model in (AuditEntry, RetentionRecord):
        lock = f"{counter} x WHERE x.team_id = NEW.team_id AND x.account_id = {EntryCounter.WHOLE_TEAM} FOR UPDATE"
    elif model in (AuditSubject, SubjectLink):
        lock = f"{entries} x WHERE x.id = NEW.entry_id FOR SHARE"
    else:
        return ""
    return f"IF TG_OP = 'INSERT' THEN PERFORM 1 FROM {lock}; END IF;\n    "


def _postgresql(model: type[models.Model], schema: str) -> list[Trigger]:
    table = model._meta.db_table
    name = f"{table}_guard"
    body = f"""
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the log: what another transaction has written must be seen' USING ERRCODE = '25001';
    END IF;
    {_taking_turns(model, schema)}IF TG_OP = 'INSERT' AND ({_may_insert(model, schema)}) THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND ({_may_update(model, "IS NOT DISTINCT FROM")}) THEN RETURN NEW; END IF;
    IF TG_OP = 'DELETE' AND ({_may_delete(model, schema)}) THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'the log: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '23000';
END
"""
    function = (
        f'CREATE OR REPLACE FUNCTION {schema}"{name}"() RETURNS trigger LANGUAGE plpgsql '
        f"SET search_path = {_SEARCH_PATH} AS $guard${body}$guard$"
    )

    def trigger(suffix: str, events: str, level: str) -> Trigger:
        # word for word as pg_get_triggerdef() says it, so that the same text makes and recognises the trigger
        create = f"CREATE TRIGGER {name}_{suffix} BEFORE {events} ON {table} FOR EACH {level} EXECUTE FUNCTION {name}()"
        enable = f'ALTER TABLE {schema}"{table}" ENABLE ALWAYS TRIGGER "{name}_{suffix}"'
        catalogued = f'A {create} plpgsql {body}{{"search_path={_SEARCH_PATH}"}}'
        return Trigger(f"{name}_{suffix}", table, (function, create, enable), catalogued)

    return [trigger("rows", "INSERT OR DELETE OR UPDATE", "ROW"), trigger("truncate", "TRUNCATE", "STATEMENT")]


def expected(connection: BaseDatabaseWrapper) -> list[Trigger]:
    if connection.vendor == "sqlite":
        return [trigger for model in guarded() for trigger in _sqlite(model)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
    return [trigger for model in guarded() for trigger in _postgresql(model, f"{schema}.")]


def _catalogued(connection: BaseDatabaseWrapper) -> set[str]:
    sql = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT concat(t.tgenabled, ' ', pg_get_triggerdef(t.oid, true), "
        "' ', l.lanname, ' ', p.prosrc, p.proconfig) FROM pg_trigger t "
        "JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang "
        "JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = current_schema()::regnamespace",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {text for (text,) in cursor.fetchall()}


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that are absent, changed or switched off."""
    found = _catalogued(connection)
    return [trigger.name for trigger in expected(connection) if trigger.catalogued not in found]


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take the guard away. For tests that flush the database, and for `install`."""
    drop = 'DROP TRIGGER IF EXISTS "{}"' + (' ON "{}"' if connection.vendor == "postgresql" else "")
    with connection.cursor() as cursor:
        for trigger in expected(connection):
            cursor.execute(drop.format(trigger.name, trigger.table))


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place, as this version of the code wants it."""
    with transaction.atomic(using=connection.alias):
        lift(connection)
        with connection.cursor() as cursor:
            for trigger in expected(connection):
                for sql in trigger.create:
                    cursor.execute(sql)


def install_after_migration(using: str, **_: Any) -> None:
    connection = connections[using]
    tables = connection.introspection.table_names()
    if all(model._meta.db_table in tables for model in guarded()):
        install(connection)
