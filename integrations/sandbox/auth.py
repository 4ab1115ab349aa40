"""Who is calling: the two headers of key mode, or a session."""

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass

from integrations.sandbox import errors
from integrations.sandbox.model import Account
from integrations.sandbox.store import Store
from integrations.sandbox.wire import Request

_DIGEST_BYTES = 32


@dataclass
class Caller:
    """The account that calls, and its session's id where it signed in by username and password."""

    account: Account
    sessid: str | None = None


def authenticate(store: Store, request: Request, ends_session: bool = False) -> Caller:
    """The caller of a request. Raises Refusal 403, in the account's language where the account can be told.

    ``X-Un`` and ``X-Ci`` decide if either is there, else the session's cookie or ``X-Session-Id``. Whoever only
    wants to end a session that is gone gets a 406.
    """
    headers = request.headers
    if "x-un" in headers or "x-ci" in headers:
        return Caller(_by_key(store, headers.get("x-un", ""), headers.get("x-ci", "")))
    sessid = session_id(store, request)
    account = in_session(store, sessid)
    if account is None:
        owner = _owner(store, sessid)
        raise _gone(owner) if ends_session and sessid else denied(owner)
    return Caller(account, sessid)


def in_session(store: Store, sessid: str | None) -> Account | None:
    """The account of a session that lives."""
    session = store.session(sessid) if sessid else None
    return _owner(store, sessid) if session and session.expires > time.time() else None


def _owner(store: Store, sessid: str | None) -> Account | None:
    """The account of a session, also of one that is over."""
    session = store.session(sessid) if sessid else None
    return store.accounts.get(session.uid) if session else None


def _gone(account: Account | None) -> errors.Refusal:
    return errors.message(406, account.language if account else "en", "not_signed_in")


def denied(account: Account | None) -> errors.Refusal:
    return errors.message(403, account.language if account else "en", "denied")


def session_id(store: Store, request: Request) -> str | None:
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == store.session_name:
            return value.strip('"')
    return request.headers.get("x-session-id")


def _by_key(store: Store, username: str, cipher: str) -> Account:
    try:
        raw = base64.b64decode(cipher.strip(), validate=True)
        customer_key = raw[_DIGEST_BYTES:].decode()
    except (binascii.Error, ValueError):
        raise denied(None) from None
    account = store.by_customer_key.get(customer_key)
    expected = hmac.new(bytes.fromhex(store.operator.developer_key), customer_key.encode(), hashlib.sha256).digest()
    genuine = hmac.compare_digest(expected, raw[:_DIGEST_BYTES])
    known = hmac.compare_digest(username.encode("utf-8", "replace"), store.operator.username.encode())
    if account is None or not genuine or not known:
        raise denied(account)
    return account
