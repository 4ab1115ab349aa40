"""The only place that makes a KlickTipp client: it picks the key, sets the deadline and attaches the recorder."""

from functools import cache

from django.conf import settings
from django.db.models import F, Q

from integrations.audit import events
from integrations.audit.models import KeyOwner
from integrations.audit.recorder import Action, Recorder, Scope
from integrations.clients.encryption import Undecryptable, last_four
from integrations.clients.health import Watch
from integrations.clients.models import ClientAccount, Credential
from integrations.klicktipp import ConfigurationError, DeveloperKeyAuth, KlickTipp, Observer, Transport
from integrations.messages import Obstacle


class Obstructed(Exception):
    """No call could be tried. `obstacle` says why; the log has an entry of it."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


@cache
def _transport() -> Transport:
    return Transport(proxy=settings.KLICKTIPP_PROXY)


def connect_with(customer_key: str, owner: KeyOwner, scope: Scope, action: Action) -> KlickTipp:
    """A client for a customer key that is not stored yet. Everything else as in `connect`."""
    return _client(_auth(customer_key, scope, action), _recorder(customer_key, owner, scope, action))


def connect_listbuilding(api_key: str, account: ClientAccount, action: Action) -> KlickTipp:
    """A client for the three calls that a listbuilding key of the account allows. The caller names the key in each of
    them, as no header does. Everything else as in `connect`."""
    return _client(None, _recorder(api_key, KeyOwner.LISTBUILDING, account.scope, action))


def _recorder(key: str, owner: KeyOwner, scope: Scope, action: Action) -> Recorder:
    return Recorder(action, scope, last_four(key), owner)


def _auth(customer_key: str, scope: Scope, action: Action) -> DeveloperKeyAuth:
    if not (settings.KLICKTIPP_USERNAME and settings.KLICKTIPP_DEVELOPER_KEY):
        raise _obstructed(Obstacle.NO_DEVELOPER_KEY, scope, action)
    try:
        return DeveloperKeyAuth(settings.KLICKTIPP_USERNAME, settings.KLICKTIPP_DEVELOPER_KEY, customer_key)
    except ConfigurationError:
        raise _obstructed(Obstacle.MALFORMED_DEVELOPER_KEY, scope, action) from None


def _client(auth: DeveloperKeyAuth | None, observer: Observer) -> KlickTipp:
    return KlickTipp(
        auth,
        base_url=settings.KLICKTIPP_URL,
        deadline=settings.KLICKTIPP_PAGE_DEADLINE,
        budget=settings.KLICKTIPP_PAGE_DEADLINE,
        observer=observer,
        transport=_transport(),
    )


def _obstructed(obstacle: Obstacle, scope: Scope, action: Action) -> Obstructed:
    events.record_obstacle(action, scope, obstacle)
    return Obstructed(obstacle)


def credential_for(account: ClientAccount, user_id: int | None) -> Credential | None:
    """The user's own credential for the account, else the shared one."""
    usable = account.credentials.filter(Q(user=None) | Q(user=user_id))
    return usable.order_by(F("user").desc(nulls_last=True)).first()


def connect(account: ClientAccount, action: Action) -> KlickTipp:
    """A client for the account, whose calls are logged as parts of `action`, done by its actor.

    All calls together have `KLICKTIPP_PAGE_DEADLINE` seconds. Raises `Obstructed` where there is no key to use.
    """
    credential = credential_for(account, action.actor.user_id)
    if credential is None:
        raise not_connected(account, action)
    return connect_by(credential, account, action)


def not_connected(account: ClientAccount, action: Action, obstacle: Obstacle = Obstacle.NOT_CONNECTED) -> Obstructed:
    """What to raise where there is no key to use; the log has it then."""
    return _obstructed(obstacle, account.scope, action)


def connect_by(credential: Credential, account: ClientAccount, action: Action) -> KlickTipp:
    """A client for the account with this credential of it. Everything else as in `connect`."""
    try:
        customer_key = credential.secret
    except Undecryptable:
        raise _obstructed(Obstacle.KEY_UNDECRYPTABLE, account.scope, action) from None
    watch = Watch(_recorder(customer_key, credential.owner, account.scope, action), credential)
    return _client(_auth(customer_key, account.scope, action), watch)
