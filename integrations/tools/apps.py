from django.apps import AppConfig


class ToolsConfig(AppConfig):
    name = "integrations.tools"

    def ready(self) -> None:
        from integrations.tools import listeners  # noqa: F401
