"""The two ways to sign requests, and the link by which the owner of an account grants access to it."""

import base64
import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from .errors import ConfigurationError, InvalidRequest, Throttled, Unreachable
from .models import SessionToken

SIGN_IN_PAUSE: Final = timedelta(minutes=1)
"""The shortest time between two tries to sign in by oneself."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def header_value(name: str, value: str) -> str:
    """A text as a header has it: UTF-8, in the bytes of Latin-1. ConfigurationError if it cannot be one."""
    if not isinstance(value, str) or not value.strip() or _CONTROL.search(value):
        raise ConfigurationError(hint=f"{name} is empty or has control characters")
    try:
        return value.encode().decode("latin-1")
    except UnicodeEncodeError:
        raise ConfigurationError(hint=f"{name} has broken characters") from None


class DeveloperKeyAuth:
    """Signs with a developer key and a customer key (developer guide): for production and many clients.

    username: of the operator, who owns the developer key
    developer_key: hexadecimal, of even length; white space in it does not count
    customer_key: names the account the calls are about

    `ConfigurationError` if a key cannot be one.
    """

    __slots__ = ("_headers", "username")

    def __init__(self, username: str, developer_key: str, customer_key: str) -> None:
        self.username = username
        self._headers: Final = {
            "X-Un": header_value("username", username),
            "X-Ci": _signature(developer_key, customer_key),
        }

    def headers(self) -> Mapping[str, str]:
        """What to add to a request. A secret: `X-Ci` holds the customer key."""
        return self._headers

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.username!r}, …)"


def _signature(developer_key: str, customer_key: str) -> str:
    digits = "".join(developer_key.split()) if isinstance(developer_key, str) else ""
    if not re.fullmatch(r"([0-9A-Fa-f]{2})+", digits):
        raise ConfigurationError(hint="the developer key is not hexadecimal of even length")
    if not isinstance(customer_key, str) or not customer_key.strip():
        raise ConfigurationError(hint="the customer key is empty")
    try:
        message = customer_key.encode()
    except UnicodeEncodeError:
        raise ConfigurationError(hint="the customer key has broken characters") from None
    digest = hmac.digest(bytes.fromhex(digits), message, hashlib.sha256)
    return base64.b64encode(digest + message).decode()


class SessionStore(Protocol):
    """Where a session is kept, so that all threads and processes of one user share it.

    The lock is held while somebody signs in, across an HTTP request. A store in a database therefore keeps a
    lease (a row that names its holder and an end), not a transaction.
    """

    def load(self) -> SessionToken | None:
        """The session as it stands, read anew every time: another process may have changed it."""

    def save(self, session: SessionToken | None) -> None:
        """Keep a session, or forget it."""

    def last_try(self) -> datetime | None:
        """When somebody last tried to sign in: an aware datetime, or what `note_try` was given last."""

    def note_try(self, when: datetime | None) -> None:
        """Keep that time. None: a try that did not reach the service does not count."""

    def lock(self, timeout: float) -> AbstractContextManager[object]:
        """A lock that only one can hold. TimeoutError on entering if it is not free in so many seconds."""


class MemorySessionStore:
    """Keeps a session for the threads of one process."""

    def __init__(self) -> None:
        self._session: SessionToken | None = None
        self._last_try: datetime | None = None
        self._lock = threading.Lock()

    def load(self) -> SessionToken | None:
        return self._session

    def save(self, session: SessionToken | None) -> None:
        self._session = session

    def last_try(self) -> datetime | None:
        return self._last_try

    def note_try(self, when: datetime | None) -> None:
        self._last_try = when

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(0.0, timeout)):
            raise TimeoutError("somebody else is signing in")
        try:
            yield
        finally:
            self._lock.release()


class SessionAuth:
    """Signs in with username and password: for tests and tools.

    KlickTipp advises a sub-account with the role API User, never the main account.

    A session can end at any time. On 401 or 403 the client takes the session that somebody else has got
    meanwhile, or else signs in once, and then repeats the call once.
    """

    __slots__ = ("password", "store", "username")

    def __init__(self, username: str, password: str, store: SessionStore | None = None) -> None:
        self.username = username
        self.password = password
        self.store: SessionStore = MemorySessionStore() if store is None else store

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.username!r}, …)"

    def renewed(
        self, ended: SessionToken | None, sign_in: Callable[[], SessionToken], timeout: float
    ) -> SessionToken | None:
        """Another session than the one that has ended: somebody else's, or that of signing in.

        None if the last try is less than a minute ago, or somebody else's takes over `timeout` seconds.
        What `sign_in` raises is passed on; the session that has ended is forgotten all the same.
        """
        if session := self._another(ended):
            return session
        with ExitStack() as locked:
            try:
                locked.enter_context(self.store.lock(timeout))
            except TimeoutError:
                return self._another(ended)
            if session := self._another(ended):
                return session
            now, last = datetime.now(UTC), self.store.last_try()
            if last and abs(now - last) < SIGN_IN_PAUSE:
                return None
            self.store.note_try(now)
            self.store.save(None)
            try:
                session = sign_in()
            except (Throttled, Unreachable):
                self.store.note_try(None)
                raise
            self.store.save(session)
            return session

    def _another(self, ended: SessionToken | None) -> SessionToken | None:
        session = self.store.load()
        return session if session != ended else None


Auth = DeveloperKeyAuth | SessionAuth


def grant_url(operator_account_id: int | str, redirect: str, app_url: str = "https://app.klicktipp.com") -> str:
    """Where the owner of a KlickTipp account grants the operator access to it (developer guide).

    operator_account_id: of the account that owns the developer key
    redirect: where KlickTipp sends the owner back to, with the customer key at its end. It has to end in an
        empty parameter, as in `https://portal.example/callback?customerkey=`, and is not percent-encoded.

    `InvalidRequest` if the link could not work.
    """
    if not re.fullmatch(r"[1-9][0-9]{0,18}", str(operator_account_id)):
        raise InvalidRequest("grant_url", hint="operator_account_id is not an id")
    if not _is_redirect(redirect):
        raise InvalidRequest("grant_url", hint="redirect is not a web address that ends in an empty parameter")
    return f"{app_url.rstrip('/')}/grantapiaccess/{operator_account_id}?url={redirect}"


def _is_redirect(redirect: str) -> bool:
    if not re.fullmatch(r"https?://[^\s#]+[?&][^\s#?&=]+=", redirect) or _CONTROL.search(redirect):
        return False
    try:
        return bool(urlsplit(redirect).hostname)
    except ValueError:
        return False
