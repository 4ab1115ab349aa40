from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from integrations.klicktipp import ConfigurationError, DeveloperKeyAuth, InvalidRequest, grant_url


@register
def the_developer_key_is_hex(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if not settings.KLICKTIPP_DEVELOPER_KEY:
        return []
    try:
        DeveloperKeyAuth(settings.KLICKTIPP_USERNAME or "operator", settings.KLICKTIPP_DEVELOPER_KEY, "key")
    except ConfigurationError as error:
        return [Error(f"KLICKTIPP_DEVELOPER_KEY is malformed: {error}", id="clients.E001")]
    return []


@register
def the_operators_account_id_is_one(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if not settings.KLICKTIPP_OPERATOR_ID:
        return []
    try:
        grant_url(settings.KLICKTIPP_OPERATOR_ID, "https://portal.example/?customerkey=")
    except InvalidRequest:
        return [Error("KLICKTIPP_OPERATOR_ID must be a KlickTipp account id, digits only.", id="clients.E004")]
    return []


@register
def the_secrets_are_well_formed(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    try:
        for key in settings.ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        problems.append(Error("ENCRYPTION_KEYS must list Fernet keys, separated by commas.", id="clients.E002"))
    try:
        weak = any(len(bytes.fromhex(key)) < 32 for key in settings.AUDIT_HASH_KEYS)
    except ValueError:
        weak = True
    if weak:
        problems.append(Error("AUDIT_HASH_KEYS must list hex keys of at least 64 digits.", id="clients.E003"))
    return problems
