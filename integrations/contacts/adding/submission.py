"""What the add-contact form asks, as it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import translation

from integrations.addresses import readable_email
from integrations.audit.allowed import scrub
from integrations.audit.subjects import Subject, subjects_in
from integrations.clients.errand import Errand
from integrations.contacts.models import Basis
from integrations.phone_numbers import readable_number


@dataclass(frozen=True)
class NewContact:
    """What is to stand in KlickTipp. `new_tags` are names of tags that are to be created first."""

    email: str = ""
    sms_number: str = ""
    optin_process_id: int | None = None
    tag_ids: tuple[int, ...] = ()
    new_tags: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def subjects(self) -> list[Subject]:
        """Its email address and its SMS number, as far as it has them; the first is whom the log says it is about."""
        return subjects_in({"email": self.email, "sms_number": self.sms_number})

    @property
    def address(self) -> str:
        """Its email address, else its SMS number as people write it."""
        return readable_email(self.email) or readable_number(self.sms_number)


@dataclass(frozen=True)
class Provenance:
    """Where a contact comes from: the legal basis, the source in words, and since when."""

    basis: str
    source: str
    obtained_on: date

    @property
    def kept(self) -> dict[str, Any]:
        """As the log keeps it with the add."""
        with translation.override(None):
            basis = {"word": str(Basis(self.basis).label)}
        return {"basis": basis, "source": scrub(self.source), "obtained_on": {"day": self.obtained_on.isoformat()}}


@dataclass(frozen=True)
class Submission:
    """A form that is sent under an action, and what it gives back of earlier requests.

    looked: the token of a lookup
    seen: the seal of a preview
    unlooked: the address that the person wants to send though it could not be looked up
    """

    errand: Errand
    new: NewContact
    provenance: Provenance
    action_id: UUID
    looked: str = ""
    seen: str = ""
    unlooked: str = ""
