"""How the connection of a client account stands: what KlickTipp said last of its shared customer key."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from integrations.audit.models import KeyOwner
from integrations.clients.models import ClientAccount, Connection, Credential
from integrations.klicktipp import AccessDenied, Attempt, Ending, Observer
from integrations.operations import OPERATIONS

logger = logging.getLogger(__name__)

_FRESH_FOR = timedelta(minutes=1)
"""How long a connection that works is not noted anew."""


def locked_while_stored(credential: Credential) -> ClientAccount | None:
    """The credential's client account, locked in the caller's transaction, if it is stored still."""
    account = ClientAccount.objects.select_for_update().filter(pk=credential.account_id).first()
    stored = account is not None and account.credentials.filter(pk=credential.pk).exists()
    return account if stored else None


def remember(credential: Credential, connection: Connection) -> None:
    """Note what KlickTipp said of a shared credential, unless it has been replaced or removed meanwhile.

    What it says of a person's own credential is nothing about the connection that the others use.
    """
    if credential.owner is not KeyOwner.SHARED:
        return
    with transaction.atomic():
        if account := locked_while_stored(credential):
            account.connection, account.checked_at = connection, timezone.now()
            account.save(update_fields=["connection", "checked_at"])
            credential.account.connection, credential.account.checked_at = connection, account.checked_at


class Watch:
    """Passes every attempt on to another observer, and notes when KlickTipp refuses the credential, and when it takes
    it again.

    A refusal counts where the operation's row says that it tells of the key. Of an API user the end of a session does
    not count either: only signing in, and what is refused after it.
    """

    def __init__(self, observer: Observer, credential: Credential) -> None:
        self._observer = observer
        self._credential = credential
        self._has_signed_in = False
        self._refused_once: set[UUID] = set()

    def begin(self, attempt: Attempt) -> None:
        self._observer.begin(attempt)

    def finish(self, attempt: Attempt, ending: Ending) -> None:
        self._observer.finish(attempt, ending)
        self.note(attempt, ending)

    def note(self, attempt: Attempt, ending: Ending) -> None:
        """Remember what an ending tells of the credential. It never raises: the call is over and its result counts."""
        if (said := self._said(attempt, ending)) is None:
            return
        try:
            remember(self._credential, said)
        except Exception:
            logger.exception("It could not be noted what KlickTipp said of credential %s.", self._credential.pk)

    def _said(self, attempt: Attempt, ending: Ending) -> Connection | None:
        """What is new of the connection: that it is refused, or that it works, again or still."""
        if self._is_refusal(attempt, ending):
            return Connection.REFUSED
        tells = ending.error is None and attempt.operation.name != "login"
        return Connection.CONNECTED if tells and self._is_news() else None

    def _is_news(self) -> bool:
        """Whether it is worth a word in the database that KlickTipp takes the credential."""
        account = self._credential.account
        is_fresh = account.checked_at is not None and account.checked_at > timezone.now() - _FRESH_FOR
        return not is_fresh or account.connection == Connection.REFUSED

    def _is_refusal(self, attempt: Attempt, ending: Ending) -> bool:
        """Whether this tells of the credential itself. The library repeats a refused call with a new session only."""
        operation, is_refused = attempt.operation.name, isinstance(ending.error, AccessDenied)
        if operation == "login":
            self._has_signed_in |= ending.error is None
            return is_refused
        if not is_refused or not OPERATIONS[operation].refusal_tells_of_key:
            return False
        if not self._credential.is_api_user or self._has_signed_in or attempt.call_id in self._refused_once:
            return True
        self._refused_once.add(attempt.call_id)
        return False
