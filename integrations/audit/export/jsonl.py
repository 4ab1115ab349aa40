"""The log as JSON Lines: one object for each entry, exactly as it was recorded."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from integrations.audit.entry_json import as_objects
from integrations.audit.models import AuditEntry


def lines(batches: Iterable[list[AuditEntry]]) -> Iterator[str]:
    for batch in batches:
        yield "".join(map(line, as_objects(batch)))


def line(thing: Any) -> str:
    return f"{json.dumps(thing, ensure_ascii=False, separators=(',', ':'))}\n"
