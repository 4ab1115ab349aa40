from django.apps import AppConfig


class ProofConfig(AppConfig):
    name = "integrations.audit.proof"
    label = "log_proof"

    def ready(self) -> None:
        from integrations.audit.proof import checks, guarded, sentences  # noqa: F401

        guarded.guard()
