"""The people an entry is about: findable by a keyed hash, readable only as a masked label."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from integrations.addresses import comparable_email, formerly_comparable, readable_email, trimmed
from integrations.audit.models import AuditEntry, AuditSubject, SubjectKind
from integrations.ids import CONTACT_KEY
from integrations.phone_numbers import readable_number

_SHORTEST_SMS_NUMBER = 10

_ARGUMENTS = {
    "email": SubjectKind.EMAIL,
    "new_email": SubjectKind.EMAIL,
    "sms_number": SubjectKind.SMS,
    "new_sms_number": SubjectKind.SMS,
    "contact_id": SubjectKind.CONTACT,
}


def in_00_form(sms_number: str) -> str:
    """`+49 171 …` as `0049171…`, the form in which KlickTipp stores SMS numbers."""
    digits = "".join(character for character in sms_number if character.isdigit())
    return f"00{digits}" if sms_number.lstrip().startswith("+") else digits


@dataclass(frozen=True)
class Subject:
    """An email address, SMS number, contact ID or contact key, in the clear. It never leaves this process that way."""

    kind: SubjectKind
    value: str

    @property
    def normal(self) -> str:
        match self.kind:
            case SubjectKind.EMAIL:
                return comparable_email(self.value)
            case SubjectKind.SMS:
                return in_00_form(self.value)
        return self.value.strip()

    @property
    def is_key(self) -> bool:
        """Whether it is a contact key, which KlickTipp takes in place of the contact ID."""
        return self.kind == SubjectKind.CONTACT and CONTACT_KEY.fullmatch(self.normal) is not None

    @property
    def forms(self) -> set[str]:
        """The normal one, and those in which it may have been hashed before that was what it is now."""
        return {self.normal} | (formerly_comparable(self.value) if self.kind == SubjectKind.EMAIL else set())

    @property
    def readable(self) -> str:
        """It in the clear, as people write it: for who has typed it."""
        return readable_number(self.value) if self.kind == SubjectKind.SMS else self.value

    @property
    def label(self) -> str:
        """`r•••@klick-tipp.team`, `0049•••78`, the contact ID as it is, or `4•••` for a contact key. What is no address
        shows nothing."""
        match self.kind:
            case SubjectKind.EMAIL:
                local, at, domain = readable_email(trimmed(self.value)).rpartition("@")
                return f"{local[:1]}•••@{domain}"[:254] if at else "•••"
            case SubjectKind.SMS:
                return f"{self.normal[:4]}•••{self.normal[-2:]}" if len(self.normal) >= _SHORTEST_SMS_NUMBER else "•••"
        return f"{self.normal[0]}•••" if self.is_key else self.normal[:254]


def subjects_in(arguments: Mapping[str, Any]) -> list[Subject]:
    """The people named in the arguments of a KlickTipp call."""
    return [Subject(kind, str(arguments[name])) for name, kind in _ARGUMENTS.items() if arguments.get(name)]


@lru_cache(maxsize=1024)
def _team_key(team_id: int, version: int) -> bytes:
    master = bytes.fromhex(settings.AUDIT_HASH_KEYS[-version])
    return hmac.digest(master, f"audit subjects of team {team_id}".encode(), hashlib.sha256)


def hash_subject(subject: Subject, team_id: int, version: int) -> str:
    """Keyed hash of the subject under a version of the team's key; 64 hex digits."""
    return _hash(subject.kind, subject.normal, team_id, version)


def _hash(kind: str, form: str, team_id: int, version: int) -> str:
    return hmac.digest(_team_key(team_id, version), f"{kind}:{form}".encode(), hashlib.sha256).hex()


def newest_key_version() -> int:
    """`AUDIT_HASH_KEYS` lists the newest key first; the oldest, last one is version 1."""
    return len(settings.AUDIT_HASH_KEYS)


def search_hashes(subject: Subject, team_id: int) -> list[str]:
    """The hashes under which the subject may stand in a log: one for each of its forms and versions of the key."""
    versions = range(1, newest_key_version() + 1)
    return [_hash(subject.kind, form, team_id, version) for form in sorted(subject.forms) for version in versions]


def subject_rows(entry: AuditEntry, subjects: Iterable[Subject | AuditSubject]) -> list[AuditSubject]:
    """The rows that say whom an entry is about. Of whom only the log knows, rows of other entries of the team tell."""
    return [_row(entry, subject) for subject in dict.fromkeys(subjects)]


def _row(entry: AuditEntry, subject: Subject | AuditSubject) -> AuditSubject:
    if isinstance(subject, AuditSubject):
        hashed, version = subject.hash, subject.key_version
    else:
        version = newest_key_version()
        hashed = hash_subject(subject, entry.team_id, version)
    return AuditSubject(
        entry_id=entry.id,
        team_id=entry.team_id,
        number=entry.number,
        kind=subject.kind,
        label=subject.label,
        hash=hashed,
        key_version=version,
    )
