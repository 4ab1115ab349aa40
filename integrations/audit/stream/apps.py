from django.apps import AppConfig


class LogStreamConfig(AppConfig):
    name = "integrations.audit.stream"
    label = "log_stream"

    def ready(self) -> None:
        from integrations.audit.stream import sentences  # noqa: F401 - the log tells them in every process
