"""The statements that go with every call, in plain SQL, as they have to cost little. Their callers hold the
transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from integrations.audit.models import AuditEntry, Outcome

_MOST_ROWS = 500
"""In one statement; SQLite takes 32,766 values."""
_ENTRIES = AuditEntry._meta.db_table
_FIELDS = {field.attname: field for field in AuditEntry._meta.concrete_fields}
_PENDING = "id = %s AND outcome = %s"


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model, in their order."""
    for first in range(0, len(rows), _MOST_ROWS):
        some = rows[first : first + _MOST_ROWS]
        begin, fields = _insert_into(type(some[0]))
        row = f"({', '.join(['%s'] * len(fields))})"
        values = [field.get_db_prep_save(getattr(each, field.attname), connection) for each in some for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(f"{begin} VALUES {', '.join([row] * len(some))}", values)
        for each in some:
            each._state.adding = False


@cache
def _insert_into(model: type[Model]) -> tuple[str, list[Field[Any, Any]]]:
    """How the statement begins, and the fields whose columns it names."""
    fields = [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]
    return f"INSERT INTO {model._meta.db_table} ({', '.join(str(field.column) for field in fields)})", fields


def is_pending(entry: AuditEntry) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {_ENTRIES} WHERE {_PENDING}", _pending(entry))  # noqa: S608 - the model's own name
        return cursor.fetchone() is not None


def finish(entry: AuditEntry, columns: Mapping[str, Any]) -> bool:
    """Finish an entry in the database with these of its columns, if it is pending; returns whether it was."""
    told = ", ".join(f"{column} = %s" for column in columns)
    values = [_FIELDS[column].get_db_prep_save(value, connection) for column, value in columns.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_ENTRIES} SET {told} WHERE {_PENDING}",  # noqa: S608 - the model's own names
            [*values, *_pending(entry)],
        )
        return cursor.rowcount > 0


def _pending(entry: AuditEntry) -> list[Any]:
    return [_FIELDS["id"].get_db_prep_value(entry.pk, connection), Outcome.PENDING]
