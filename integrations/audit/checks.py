from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from integrations.audit import triggers


@register(Tags.database)
def the_log_is_guarded(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The triggers of the log are in place. A warning, as an error would keep `migrate` from mending it."""
    return [
        Warning(
            f"The log's triggers {', '.join(missing)} are missing or changed in the database.",
            hint="`manage.py migrate` installs them.",
            id="audit.W001",
        )
        for alias in databases or []
        if _has_log(alias) and (missing := triggers.missing(connections[alias]))
    ]


def _has_log(alias: str) -> bool:
    return triggers.AuditEntry._meta.db_table in connections[alias].introspection.table_names()
