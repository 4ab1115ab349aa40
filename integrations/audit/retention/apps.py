from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "integrations.audit.retention"
    label = "log_retention"
