"""The contacts that were opened in this visit, the last ten of each client account.

They are encrypted in the session: so they go with sign-out, and the database's administrator reads no address there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase

from integrations.clients.models import ClientAccount
from integrations.contacts.showing.contact import name_of
from integrations.klicktipp import Contact
from integrations.phone_numbers import readable_number
from ktportal.encryption import Undecryptable, decrypt, encrypt

MOST_CONTACTS = 10
_MOST_ACCOUNTS = 20
_KEY = "recent_contacts"


@dataclass(frozen=True)
class RecentContact:
    """`address` is the email address or SMS number, `name` first and last name; each can be ""."""

    id: str
    address: str
    name: str


def recent_contacts(session: SessionBase, account: ClientAccount) -> list[RecentContact]:
    """The contacts of a client account that this session has opened, the latest first."""
    try:
        return [RecentContact(**row) for row in json.loads(decrypt(session[_KEY][str(account.pk)], _KEY))]
    except (KeyError, Undecryptable):
        return []


def remember(session: SessionBase, account: ClientAccount, contact: Contact) -> None:
    """Put a contact that has just been opened first."""
    opened = RecentContact(contact.id, contact.email or readable_number(contact.sms_number), name_of(contact)[:100])
    others = [other for other in recent_contacts(session, account) if other.id != contact.id]
    _keep(session, account, [opened, *others][:MOST_CONTACTS])


def forget(session: SessionBase, account: ClientAccount, contact_id: str) -> None:
    """Take out a contact that is no longer there."""
    known = recent_contacts(session, account)
    others = [other for other in known if other.id != contact_id]
    if others != known:
        _keep(session, account, others)


def _keep(session: SessionBase, account: ClientAccount, contacts: Iterable[RecentContact]) -> None:
    accounts = {key: token for key, token in session.get(_KEY, {}).items() if key != str(account.pk)}
    latest = dict(list(accounts.items())[-(_MOST_ACCOUNTS - 1) :])
    token = encrypt(json.dumps([asdict(contact) for contact in contacts]), _KEY)
    session[_KEY] = latest | {str(account.pk): token}
