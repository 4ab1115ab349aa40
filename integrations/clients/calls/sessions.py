"""The sessions of API users at KlickTipp: one for all threads and processes, kept with the credential."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from integrations.clients.models import Credential, CredentialQuerySet
from integrations.klicktipp import SIGN_IN_PAUSE, SessionToken, timing
from ktportal.encryption import Undecryptable, decrypt, encrypt

LEASE: Final = timedelta(seconds=30)
"""For how long one may be signing in before others take over: longer than that takes."""

_POLL_SECONDS: Final = 0.1


class StoredSession:
    """The library's session store for a stored API user.

    While somebody signs in, the credential has a holder and an end of the lease: no transaction lasts as long as a
    request. Of a credential that has been removed there is no session, and nobody gets one.

    before_waiting: what is asked before one waits for somebody else's sign-in; what it raises is passed on
    """

    def __init__(self, credential: Credential, before_waiting: Callable[[], None] = lambda: None) -> None:
        self._pk = credential.pk
        self._before_waiting = before_waiting
        self._purpose = credential.purpose_of_session

    def load(self) -> SessionToken | None:
        kept = self._stored().values_list("encrypted_session", flat=True).first()
        if not kept:
            return None
        try:
            return SessionToken(*json.loads(decrypt(kept, self._purpose)))
        except Undecryptable:
            return None

    def save(self, session: SessionToken | None) -> None:
        kept = encrypt(json.dumps([session.session_name, session.session_id]), self._purpose) if session else ""
        self._stored().update(encrypted_session=kept)

    def last_try(self) -> datetime | None:
        return self._stored().values_list("sign_in_tried_at", flat=True).first()

    def note_try(self, when: datetime | None) -> None:
        self._stored().update(sign_in_tried_at=when)

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        self._before_waiting()
        holder, until = uuid4(), timing.now() + timeout
        while not self._claimed(holder):
            if timing.now() + _POLL_SECONDS > until or not self._stored().exists():
                raise TimeoutError("somebody else is signing in, or the credential has been removed")
            timing.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            self._stored().filter(sign_in_holder=holder).update(sign_in_holder=None, sign_in_until=None)

    def _claimed(self, holder: UUID) -> bool:
        now = timezone.now()
        is_free = Q(sign_in_until=None) | Q(sign_in_until__lte=now)
        return bool(self._stored().filter(is_free).update(sign_in_holder=holder, sign_in_until=now + LEASE))

    def _stored(self) -> CredentialQuerySet:
        return Credential.objects.filter(pk=self._pk)


def must_wait(credential: Credential) -> bool:
    """Whether an API user has no session, nobody is getting one, and the last try was too short a time ago."""
    now, tried_at, until = timezone.now(), credential.sign_in_tried_at, credential.sign_in_until
    if credential.encrypted_session or tried_at is None or (until and until > now):
        return False
    return abs(now - tried_at) < SIGN_IN_PAUSE
