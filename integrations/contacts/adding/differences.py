"""What sending an add would change in the contact that has the address already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from integrations.audit.subjects import in_00_form
from integrations.clients.errand import Errand
from integrations.clients.models import ReferenceKind
from integrations.contacts.adding.submission import NewContact
from integrations.contacts.fields.form_fields import GLOBAL_NAMES, in_words
from integrations.contacts.fields.types import types_of
from integrations.contacts.showing.timeline import tag_name
from integrations.klicktipp import Contact
from integrations.phone_numbers import readable_number
from integrations.tags.search import same_name


@dataclass(frozen=True)
class Difference:
    """A data field or the SMS number: what stands there, and what was typed, in the reader's words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Differences:
    """`values` are the data fields and the SMS number, `tags` those that the contact lacks. `first_tag` is set by the
    adding call itself and "" if the contact has it; `further_tags` by a call of their own. `optin_process` is the one
    that the contact came by and the one that was chosen, where they differ."""

    values: list[Difference]
    first_tag: str
    further_tags: list[str]
    optin_process: Difference | None

    @property
    def tags(self) -> list[str]:
        return [self.first_tag, *self.further_tags] if self.first_tag else self.further_tags

    def __bool__(self) -> bool:
        return bool(self.values or self.tags or self.optin_process)


def differences(errand: Errand, new: NewContact, contact: Contact) -> Differences:
    """What differs between what is to be sent and what stands in KlickTipp. Nothing is asked there."""
    tags = _tags(errand, new)
    lacking = [name for tag_id, name in tags if tag_id not in contact.tag_ids]
    is_first_lacking = bool(tags) and tags[0][0] not in contact.tag_ids
    return Differences(
        values=[*_sms_number(new, contact), *_fields(errand, new, contact)],
        first_tag=lacking[0] if is_first_lacking else "",
        further_tags=lacking[1:] if is_first_lacking else lacking,
        optin_process=_optin_process(errand, new, contact),
    )


def _sms_number(new: NewContact, contact: Contact) -> list[Difference]:
    if not new.sms_number or in_00_form(new.sms_number) == contact.sms_number:
        return []
    return [Difference(_("SMS number"), readable_number(contact.sms_number), readable_number(new.sms_number))]


def _fields(errand: Errand, new: NewContact, contact: Contact) -> list[Difference]:
    names = {field_id: str(name) for field_id, name in GLOBAL_NAMES.items()}
    names |= errand.last_known(ReferenceKind.FIELDS).names()
    types = types_of(errand.account, errand.last_known(ReferenceKind.FIELDS))
    return [
        Difference(names.get(field_id, field_id), before, after)
        for field_id, wire in new.fields.items()
        if (before := in_words(types.get(field_id), contact.fields.get(field_id, ""))).splitlines()
        != (after := in_words(types.get(field_id), wire)).splitlines()
    ]


def _tags(errand: Errand, new: NewContact) -> list[tuple[int | None, str]]:
    """The tags to set with their names, in the order in which they are sent; None for one that is still to be made."""
    if not new.tag_ids and not new.new_tags:
        return []
    names = errand.last_known(ReferenceKind.TAGS).names()
    ids = {same_name(name): int(tag_id) for tag_id, name in names.items()}
    chosen: list[tuple[int | None, str]] = [(tag_id, tag_name(tag_id, names)) for tag_id in new.tag_ids]
    return [*chosen, *((ids.get(same_name(name)), name) for name in new.new_tags)]


def _optin_process(errand: Errand, new: NewContact, contact: Contact) -> Difference | None:
    if new.optin_process_id is None or new.optin_process_id == contact.optin_process_id:
        return None
    names = errand.last_known(ReferenceKind.OPTIN_PROCESSES).names()
    return Difference(
        _("Opt-in process"),
        _process_name(contact.optin_process_id, names),
        _process_name(new.optin_process_id, names),
    )


def _process_name(process_id: int | None, names: Mapping[str, str]) -> str:
    if process_id is None:
        return ""
    if str(process_id) not in names:
        return _("Opt-in process %(id)s") % {"id": process_id}
    return names[str(process_id)] or _("Predefined double opt-in process")
