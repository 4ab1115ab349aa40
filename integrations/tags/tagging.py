"""Tagging contacts by their addresses, and taking tags from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from integrations.audit.actors import Actor
from integrations.audit.models import SubjectKind
from integrations.audit.recorder import Action
from integrations.audit.subjects import Subject
from integrations.clients.calls import gateway
from integrations.clients.calls.deadline import Deadline
from integrations.clients.errand import Errand
from integrations.clients.errors import Obstructed
from integrations.clients.lists import last_known
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.klicktipp import KlickTipp, KlickTippError, Problem
from integrations.messages import Obstacle
from integrations.suppression.services import refuse_suppressed, suppressions_among
from integrations.tags import sentences
from integrations.tags.services import forget_missing_tags, ids_of

MOST_CONTACTS: Final = 50
MOST_REMOVALS: Final = 200
"""The most calls for taking tags away: KlickTipp takes one tag from one contact at a time."""

WRONG_TAG: Final = {Problem.TAG_NOT_FOUND, Problem.SMARTTAG_NOT_ASSIGNABLE, Problem.SMARTTAG_NOT_REMOVABLE}


@dataclass(frozen=True)
class Tagging:
    """Contacts by their email addresses, and the tags to set for them or to take from them. `new_tags` are names of
    tags that are to be created first."""

    addresses: tuple[str, ...]
    tag_ids: tuple[int, ...] = ()
    new_tags: tuple[str, ...] = ()
    removes: bool = False


def tag_contacts(errand: Errand, tagging: Tagging, action_id: UUID) -> None:
    """Create the new tags, then set all tags for each contact, or take them away one by one.

    What came of it is told by `tagged.tagging_outcome`. A tag that KlickTipp refuses stops the rest, as it would be
    refused for all. Raises `Obstructed` (`Suppressed` for whom the client's suppression list has), `AlreadyStarted`
    where `action_id` has been used before, and the library's errors where a new tag could not be created: no contact
    was tagged then.
    """
    deadline = Deadline()
    action = _action(errand.account, tagging, errand.actor, action_id)
    api = errand.connect(action)
    if not tagging.removes:
        refuse_suppressed(errand.account, map(_subject, tagging.addresses), action)
    tag_ids = ids_of(api, errand.account, tagging.tag_ids, tagging.new_tags)
    errors = []
    jobs = _jobs(tagging, tag_ids)
    with closing(gateway.at_once(errand.account, action, jobs, seconds=deadline.seconds_left)) as results:
        for done in results:
            errors.append(done.error)
            if isinstance(done.error, KlickTippError) and done.error.problem in WRONG_TAG:
                break
    if all(isinstance(error, Obstructed) and error.obstacle is Obstacle.LOG_UNAVAILABLE for error in errors):
        raise Obstructed(Obstacle.LOG_UNAVAILABLE)
    if isinstance(errors[-1], KlickTippError):
        forget_missing_tags(api, errand.account, errors[-1])


def suppressed_among(account: ClientAccount, addresses: Iterable[str]) -> list[str]:
    """Those of the addresses that are on the client's suppression list."""
    subjects = list(map(_subject, addresses))
    found = suppressions_among(account, subjects)
    return [subject.value for subject in subjects if subject in found]


def address_of(errand: Errand, contact_id: str, action_id: UUID) -> str:
    """The email address of a contact; "" for one that has an SMS number only."""
    api = errand.connect(Action(sentences.CONTACT_LOOKED_UP, errand.actor, id=action_id))
    return api.get_contact(contact_id).email


def _subject(address: str) -> Subject:
    return Subject(SubjectKind.EMAIL, address)


def _jobs(tagging: Tagging, tag_ids: tuple[int, ...]) -> list[Callable[[KlickTipp], None]]:
    if tagging.removes:
        return [_untag(address, tag_id) for address in tagging.addresses for tag_id in tag_ids]
    return [_tag(address, tag_ids) for address in tagging.addresses]


def _tag(address: str, tag_ids: tuple[int, ...]) -> Callable[[KlickTipp], None]:
    return lambda api: api.tag_contact(address, tag_ids)


def _untag(address: str, tag_id: int) -> Callable[[KlickTipp], None]:
    return lambda api: api.untag_contact(address, tag_id)


def _action(account: ClientAccount, tagging: Tagging, actor: Actor, action_id: UUID) -> Action:
    names = last_known(account, ReferenceKind.TAGS).names()
    tags = [{"id": tag_id, "name": names.get(str(tag_id), "")} for tag_id in tagging.tag_ids]
    parameters: dict[str, Any] = {"tags": tags + [{"name": name} for name in tagging.new_tags]}
    if len(tagging.addresses) == 1:
        sentence = sentences.CONTACT_UNTAGGED if tagging.removes else sentences.CONTACT_TAGGED
        parameters["contact"] = Subject(SubjectKind.EMAIL, tagging.addresses[0]).label
    else:
        sentence = sentences.CONTACTS_UNTAGGED if tagging.removes else sentences.CONTACTS_TAGGED
        parameters["contacts"] = len(tagging.addresses)
    return Action(sentence, actor, parameters, id=action_id)
