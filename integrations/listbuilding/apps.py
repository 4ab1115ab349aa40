from django.apps import AppConfig


class ListbuildingConfig(AppConfig):
    name = "integrations.listbuilding"
    label = "tools"  # as its table and migrations are called in every database

    def ready(self) -> None:
        from integrations.listbuilding import listeners  # noqa: F401
