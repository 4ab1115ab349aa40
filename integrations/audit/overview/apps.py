from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "integrations.audit.overview"
    label = "log_overview"

    def ready(self) -> None:
        from integrations.audit.overview import listeners  # noqa: F401
