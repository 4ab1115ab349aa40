"""The log as CSV for spreadsheets, in the reader's language. What one of them would run stands behind an apostrophe."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any, Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from integrations.audit.entry_json import as_objects
from integrations.audit.models import OUTCOMES, AuditEntry, KeyOwner, Kind, Source

HEADINGS: Final[Mapping[str, str | Promise]] = {
    "number": _("No."),
    "account_number": _("No. within the client"),
    "started_at": _("When"),
    "text": _("What"),
    "reason": _("Reason"),
    "outcome": _("Outcome"),
    "kind": _("Kind"),
    "actor_id": _("ID of who"),
    "actor_label": _("Who"),
    "account_id": _("ID of the client"),
    "account_label": _("Client"),
    "subjects": _("About"),
    "operation": _("Call"),
    "method": _("HTTP method"),
    "path": _("Path"),
    "status": _("HTTP status"),
    "code": _("Error code"),
    "detail": _("Detail code"),
    "duration_ms": _("Milliseconds"),
    "reference": _("Reference"),
    "source": _("Source"),
    "ip": _("IP address"),
    "key_last_four": _("Key, last four"),
    "key_owner": _("Whose key"),
    "sentence": _("Name of the action"),
    "parameters": _("Parameters"),
    "request": _("Sent"),
    "answer": _("Answer"),
    "id": _("Request ID"),
    "action": _("ID of the action"),
    "call": _("ID of the call"),
    "attempt": _("Attempt"),
    "team_id": _("ID of the team"),
    "version": _("Version"),
    "format": _("Format"),
}
"""What the columns are called; their order, those first that people look for; of each its name in `entry_json`."""

_IN_WORDS: Final[Mapping[str, Mapping[str, str | Promise]]] = {
    "outcome": OUTCOMES,
    "kind": dict(Kind.choices),
    "source": dict(Source.choices),
    "key_owner": dict(KeyOwner.choices),
}
BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = re.compile(r'(^|[;,|\t\r\n"])(\s*)(?=[=+\-@＝＋－＠])')
_ANY_FORMULA: Final = re.compile(r'[;,|\t\r\n"]\s*[=+\-@＝＋－＠]')
_in_json: Final = json.JSONEncoder(ensure_ascii=False).encode


def lines(batches: Iterable[list[AuditEntry]], language: str) -> Iterator[str]:
    """Times are those of the portal's time zone, each with what it is ahead of UTC."""
    with translation.override(language):
        heads = written([map(str, HEADINGS.values())])
        words = {name: {value: str(label) for value, label in known.items()} for name, known in _IN_WORDS.items()}
    yield BYTE_ORDER_MARK + heads
    for batch in batches:
        with translation.override(language):
            told = zip(batch, as_objects(batch, language), strict=True)
            rows = written(_safe(_row(entry, thing, words)) for entry, thing in told)
        yield rows


def _row(entry: AuditEntry, thing: dict[str, Any], words: Mapping[str, Mapping[str, str]]) -> list[Any]:
    """words: of columns whose values are the log's own names, what readers call them"""
    thing["started_at"] = localtime(entry.started_at).isoformat(" ", "milliseconds")
    thing["duration_ms"] = thing["duration_ms"] and round(thing["duration_ms"])
    for name, known in words.items():
        thing[name] = known.get(thing[name], thing[name])
    return [_as_text(thing[name]) for name in HEADINGS]


def _as_text(value: Any) -> Any:
    if isinstance(value, dict | list):
        return _in_json(value) if value else ""
    return value


def _safe(row: list[Any]) -> list[Any]:
    """Most rows need nothing, which one look at the whole tells."""
    whole = "\n".join(cell for cell in ("", *row) if isinstance(cell, str))
    return [safe(cell) for cell in row] if _ANY_FORMULA.search(whole) else row


def safe(value: Any) -> Any:
    """A value as a cell that no spreadsheet runs, wherever the reader's one takes a cell to begin: one that splits at
    semicolons takes what follows any semicolon for a cell."""
    text = _as_text(value)
    return _FORMULA.sub(r"\1\2'", text) if isinstance(text, str) else text


def delimiter() -> str:
    """What spreadsheets of the reader's language take apart cells by."""
    return ";" if translation.get_language() == "de" else ","


def written(rows: Iterable[Iterable[Any]]) -> str:
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, delimiter=delimiter()).writerows(rows)
    return text.getvalue()
