"""The types of a client account's data fields: told by KlickTipp or set by people, whose word counts; guessed from what
is seen in contacts where neither is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise

from accounts.texts import plain
from integrations.audit import events
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.clients.errand import Errand
from integrations.clients.lists import Listing, last_known
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts import sentences
from integrations.contacts.fields.form_fields import FIELD_ID, GLOBAL_NAMES, TYPE_NAMES
from integrations.contacts.many import read_contacts
from integrations.contacts.models import FieldSetting
from integrations.klicktipp import GLOBAL_FIELD_TYPES, Contact, FieldType, NotFound
from integrations.klicktipp.fieldtypes import most_telling, plausible

CONTACTS_TO_GUESS_FROM = 5


@dataclass(frozen=True)
class DataField:
    """A data field. The type of a global field is the same in all accounts.

    type: the one that counts, None if nobody knows it
    chosen: what a person has set
    told: what KlickTipp says
    guess: what it probably is where nobody knows
    """

    id: str
    name: str
    type: FieldType | None
    chosen: FieldType | None
    told: FieldType | None
    guess: FieldType | None
    is_global: bool

    @property
    def type_name(self) -> str | Promise:
        return TYPE_NAMES[self.type] if self.type else ""

    @property
    def told_name(self) -> str | Promise:
        return TYPE_NAMES[self.told] if self.told else ""

    @property
    def guess_name(self) -> str | Promise:
        return TYPE_NAMES[self.guess] if self.guess else ""


def types_of(account: ClientAccount, listing: Listing | None = None) -> dict[str, FieldType]:
    """The types of the account's data fields by their ids, as far as they are known; `listing` is the last known list
    where the caller has it."""
    fields = listing or last_known(account, ReferenceKind.FIELDS)
    told = {item["id"]: item.get("type") for item in fields.items}
    chosen = dict(account.field_settings.exclude(type="").values_list("field_id", "type"))
    known = {field_id: FieldType(kind) for field_id, kind in (told | chosen).items() if kind}
    return known | dict(GLOBAL_FIELD_TYPES)


def data_fields(account: ClientAccount, items: Iterable[Mapping[str, Any]]) -> list[DataField]:
    """The fields of a list that KlickTipp gave, with their types: the account's own ones first, each kind by name."""
    settings = {setting.field_id: setting for setting in account.field_settings.all()}
    fields = [_data_field(item, settings.get(item["id"])) for item in items]
    return sorted(fields, key=lambda field: (field.is_global, plain(field.name), field.id))


def _data_field(item: Mapping[str, Any], setting: FieldSetting | None) -> DataField:
    chosen = FieldType(setting.type) if setting and setting.type else None
    told = FieldType(item["type"]) if item.get("type") else None
    kind = GLOBAL_FIELD_TYPES.get(item["id"]) or chosen or told
    return DataField(
        id=item["id"],
        name=item["name"] or item["id"],
        type=kind,
        chosen=chosen,
        told=told,
        guess=most_telling(map(FieldType, setting.plausible)) if setting and not kind else None,
        is_global=item["id"] in GLOBAL_FIELD_TYPES,
    )


def set_types(errand: Errand, kinds: Mapping[str, FieldType | None], fields: Iterable[DataField]) -> None:
    """Say which types these data fields have, by their IDs, or with None that nobody says so but KlickTipp; what is so
    already is left alone. One entry of the log tells of all of them. The global fields have theirs already."""
    names = {field.id: field.name for field in fields}
    rows = errand.account.field_settings.select_for_update().filter(field_id__in=kinds)
    with transaction.atomic():
        new = [FieldSetting(account=errand.account, field_id=field_id) for field_id in kinds]
        FieldSetting.objects.bulk_create(new, ignore_conflicts=True)
        changed = [setting for setting in rows.order_by("pk") if setting.type != (kinds[setting.field_id] or "")]
        told = []
        for setting in changed:
            before = FieldType(setting.type) if setting.type else None
            kind = kinds[setting.field_id]
            setting.type = kind or ""
            told.append({"id": setting.field_id, "name": names[setting.field_id], "before": before, "type": kind})
        FieldSetting.objects.bulk_update(changed, ["type"])
        _record(errand, told)


