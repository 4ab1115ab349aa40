from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from integrations.audit.proof import keys


@register
def the_signing_keys_are_well_formed(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if keys.are_well_formed():
        return []
    return [Error("LOG_SIGNING_KEYS must list hex keys of 64 digits, separated by commas.", id="log_proof.E001")]
