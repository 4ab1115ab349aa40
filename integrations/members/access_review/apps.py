from django.apps import AppConfig


class AccessReviewConfig(AppConfig):
    name = "integrations.members.access_review"
    label = "access_review"

    def ready(self) -> None:
        from integrations.members.access_review import listeners  # noqa: F401
