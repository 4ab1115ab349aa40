"""Operations that KlickTipp has got only lately: where a client account's service does not have one, that is remembered
for a day, so that it is not asked for in vain all the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches

from integrations.clients.models import ClientAccount
from integrations.klicktipp import KlickTippError

T = TypeVar("T")

LASTS = timedelta(days=1)
_REFUSALS = (404, 405)


def is_refused(account: ClientAccount, operation: str) -> bool:
    """Whether the account's service has refused the operation within the last day."""
    return caches["lists"].get(_key(account, operation)) is not None


def remember_refusal(account: ClientAccount, operation: str) -> None:
    """Do not ask for the operation for a day."""
    caches["lists"].set(_key(account, operation), True, LASTS.total_seconds())


def asked_or_instead(account: ClientAccount, operation: str, ask: Callable[[], T], instead: Callable[[], T]) -> T:
    """What `ask` gives by the operation; where the account's service does not have it, what `instead` gives."""
    if not is_refused(account, operation):
        try:
            return ask()
        except KlickTippError as error:
            if not has_refused(account, operation, error):
                raise
    return instead()


def has_refused(account: ClientAccount, operation: str, error: Exception) -> bool:
    """Whether an error says that the account's service does not have the operation, which is remembered then."""
    if not isinstance(error, KlickTippError) or error.operation != operation or error.status not in _REFUSALS:
        return False
    remember_refusal(account, operation)
    return True


def _key(account: ClientAccount, operation: str) -> str:
    service = sha256(settings.KLICKTIPP_URL.encode()).hexdigest()[:16]
    return f"refused:{operation}:{account.pk}:{service}"
