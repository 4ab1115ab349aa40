"""What was sent in this visit, so that the page of an add can show the address that was typed, and a check knows
whether the form is still what was sent: the log and the origin keep none of it.

It is encrypted in the session, as the contacts of `recent` are, and goes with sign-out. Of the rest of the form only a
digest is kept.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from integrations.contacts.adding.submission import NewContact
from ktportal.encryption import Undecryptable, decrypt, encrypt

_MOST = 20
_KEY = "sent_contacts"


def remember_sent(session: SessionBase, action: UUID, new: NewContact) -> None:
    """Keep of an add that was sent what its page is to show."""
    others = {key: row for key, row in _all(session).items() if key != action.hex}
    latest = dict(list(others.items())[-(_MOST - 1) :])
    session[_KEY] = encrypt(json.dumps(latest | {action.hex: [new.address, _digest(new)]}), _KEY)


def sent_address(session: SessionBase, action: UUID) -> str:
    """The email address or SMS number that this session has sent with an action; "" if it has not, or long ago."""
    return _all(session).get(action.hex, ("", ""))[0]


def has_sent(session: SessionBase, action: UUID, new: NewContact) -> bool:
    """Whether this is just what this session has sent with an action."""
    return _all(session).get(action.hex, ("", ""))[1] == _digest(new)


def _digest(new: NewContact) -> str:
    return sha256(json.dumps(asdict(new), sort_keys=True).encode()).hexdigest()


def _all(session: SessionBase) -> dict[str, tuple[str, str]]:
    try:
        return {key: (address, digest) for key, (address, digest) in json.loads(decrypt(session[_KEY], _KEY)).items()}
    except (KeyError, Undecryptable):
        return {}
