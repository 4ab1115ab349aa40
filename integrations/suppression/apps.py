from django.apps import AppConfig


class SuppressionConfig(AppConfig):
    name = "integrations.suppression"

    def ready(self) -> None:
        from integrations.suppression import listeners  # noqa: F401
