"""The only place that makes a KlickTipp client: it picks the key, sets the deadline and attaches the recorder."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from functools import cache, partial
from math import inf
from typing import Any, Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from integrations.audit import events
from integrations.audit.models import KeyOwner
from integrations.audit.recorder import Action, Recorder, Scope
from integrations.clients.calls import sessions
from integrations.clients.calls.admission import Admission, Admitted
from integrations.clients.calls.desk import Beginning, Desk, Done, Job, Run
from integrations.clients.calls.health import Watch
from integrations.clients.calls.parallel import Crew, Write
from integrations.clients.errors import Obstructed
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Credential
from integrations.klicktipp import (
    Attempt,
    ConfigurationError,
    DeveloperKeyAuth,
    Ending,
    KlickTipp,
    Observer,
    Problem,
    SessionAuth,
    SessionStore,
    Transport,
)
from integrations.klicktipp.auth import Auth
from integrations.messages import Obstacle
from ktportal.encryption import Undecryptable, last_four

T = TypeVar("T")


MOST_AT_ONCE: Final = 8
"""The most calls that one page has under way at KlickTipp."""


@cache
def _transport() -> Transport:
    return Transport(pool_size=4 * MOST_AT_ONCE, proxy=settings.KLICKTIPP_PROXY)


def connect_with(login: Login, scope: Scope, action: Action) -> KlickTipp:
    """A client for a login that is not stored yet, so it is nobody's. Everything else as in `connect`."""
    recorder = _recorder(login, None, scope, action)
    return _client(_auth(login, None, scope, action), Admitted(recorder, Admission(action, scope)))


def connect_listbuilding(
    api_key: str, account: ClientAccount, action: Action, *, seconds: float | None = None
) -> KlickTipp:
    """A client for the three calls that a listbuilding key of the account allows. The caller names the key in each of
    them, as no header does. Everything else as in `connect`."""
    recorder = Recorder(action, account.scope, last_four(api_key), KeyOwner.LISTBUILDING)
    return _client(None, Admitted(recorder, Admission(action, account.scope)), seconds)


def _recorder(login: Login, owner: KeyOwner | None, scope: Scope, action: Action) -> Recorder:
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


def _client(auth: Auth | None, observer: Observer, seconds: float | None = None) -> KlickTipp:
    return KlickTipp(
        auth,
        base_url=settings.KLICKTIPP_URL,
        deadline=settings.KLICKTIPP_PAGE_DEADLINE,
        budget=None if seconds == inf else settings.KLICKTIPP_PAGE_DEADLINE if seconds is None else seconds,
        observer=observer,
        transport=_transport(),
    )


def _obstructed(obstacle: Obstacle | Problem, scope: Scope, action: Action) -> Obstructed:
    events.record_obstacle(action, scope, obstacle)
    return Obstructed(obstacle, reads=action.sentence.only_reads)


def credential_for(account: ClientAccount, user_id: int | None) -> Credential | None:
    """The user's own credential for the account, else the shared one."""
    usable = account.credentials.filter(Q(user=None) | Q(user=user_id))
    return usable.order_by(F("user").desc(nulls_last=True)).first()


def connect(account: ClientAccount, action: Action, *, seconds: float | None = None) -> KlickTipp:
    """A client for the account, whose calls are logged as parts of `action`, done by its actor.

    seconds: for all calls together, from the first on; `KLICKTIPP_PAGE_DEADLINE` unless told

    Raises `Obstructed` where there is no key to use.
    """
    credential = credential_for(account, action.actor.user_id)
    if credential is None:
        raise not_connected(account, action)
    return connect_by(credential, account, action, seconds=seconds)


def not_connected(account: ClientAccount, action: Action, obstacle: Obstacle = Obstacle.NOT_CONNECTED) -> Obstructed:
    """What to raise where there is no key to use; the log has it then."""
    return _obstructed(obstacle, account.scope, action)


def connect_by(
    credential: Credential, account: ClientAccount, action: Action, *, seconds: float | None = None
) -> KlickTipp:
    """A client for the account with this credential of it. Everything else as in `connect`."""
    admission = Admission(action, account.scope)
    auth, recorder = _signed_by(credential, account, action, admission)
    return _client(auth, Admitted(Watch(recorder, credential), admission), seconds)


