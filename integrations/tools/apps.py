from django.apps import AppConfig


class ToolsConfig(AppConfig):
    name = "integrations.tools"
