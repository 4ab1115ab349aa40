from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "integrations.contacts"

    def ready(self) -> None:
        from integrations.contacts import listeners  # noqa: F401
        from integrations.contacts.fields import first_guesses  # noqa: F401
