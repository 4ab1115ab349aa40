"""Checks the connections of many client accounts at once: for the person who asks, and daily."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import BoundedSemaphore
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from integrations.audit import events
from integrations.audit.actors import SYSTEM, Actor
from integrations.audit.recorder import Action, Scope
from integrations.clients.calls.bulkhead import bulkhead
from integrations.clients.calls.deadline import Deadline
from integrations.clients.errors import Obstructed
from integrations.clients.explain import EXPLAINED
from integrations.clients.keys import services
from integrations.clients.models import ClientAccount, Credential
from integrations.clients.sentences import CONNECTIONS_CHECKED
from integrations.klicktipp import AccessDenied
from integrations.messages import Obstacle

_running: Final = BoundedSemaphore(settings.CHECKS_AT_ONCE)

DAILY: Final = timedelta(hours=24)
_MOST_IN_A_RUN: Final = 60


@dataclass(frozen=True)
class Checked:
    """A client account, and what stood in the way of its connection, if anything did."""

    account: ClientAccount
    error: Exception | None

    @property
    def is_refused(self) -> bool:
        return isinstance(self.error, AccessDenied)


class TimeUp(Exception):
    """There was no time left to ask KlickTipp."""


def check_all_of_team(membership: Membership, actor: Actor) -> list[Checked]:
    """Check the client accounts that a member sees, within the time of a page. Raises `Obstructed` where no thread of
    the web process is left to wait for KlickTipp."""
    scope = Scope(membership.team_id)
    if not bulkhead.take_seat(actor, scope):
        events.record_obstacle(Action(CONNECTIONS_CHECKED, actor), scope, Obstacle.TOO_MANY_WAIT)
        raise Obstructed(Obstacle.TOO_MANY_WAIT, reads=True)
    return _check_all(ClientAccount.objects.visible_to(membership), actor, Deadline())


def _check_all(accounts: Iterable[ClientAccount], actor: Actor, deadline: Deadline | None = None) -> list[Checked]:
    """Check the shared logins of these client accounts, some at a time; nothing goes on after the deadline. Each check
    is an action of the log."""
    shared = Credential.objects.shared().filter(account__in=accounts).select_related("account__team")
    credentials = list(shared.order_by("account__checked_at"))
    if settings.CHECKS_AT_ONCE == 1:
        return [_check(credential, actor, deadline) for credential in credentials]
    with ThreadPoolExecutor(settings.CHECKS_AT_ONCE) as threads:
        return list(threads.map(partial(_check_apart, actor=actor, deadline=deadline), credentials))


def check_daily() -> None:
    """For the clock: the connections that nobody has checked or used for a day, those that wait longest first."""
    waiting = ClientAccount.objects.filter(Q(checked_at=None) | Q(checked_at__lt=timezone.now() - DAILY))
    due = waiting.filter(credentials__user=None, credentials__isnull=False).order_by("checked_at")
    _check_all(list(due[:_MOST_IN_A_RUN]), SYSTEM)


def _check_apart(credential: Credential, actor: Actor, deadline: Deadline | None) -> Checked:
    """In a thread of its own, which leaves no connection to the database behind. All who check share the number of
    those that run at once, as each holds a connection for as long as KlickTipp takes."""
    if not _running.acquire(timeout=max(deadline.seconds_left, 0) if deadline else None):
        return Checked(credential.account, TimeUp())
    try:
        return _check(credential, actor, deadline)
    finally:
        connection.close()
        _running.release()


def _check(credential: Credential, actor: Actor, deadline: Deadline | None) -> Checked:
    seconds = deadline.seconds_left if deadline else None
    if seconds is not None and seconds <= 0:
        return Checked(credential.account, TimeUp())
    try:
        services.check_stored(credential, actor, uuid4(), seconds)
    except EXPLAINED as error:
        return Checked(credential.account, error)
    return Checked(credential.account, None)
