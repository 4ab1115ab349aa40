"""The only place that makes a KlickTipp client: it picks the key, sets the deadline and attaches the recorder."""

from functools import cache

from django.conf import settings
from django.db.models import F, Q

from integrations.audit import events
from integrations.audit.models import KeyOwner
from integrations.audit.recorder import Action, Recorder, Scope
from integrations.clients import sessions
from integrations.clients.encryption import Undecryptable
from integrations.clients.health import Watch
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Credential
from integrations.klicktipp import (
    ConfigurationError,
    DeveloperKeyAuth,
    KlickTipp,
    Observer,
    Problem,
    SessionAuth,
    SessionStore,
    Transport,
)
from integrations.klicktipp.auth import Auth
from integrations.messages import Obstacle


class Obstructed(Exception):
    """No call could be tried. `obstacle` says why; the log has an entry of it."""

    def __init__(self, obstacle: Obstacle | Problem) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


@cache
def _transport() -> Transport:
    return Transport(proxy=settings.KLICKTIPP_PROXY)


def connect_with(login: Login, owner: KeyOwner, scope: Scope, action: Action) -> KlickTipp:
    """A client for a login that is not stored yet. Everything else as in `connect`."""
    return _client(_auth(login, None, scope, action), _recorder(login, owner, scope, action))


def _recorder(login: Login, owner: KeyOwner, scope: Scope, action: Action) -> Recorder:
    return Recorder(action, scope, login.last_four, owner, api_user=login.username)


def _auth(login: Login, store: SessionStore | None, scope: Scope, action: Action) -> Auth:
    """What signs the calls. An API user needs no developer key; its session is kept in `store`."""
    if login.is_api_user:
        return SessionAuth(login.username, login.secret, store)
    if not (settings.KLICKTIPP_USERNAME and settings.KLICKTIPP_DEVELOPER_KEY):
        raise _obstructed(Obstacle.NO_DEVELOPER_KEY, scope, action)
    try:
        return DeveloperKeyAuth(settings.KLICKTIPP_USERNAME, settings.KLICKTIPP_DEVELOPER_KEY, login.secret)
    except ConfigurationError:
        raise _obstructed(Obstacle.MALFORMED_DEVELOPER_KEY, scope, action) from None


def _client(auth: Auth, observer: Observer) -> KlickTipp:
    return KlickTipp(
        auth,
        base_url=settings.KLICKTIPP_URL,
        deadline=settings.KLICKTIPP_PAGE_DEADLINE,
        budget=settings.KLICKTIPP_PAGE_DEADLINE,
        observer=observer,
        transport=_transport(),
    )


def _obstructed(obstacle: Obstacle | Problem, scope: Scope, action: Action) -> Obstructed:
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
        login = credential.login
    except Undecryptable:
        lost = Obstacle.PASSWORD_UNDECRYPTABLE if credential.is_api_user else Obstacle.KEY_UNDECRYPTABLE
        raise _obstructed(lost, account.scope, action) from None
    if credential.is_api_user and sessions.must_wait(credential):
        raise _obstructed(Problem.SIGN_IN_PAUSED, account.scope, action)
    auth = _auth(login, sessions.StoredSession(credential), account.scope, action)
    return _client(auth, Watch(_recorder(login, credential.owner, account.scope, action), credential))
