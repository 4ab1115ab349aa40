"""All data of the sandbox under one lock, and its way into the state file."""

import hashlib
import json
import os
import secrets
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from integrations.sandbox import seed
from integrations.sandbox.model import (
    CONTACT_MAPPINGS,
    Account,
    Contact,
    DataField,
    OptInProcess,
    Profile,
    Tag,
)
from integrations.sandbox.statefile import Key, StateError, StateFile

SAVE_INTERVAL = 0.25
SESSION_SECONDS = 24 * 3600
MOST_SESSIONS = 10_000
MOST_ACCOUNTS = 50


@dataclass
class Operator:
    """The owner of the developer key."""

    account_id: str
    username: str
    developer_key: str


@dataclass
class Session:
    uid: int
    expires: int


def clean_developer_key(key: str) -> str:
    """The key without white space. Raises StateError if it is not hex of even length."""
    bare = "".join(key.split())
    try:
        usable = bool(bytes.fromhex(bare))
    except ValueError:
        usable = False
    if not usable:
        raise StateError("The developer key is not hex of even length.")
    return bare


class Store:
    """Accounts, sessions and the operator.

    Whoever reads or changes them holds ``lock``; every change is named to ``touch`` so that the background
    writer saves it. Raises StateError if the state file or the developer key cannot be used.
    """

    def __init__(
        self,
        accounts: int = 3,
        state: str | os.PathLike[str] | None = None,
        operator_username: str | None = None,
        developer_key: str | None = None,
        operator_account_id: str | None = None,
    ) -> None:
        if not 1 <= accounts <= MOST_ACCOUNTS:
            raise StateError(f"The number of accounts must be from 1 to {MOST_ACCOUNTS}.")
        if developer_key is not None:
            developer_key = clean_developer_key(developer_key)
        self.lock = threading.RLock()
        self.accounts: dict[int, Account] = {}
        self.sessions: dict[str, Session] = {}
        self.resets = 0
        self.session_name = f"SSESS{secrets.token_hex(16)}"
        self.operator = Operator(str(40_000 + secrets.randbelow(10_000)), "portal-operator", secrets.token_hex(32))
        self._dirty: dict[Key, None] = {}
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._file = StateFile(state) if state is not None else None
        try:
            if self._file:
                self._load(self._file)
        except BaseException:
            if self._file:
                self._file.close()
            raise
        if operator_username:
            self.operator.username = operator_username
        if developer_key:
            self.operator.developer_key = developer_key
        if operator_account_id:
            self.operator.account_id = operator_account_id
        self.touch("meta", 0, "")
        for index in range(accounts):
            if not any(account.profile.index == index for account in self.accounts.values()):
                self._adopt(seed.new_account(seed.new_profile(index)))
        self._index_credentials()
        self._save()
        self._writer = threading.Thread(target=self._write_on, name="sandbox-state", daemon=True)
        if self._file:
            self._writer.start()

    def _index_credentials(self) -> None:
        everyone = self.accounts.values()
        self.by_customer_key = {account.profile.customer_key: account for account in everyone}
        self.by_username = {account.profile.username: account for account in everyone}
        self.by_listbuilding_key = {account.profile.listbuilding_key: account for account in everyone}

    def _adopt(self, account: Account) -> None:
        self.accounts[account.uid] = account
        self.touch("profile", account.uid, "")
        for key in account.keys():  # noqa: SIM118 - not a mapping
            self.touch(*key)

    def reset(self) -> None:
        """Puts every account's data back to the start and ends all sessions; credentials stay."""
        with self.lock:
            self.resets += 1
            for account in list(self.accounts.values()):
                for key in account.keys():  # noqa: SIM118
                    self.touch(*key)
                self._adopt(seed.new_account(account.profile))
            self.end_sessions()
            self._index_credentials()

    def new_session(self, account: Account) -> str:
        sessid = secrets.token_urlsafe(32)
        with self.lock:
            while len(self.sessions) >= MOST_SESSIONS:
                oldest = next(iter(self.sessions))
                del self.sessions[oldest]
                self.touch("session", 0, oldest)
            name = self._session_key(sessid)
            self.sessions[name] = Session(account.uid, int(time.time()) + SESSION_SECONDS)
            self.touch("session", 0, name)
        return sessid

    def session(self, sessid: str) -> Session | None:
        """The session, also one that is over, or None if there never was one."""
        return self.sessions.get(self._session_key(sessid))

    def end_session(self, sessid: str) -> None:
        with self.lock:
            session = self.session(sessid)
            if session:
                session.expires = 0
                self.touch("session", 0, self._session_key(sessid))

    def end_sessions(self) -> int:
        """Ends all sessions and says how many were open."""
        with self.lock:
            now, ended = time.time(), 0
            for name, session in self.sessions.items():
                ended += session.expires > now
                session.expires = 0
                self.touch("session", 0, name)
            return ended

    @staticmethod
    def _session_key(sessid: str) -> str:
        return hashlib.sha256(sessid.encode("utf-8", "replace")).hexdigest()

    def touch(self, kind: str, uid: int, name: str) -> None:
        """Says that the record of this kind and id was added, changed or removed."""
        if self._file is None:
            return
        self._dirty[kind, uid, name] = None
        self._wake.set()

    def touch_contact(self, account: Account, contact: Contact) -> None:
        """Says that the contact was added, changed or removed, now."""
        contact.changed = int(time.time())
        self.touch("contact", account.uid, str(contact.id))

    def close(self) -> None:
        """Saves what is not yet saved and lets go of the state file."""
        self._closing.set()
        self._wake.set()
        if self._file:
            self._writer.join()
            self._save()
            self._file.close()

    def _write_on(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._closing.wait(SAVE_INTERVAL)
            self._wake.clear()
            self._save()

    def _save(self) -> None:
        if self._file is None:
            return
        with self.lock:
            keys, self._dirty = self._dirty, {}
            changes = [(key, self._text(key)) for key in keys]
        if not changes:
            return
        try:
            self._file.write(changes)
        except sqlite3.Error as error:
            sys.stderr.write(f"The sandbox could not save its state: {error}\n")
            with self.lock:
                self._dirty = keys | self._dirty

    def _text(self, key: Key) -> str | None:
        value = self._value(key)
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def _value(self, key: Key) -> dict[str, Any] | None:
        kind, uid, name = key
        if kind == "meta":
            return {**vars(self.operator), "session_name": self.session_name}
        if kind == "session":
            session = self.sessions.get(name)
            return vars(session) if session else None
        account = self.accounts[uid]
        found: Any = None
        if kind == "profile":
            found = account.profile
        elif kind == "settings":
            return account.settings()
        elif kind == "contact":
            found = account.contacts.get(int(name))
        elif kind == "tag":
            found = account.tags.get(int(name))
        elif kind == "process":
            found = account.processes.get(int(name))
        elif kind == "field":
            found = account.fields.get(name)
        return None if found is None else vars(found)

    def _load(self, file: StateFile) -> None:
        try:
            records = [(kind, uid, name, json.loads(value)) for kind, uid, name, value in file.records()]
            self._fill(records)
        except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateError(
                f"The state file {file.path} is damaged ({type(error).__name__}); it was left as it is."
            ) from error

    def _fill(self, records: Iterable[tuple[str, int, str, dict[str, Any]]]) -> None:
        profiles: dict[int, Profile] = {}
        settings: dict[int, dict[str, Any]] = {}
        contents: list[tuple[str, int, str, dict[str, Any]]] = []
        for kind, uid, name, value in records:
            if kind == "meta":
                self.session_name = value.pop("session_name")
                self.operator = Operator(**value)
            elif kind == "session":
                self.sessions[name] = Session(**value)
            elif kind == "profile":
                profiles[uid] = Profile(**value)
            elif kind == "settings":
                settings[uid] = value
            else:
                contents.append((kind, uid, name, value))
        for uid in sorted(profiles):
            self.accounts[uid] = Account(profiles[uid], **settings[uid])
        for kind, uid, name, value in contents:
            account = self.accounts[uid]
            if kind == "tag":
                account.tags[int(name)] = Tag(**value)
            elif kind == "process":
                account.processes[int(name)] = OptInProcess(**value)
            elif kind == "field":
                account.fields[name] = DataField(**value)
            elif kind == "contact":
                for mapping in CONTACT_MAPPINGS:
                    value[mapping] = {int(key): when for key, when in value[mapping].items()}
                contact = Contact(**value)
                contact.changed = contact.changed or contact.newest_event()
                account.put_contact(contact)
