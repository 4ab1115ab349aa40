"""The log as CSV for spreadsheets. What one of them would run stands behind an apostrophe."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from integrations.audit.entry_json import as_objects
from integrations.audit.models import AuditEntry

COLUMNS = (
    *("number", "account_number", "started_at", "text", "outcome", "kind", "actor_id", "actor_label", "account_id"),
    *("account_label", "subjects", "operation", "method", "path", "status", "code", "detail", "duration_ms"),
    *("reference", "source", "ip", "key_last_four", "key_owner", "sentence", "parameters", "request", "answer"),
    *("id", "action", "call", "attempt", "team_id", "version", "format"),
)
"""The names of `entry_json`, those first that people look for."""

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = re.compile(r'(^|[;,|\t\r\n"])(\s*)(?=[=+\-@＝＋－＠])')


def lines(batches: Iterable[list[AuditEntry]]) -> Iterator[str]:
    yield _BYTE_ORDER_MARK + _written([COLUMNS])
    for batch in batches:
        yield _written([safe(entry[name]) for name in COLUMNS] for entry in as_objects(batch))


def safe(value: Any) -> Any:
    """A value as a cell that no spreadsheet runs, wherever the reader's one takes a cell to begin: one that splits at
    semicolons takes what follows any semicolon for a cell."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    return _FORMULA.sub(r"\1\2'", value) if isinstance(value, str) else value


def _written(rows: Iterable[Iterable[Any]]) -> str:
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()
