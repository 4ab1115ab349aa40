from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "integrations.clients"

    def ready(self) -> None:
        from integrations.audit import visibility
        from integrations.clients import checks  # noqa: F401
        from integrations.clients.keys import entitlement  # noqa: F401
        from integrations.clients.models import ClientAccount

        visibility.accounts_are_told_by(ClientAccount.objects.visible_to)
