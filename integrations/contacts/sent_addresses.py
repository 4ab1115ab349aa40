"""The addresses that were sent in this visit, so that the page of an add can show what was typed: the log and the
origin keep none.

They are encrypted in the session, as the contacts of `recent` are, and go with sign-out.
"""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from integrations.clients.encryption import Undecryptable, decrypt, encrypt

_MOST = 20
_KEY = "sent_addresses"


def sent_address(session: SessionBase, action: UUID) -> str:
    """The email address or SMS number that this session has sent with an action; "" if it has not, or long ago."""
    return _all(session).get(action.hex, "")


def remember_sent(session: SessionBase, action: UUID, address: str) -> None:
    """Keep the address of an add whose page is to show it."""
    others = {key: value for key, value in _all(session).items() if key != action.hex}
    latest = dict(list(others.items())[-(_MOST - 1) :])
    session[_KEY] = encrypt(json.dumps(latest | {action.hex: address}))


def _all(session: SessionBase) -> dict[str, str]:
    try:
        return dict(json.loads(decrypt(session[_KEY])))
    except (KeyError, Undecryptable):
        return {}
