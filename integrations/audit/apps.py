from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "integrations.audit"

    def ready(self) -> None:
        from integrations.audit import checks, lines, listeners, triggers  # noqa: F401
        from integrations.audit.export import sentences  # noqa: F401 - the log tells them in every process

        autodiscover_modules("actions")
        post_migrate.connect(triggers.install_after_migration, sender=self)
        post_migrate.connect(lines.make_after_migration, sender=self)
