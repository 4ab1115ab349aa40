from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "integrations.members"

    def ready(self) -> None:
        from integrations.members import invitations  # noqa: F401
