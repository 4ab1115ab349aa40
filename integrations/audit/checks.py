from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
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


@register(Tags.security, deploy=True)
def visitors_have_their_own_addresses(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """HTTPS ends at a proxy: unless it is trusted to name the visitor, the log and the limits of attempts take its own
    address for everybody's."""
    if not settings.PORTAL_URL.startswith("https://") or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    return [
        Warning(
            "PORTAL_URL is https and TRUSTED_PROXIES is 0: the log gets the proxy's address for every visitor's, "
            "and all visitors share one limit of sign-in attempts.",
            hint="Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For, usually 1.",
            id="audit.W002",
        )
    ]


def _has_log(alias: str) -> bool:
    return triggers.AuditEntry._meta.db_table in connections[alias].introspection.table_names()