def _signed_by(
    credential: Credential, account: ClientAccount, action: Action, admission: Admission
) -> tuple[Auth, Recorder]:
    """What signs the calls of an action by a stored credential, and what records them."""
    try:
        login = credential.login
    except Undecryptable:
        lost = Obstacle.PASSWORD_UNDECRYPTABLE if credential.is_api_user else Obstacle.KEY_UNDECRYPTABLE
        raise _obstructed(lost, account.scope, action) from None
    if credential.is_api_user and sessions.must_wait(credential):
        raise _obstructed(Problem.SIGN_IN_PAUSED, account.scope, action)
    store = sessions.StoredSession(credential, admission.take_seat) if credential.is_api_user else None
    auth = _auth(login, store, account.scope, action)
    return auth, _recorder(login, credential.owner, account.scope, action)


def at_once(
    account: ClientAccount, action: Action, jobs: Sequence[Job[T]], *, seconds: float | None = None
) -> Generator[Done[T], None, None]:
    """Do the jobs of an action, up to `MOST_AT_ONCE` at the same time, and give what came of each as it comes.

    A job is a function of the client. It runs in a thread of its own, so it must not touch the database; its calls,
    one for most jobs, have the same names in the log whatever the order. The calls are recorded by the thread that
    takes the results, between one and the next.

    seconds: for all together, from the first on; `KLICKTIPP_PAGE_DEADLINE` unless told. What has not begun by then,
    or when KlickTipp refuses the access, or when the log cannot be written, is `Done` with `Obstructed`, and the log
    has an entry that says how many. While KlickTipp is busy, fewer go at once, and each tries again until time is up.

    Raises `Obstructed` where there is no key to use. Taking the first result raises it where there is no seat for the
    request, or KlickTipp does not answer, and `AlreadyStarted` for an action that another submit has begun, and nothing
    is sent. Who takes no more results closes the iterator: what is under way is awaited and recorded, the rest is not
    sent.
    """
    credential = credential_for(account, action.actor.user_id)
    if credential is None:
        raise not_connected(account, action)
    return _crew(
        credential,
        account,
        action,
        _for_the_log_alone,
        seconds=settings.KLICKTIPP_PAGE_DEADLINE if seconds is None else seconds,
        workers=MOST_AT_ONCE,
    ).results(Run(place, job) for place, job in enumerate(jobs))


def in_background(
    credential: Credential,
    account: ClientAccount,
    action: Action,
    runs: Iterable[Run[T]],
    write_by: Callable[[Recorder], Write],
    *,
    seats: int,
) -> Generator[Done[T], None, None]:
    """Do the jobs of an action that no page waits for, up to so many `seats` at the same time, and give what came of
    each as it comes. As `at_once`, but for as long as there are jobs, each call with `KLICKTIPP_PAGE_DEADLINE` of its
    own; and whatever comes of a job is told as it is. Some more have begun in the log, so that no seat is empty while
    marks are committed.

    write_by: what commits the marks of the calls, and what came of the jobs, with this recorder
    """
    yield from _crew(
        credential,
        account,
        action,
        write_by,
        seconds=inf,
        seats=seats,
        workers=2 * seats,
        caller_decides=True,
    ).results(runs)


def _for_the_log_alone(recorder: Recorder) -> Write:
    def write(
        begun: Sequence[Beginning], finished: Sequence[tuple[Attempt, Ending]], done: Sequence[Done[Any]]
    ) -> Mapping[UUID, Exception]:
        return recorder.write([each.attempt for each in begun], finished) if begun or finished else {}

    return write


def _crew(
    credential: Credential,
    account: ClientAccount,
    action: Action,
    write_by: Callable[[Recorder], Write],
    *,
    seconds: float,
    workers: int,
    seats: int | None = None,
    caller_decides: bool = False,
) -> Crew[Any]:
    admission = Admission(action, account.scope)
    auth, recorder = _signed_by(credential, account, action, admission)
    desk = Desk(action, seats)
    auth = desk.for_threads(auth)
    return Crew(
        desk,
        _client(auth, desk, seconds),
        write_by(recorder),
        Watch(recorder, credential),
        admission,
        partial(events.record_unsent, action, account.scope),
        seconds=seconds,
        workers=workers,
        first_alone=isinstance(auth, SessionAuth),
        caller_decides=caller_decides,
    )
