"""What the tools read at KlickTipp. All raise the library's errors and `Obstructed`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject
from integrations.clients.errand import Errand
from integrations.clients.errors import Obstructed
from integrations.clients.lists import Listing, keep, last_known, remember_optin_process
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.klicktipp import Field, KlickTippError
from integrations.optin import sentences


def list_processes(errand: Errand) -> Listing:
    """The opt-in processes as KlickTipp has them now, with what is known of each from before; else the last known
    list with the error that stood in the way. It raises nothing."""
    try:
        api = errand.connect(Action(sentences.PROCESSES_LISTED, errand.actor))
        items = keep(errand.account, ReferenceKind.OPTIN_PROCESSES, api.list_optin_processes())
        return Listing(items, timezone.now())
    except (KlickTippError, Obstructed) as error:
        return replace(last_known_processes(errand.account), error=error)


def last_known_processes(account: ClientAccount) -> Listing:
    """The last known opt-in processes."""
    return last_known(account, ReferenceKind.OPTIN_PROCESSES)


def last_known_process(account: ClientAccount, process_id: int) -> dict[str, Any] | None:
    """What the last known list has of an opt-in process."""
    return next((item for item in last_known_processes(account).items if item["id"] == process_id), None)


def open_process(errand: Errand, process_id: int, action_id: UUID) -> dict[str, Any]:
    """An opt-in process with its details, as an item of the last known list."""
    named = _process(errand.account, process_id)
    api = errand.connect(Action(sentences.PROCESS_OPENED, errand.actor, named, id=action_id))
    return remember_optin_process(errand.account, api.get_optin_process(process_id))


def find_redirect(errand: Errand, process_id: int, email: str, action_id: UUID) -> str:
    """The URL to which an opt-in process sends this contact on; "" if there is none."""
    named = {"contact": Subject(SubjectKind.EMAIL, email).label, **_process(errand.account, process_id)}
    api = errand.connect(Action(sentences.REDIRECT_LOOKED_UP, errand.actor, named, id=action_id))
    return api.get_optin_redirect(process_id, email)


def look_up_field(errand: Errand, field_id: str, action_id: UUID) -> Field:
    """A data field by its ID, with or without the prefix `field`."""
    known = errand.last_known(ReferenceKind.FIELDS).names()
    name = known.get(f"field{field_id.removeprefix('field')}", "")
    named = {"field": {"id": field_id, "name": name}}
    api = errand.connect(Action(sentences.FIELD_LOOKED_UP, errand.actor, named, id=action_id))
    return api.get_field(field_id)


def _process(account: ClientAccount, process_id: int) -> dict[str, Any]:
    """`process` completes the sentence; `optin_processes` names the process where the log shows its ID."""
    known = last_known_process(account, process_id)
    named = {"id": process_id, "name": known["name"] if known else ""}
    return {"process": named, "optin_processes": [named]}
