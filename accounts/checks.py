"""Checks of `manage.py check --deploy`: files that others can read, and limits that others can wipe."""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.cache import caches
from django.core.checks import CheckMessage, Tags, Warning, register

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@register(Tags.security, deploy=True)
def files_are_private(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Nobody but the portal's own user reads its secrets and its data."""
    database = settings.DATABASES["default"]
    kept = [settings.BASE_DIR / ".env", settings.BASE_DIR / "var"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        kept.append(Path(database["NAME"]))
    return [
        Warning(
            f"Others can read or write {path}.",
            hint=f"chmod go= {path}",
            id="accounts.W001",
        )
        for path in kept
        if path.exists() and path.stat().st_mode & _FOR_OTHERS
    ]


@register(Tags.security, deploy=True)
def limits_stay(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """A Redis server that evicts forgets attempts when somebody fills it."""
    cache: Any = caches["default"]
    if "redis" not in settings.CACHES["default"]["BACKEND"].lower():
        return []
    try:
        told = cache._cache.get_client().info("memory")
    except Exception as error:
        return [Warning(f"The Redis of LIMITS_CACHE_URL does not answer: {error}.", id="accounts.W003")]
    if not told.get("maxmemory") or told.get("maxmemory_policy") == "noeviction":
        return []
    return [
        Warning(
            f"The Redis of LIMITS_CACHE_URL evicts ({told['maxmemory_policy']}): who fills it empties the limits.",
            hint="Give it a server of its own with maxmemory-policy noeviction.",
            id="accounts.W002",
        )
    ]