def _record(errand: Errand, told: list[dict[str, Any]]) -> None:
    words: list[dict[str, Any]] = [
        field | {"before": _word(field["before"]), "type": _word(field["type"])} for field in told
    ]
    if len(told) == 1:
        (field,) = words
        sentence = _sentence(told[0]["before"], told[0]["type"])
        parameters = {"field": field["name"], "before": field["before"], "type": field["type"]}
        events.record(sentence, errand.actor, errand.account.scope, **parameters)
    elif told:
        count = len(told)
        events.record(sentences.FIELD_TYPES_SET, errand.actor, errand.account.scope, fields=words, count=count)


def take_guesses(errand: Errand, fields: Iterable[DataField]) -> int:
    """Set each of these fields that has a guess to it; how many there were."""
    guessed = [field for field in fields if field.guess]
    set_types(errand, {field.id: field.guess for field in guessed}, guessed)
    return len(guessed)


def _sentence(before: FieldType | None, kind: FieldType | None) -> Sentence:
    if kind is None:
        return sentences.FIELD_TYPE_TAKEN
    return sentences.FIELD_TYPE_CHANGED if before else sentences.FIELD_TYPE_SET


def _word(kind: FieldType | None) -> dict[str, str]:
    """The name of a type as the log keeps it: in English, to be read in the reader's language."""
    if kind is None:
        return {}
    with translation.override(None):
        return {"word": str(TYPE_NAMES[kind])}


def learn(account: ClientAccount, seen: Mapping[str, str]) -> None:
    """Remember which types what was seen in a contact's data fields fits; of the values nothing is kept.

    seen: what stands in the fields, by their ids
    """
    telling = {}
    for field_id in seen.keys() - GLOBAL_FIELD_TYPES.keys():
        if FIELD_ID.fullmatch(field_id) and (kinds := plausible(seen[field_id])) != set(FieldType):
            telling[field_id] = kinds
    if not telling:
        return
    with transaction.atomic():
        rows = account.field_settings.select_for_update().filter(field_id__in=telling)
        known = {setting.field_id: setting for setting in rows}
        changed = []
        for field_id, kinds in telling.items():
            setting = known.get(field_id) or FieldSetting(account=account, field_id=field_id)
            before = set(setting.plausible) or set(FieldType)
            if (after := sorted(before & kinds)) != setting.plausible:
                setting.plausible = after
                changed.append(setting)
        FieldSetting.objects.bulk_update([setting for setting in changed if setting.pk], ["plausible"])
        FieldSetting.objects.bulk_create([setting for setting in changed if not setting.pk], ignore_conflicts=True)


def learn_from_contacts(errand: Errand, action_id: UUID) -> int:
    """Look at the newest contacts for guesses; how many there were. Raises the library's errors, `Obstructed`, and
    `AlreadyStarted` for an action that has been started before."""
    action = Action(sentences.FIELDS_GUESSED, errand.actor, id=action_id)
    listed = errand.connect(action).list_contacts()
    newest = sorted(map(int, listed), reverse=True)[:CONTACTS_TO_GUESS_FROM]
    with closing(read_contacts(errand.account, action, list(map(str, newest)))) as read:
        for _contact_id, told in read:
            if isinstance(told, Contact):
                learn(errand.account, told.fields)
            elif not isinstance(told, NotFound):
                raise told
    return len(newest)


def field_names(names: Mapping[str, str], field_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Data fields by ID and name, for the parameters of an action; the global ones read in the reader's language where
    `names`, by the last known list, has them not."""
    with translation.override(None):
        return [
            {"id": field_id, "name": names[field_id]}
            if names.get(field_id)
            else {"id": field_id, "name": "", "word": str(GLOBAL_NAMES.get(field_id, ""))}
            for field_id in field_ids
        ]
