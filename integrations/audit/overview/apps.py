from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "integrations.audit.overview"
    label = "log_overview"
