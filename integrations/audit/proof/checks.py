from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from integrations.audit.proof import keys, timestamps


@register
def the_signing_keys_are_well_formed(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if keys.are_well_formed():
        return []
    return [Error("LOG_SIGNING_KEYS must list hex keys of 64 digits, separated by commas.", id="log_proof.E001")]


@register
def time_stamps_can_be_had_and_verified(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if not settings.LOG_TIMESTAMP_URL:
        return []
    found: list[CheckMessage] = []
    if not settings.LOG_TIMESTAMP_URL.startswith("https://"):
        found.append(Error("LOG_TIMESTAMP_URL must begin with https://.", id="log_proof.E002"))
    try:
        timestamps.roots()
    except (OSError, ValueError) as problem:
        hint = "A PEM file of the root certificates that the authority of LOG_TIMESTAMP_URL is trusted by."
        found.append(Error(f"LOG_TIMESTAMP_ROOTS has no certificates: {problem}", hint=hint, id="log_proof.E003"))
    return found
