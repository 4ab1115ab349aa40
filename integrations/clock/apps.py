from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


def make_cache_tables(using: str, **_: Any) -> None:
    """The caches that are tables exist wherever `migrate` has run, whatever the settings of caches were before."""
    call_command("createcachetable", database=using, verbosity=0)


class ClockConfig(AppConfig):
    name = "integrations.clock"

    def ready(self) -> None:
        post_migrate.connect(make_cache_tables, sender=self)
