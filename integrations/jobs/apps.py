from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "integrations.jobs"

    def ready(self) -> None:
        from integrations.jobs import listeners  # noqa: F401
