"""Sign-in by username and password, and the account itself."""

import hmac
from typing import Any

from integrations.sandbox import auth, errors
from integrations.sandbox.model import Account
from integrations.sandbox.operations.call import Call
from integrations.sandbox.routes import BY_SESSION, FREE, route
from integrations.sandbox.store import Store
from integrations.sandbox.wire import Request


@route("POST", "/account/login", FREE)
def login(store: Store, request: Request, data: dict[str, Any]) -> tuple[Account, dict[str, Any], str]:
    """The account that signed in, the answer and the Set-Cookie header.

    Raises Refusal: 400 if an argument is missing or no text, 406 in a session that lives, 401 if username and
    password do not fit.
    """
    credentials = []
    for key in ("username", "password"):
        value = data.get(key)
        if not isinstance(value, str):
            raise errors.message(400, "en", "must_be_string", key=key)
        credentials.append(value)
    present = auth.in_session(store, auth.session_id(store, request))
    if present:
        raise errors.message(406, present.language, "signed_in")
    username, password = credentials
    account = store.by_username.get(username)
    expected = account.profile.password if account else ""
    fits = hmac.compare_digest(password.encode("utf-8", "replace"), expected.encode())
    if account is None or not fits:
        raise errors.message(401, account.language if account else "en", "wrong_login")
    sessid = store.new_session(account)
    answer = {
        "sessid": sessid,
        "session_name": store.session_name,
        "account": describe(account, account.profile.username),
    }
    return account, answer, f"{store.session_name}={sessid}; path=/; httponly"


@route("POST", "/account/logout", BY_SESSION)
def logout(call: Call) -> list[bool]:
    if call.sessid:
        call.store.end_session(call.sessid)
    return [True]


@route("GET", "/account")
def retrieve(call: Call) -> dict[str, Any]:
    profile = call.account.profile
    return describe(call.account, profile.username if call.sessid else profile.main_username)


def describe(account: Account, username: str) -> dict[str, Any]:
    """The account object of login's example in the OpenAPI document."""
    profile = account.profile
    return {
        "uid": profile.uid,
        "status": 1,
        "tier": profile.tier,
        "usergroup": profile.usergroup,
        "username": username,
        "email": profile.email,
        "firstname": profile.firstname,
        "lastname": profile.lastname,
        "company": profile.name,
        "country": "DE" if profile.language == "de" else "GB",
        "street": "",
        "city": profile.city,
        "state": "",
        "zip": "",
        "website": profile.website,
        "affid": "0",
        "phone": "",
        "fax": "",
    }
