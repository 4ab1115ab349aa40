"""The use cases of the tags room. All raise the library's errors, `Obstructed` and, for an `action_id` that has been
used before, `AlreadyStarted`. The last known list of tags follows what they learn."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.reading import calls_of
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.clients.errand import Errand
from integrations.clients.lists import all_last_known, forget_tag, keep, last_known, remember_new_tag, remember_tag_name
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.klicktipp import (
    BOUNCE_STATUSES,
    STATUSES,
    KlickTipp,
    KlickTippError,
    NotFound,
    Problem,
    Rejected,
    Tag,
)
from integrations.tags import sentences
from integrations.tags.counts import keep_count
from integrations.tags.search import same_name

NOT_TAKEN = (Problem.NAME_TAKEN, Problem.TAG_NOT_SAVED)
"""By which KlickTipp says that it does not take the name of a tag: mostly because there is one of that name."""


def open_tag(errand: Errand, tag_id: int, action_id: UUID) -> Tag:
    """A tag with its description."""
    named = _tag(tag_id, last_known_name(errand.account, tag_id))
    api = errand.connect(_action(sentences.TAG_OPENED, errand.actor, action_id, named))
    try:
        tag = api.get_tag(tag_id)
    except NotFound:
        forget_tag(errand.account, tag_id)
        raise
    remember_tag_name(errand.account, tag_id, tag.name)
    return tag


def create_tag(errand: Errand, name: str, text: str, action_id: UUID) -> int:
    """A new tag with this name and description; its ID."""
    api = errand.connect(Action(sentences.TAG_CREATED, errand.actor, {"tag": name}, id=action_id))
    tag_id = api.create_tag(name, text or None)
    remember_new_tag(errand.account, tag_id, name)
    return tag_id


def change_tag(errand: Errand, tag: Tag, name: str | None, text: str | None, action_id: UUID) -> None:
    """Give a tag another name, description or both; None leaves it as it is. `tag` is how it was."""
    sentence = sentences.TAG_DESCRIBED
    if name is not None:
        sentence = sentences.TAG_RENAMED if text is None else sentences.TAG_RENAMED_AND_DESCRIBED
    before = {} if name is None else {"before": tag.name}
    action = _action(sentence, errand.actor, action_id, _tag(tag.id, tag.name if name is None else name), **before)
    api = errand.connect(action)
    try:
        api.update_tag(tag.id, name, text)
    except NotFound:
        forget_tag(errand.account, tag.id)
        raise
    if name is not None:
        remember_tag_name(errand.account, tag.id, name)


def delete_tag(errand: Errand, tag: Tag, action_id: UUID) -> None:
    """Delete a tag, and with that take it from all contacts."""
    api = errand.connect(_action(sentences.TAG_DELETED, errand.actor, action_id, _tag(tag.id, tag.name)))
    try:
        api.delete_tag(tag.id)
    except NotFound:
        forget_tag(errand.account, tag.id)
        raise
    forget_tag(errand.account, tag.id)


def count_contacts(errand: Errand, tag_id: int, action_id: UUID) -> int:
    """How many contacts have a tag, whatever their status; it is kept for `last_counts`."""
    named = _tag(tag_id, last_known_name(errand.account, tag_id))
    api = errand.connect(_action(sentences.TAG_COUNTED, errand.actor, action_id, named))
    contacts = len(api.list_tagged_contacts(tag_id, STATUSES, BOUNCE_STATUSES))
    keep_count(errand.account, tag_id, contacts)
    return contacts


def ids_of(api: KlickTipp, account: ClientAccount, tag_ids: Iterable[int], new: Iterable[str]) -> tuple[int, ...]:
    """The ids of chosen tags, and of new ones by name: these are created where no tag has the name, see `same_name`."""
    names = tuple(new)
    known = _ids_by_name(last_known(account, ReferenceKind.TAGS).items) if names else {}
    named = (known.get(same_name(name)) or _create(api, account, name) for name in names)
    return tuple(dict.fromkeys((*tag_ids, *named)))


def forget_missing_tags(api: KlickTipp, account: ClientAccount, error: Exception) -> None:
    """After a refusal because of a tag that KlickTipp has no more: makes the last known list that of now. KlickTipp
    does not say which tag it was."""
    if isinstance(error, Rejected) and error.problem is Problem.TAG_NOT_FOUND:
        with suppress(KlickTippError):
            keep(account, ReferenceKind.TAGS, api.list_tags())


def _create(api: KlickTipp, account: ClientAccount, name: str) -> int:
    """The id of a new tag, or of the one that has its name in KlickTipp since the last known list."""
    try:
        tag_id = api.create_tag(name)
    except KlickTippError as error:
        if error.problem not in NOT_TAKEN:
            raise
        if same := _ids_by_name(keep(account, ReferenceKind.TAGS, api.list_tags())).get(same_name(name)):
            return same
        raise
    remember_new_tag(account, tag_id, name)
    return tag_id


def _ids_by_name(tags: list[dict[str, Any]]) -> dict[str, int]:
    """By what `same_name` makes of the names; of several with the same name the first."""
    return {same_name(tag["name"]): tag["id"] for tag in reversed(tags)}


def last_known_name(account: ClientAccount, tag_id: int) -> str:
    """The name of a tag or SmartTag in the last known lists; "" if it is not there."""
    known = all_last_known(account)
    kinds = (ReferenceKind.TAGS, ReferenceKind.SMARTTAGS)
    return next(filter(None, (known[kind].names().get(str(tag_id)) for kind in kinds if kind in known)), "")


def _tag(tag_id: int, name: str) -> dict[str, Any]:
    return {"id": tag_id, "name": name}


def _action(sentence: Sentence, actor: Actor, action_id: UUID, tag: dict[str, Any], **parameters: Any) -> Action:
    """`tag` completes the sentence; `tags` names the tag where the log shows its id."""
    return Action(sentence, actor, {"tag": tag, "tags": [tag], **parameters}, id=action_id)


def tags_created_by(account: ClientAccount, action: UUID) -> list[str]:
    """Names of the tags that an action created, whatever became of its contact."""
    return list(created_tags(calls_of(account.scope, action)).values())


def created_tags(calls: list[AuditEntry]) -> dict[str, str]:
    """The created tags' names by their ids as text."""
    return {
        str(call.answer.get("tag_id")): call.request["name"]
        for call in calls
        if call.operation == "create_tag" and call.outcome == Outcome.DONE
    }
