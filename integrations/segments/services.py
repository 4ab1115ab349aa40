"""The use cases of segments: counting who is in one, saving, changing, copying and removing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.audit import events
from integrations.audit.actors import Actor
from integrations.audit.errors import AlreadyStarted
from integrations.audit.recorder import Action
from integrations.audit.sentences import Sentence
from integrations.clients.calls.deadline import Deadline
from integrations.clients.errand import Errand
from integrations.contacts.browsing.id_lists import IdList, keep_ids, kept_ids
from integrations.contacts.browsing.services import Row, rows_of
from integrations.klicktipp import TaggedContacts
from integrations.segments import sentences
from integrations.segments.fetching import Fetched, fetch
from integrations.segments.members import members
from integrations.segments.models import Segment, hashed
from integrations.segments.rule import Rule, When
from integrations.segments.tag_names import TagNames

_PLACES: Final = 3
"""For the contacts of a person's segments in a client account; one more is for the rule that is being built."""


class NameTaken(Exception):
    """Another segment of the client account has this name."""


class ChangedMeanwhile(Exception):
    """Somebody has changed the segment since the form was opened; it is not overwritten unseen. `segment` is how it is
    now."""

    def __init__(self, segment: Segment) -> None:
        super().__init__(segment)
        self.segment = segment


@dataclass(frozen=True)
class Counted:
    """Who fits a rule, kept for the visit; of `without_time` contacts KlickTipp does not tell when they were tagged, so
    no condition with a day finds them."""

    listed: IdList
    without_time: int

    @property
    def contacts(self) -> int:
        return len(self.listed.ids)


@dataclass(frozen=True)
class Shown:
    """A segment as its form showed it, in hashes that go along with the form."""

    name: str
    rule: str

    @classmethod
    def of(cls, segment: Segment) -> Shown:
        return cls(hashed(segment.name), segment.rule_hash)

    @classmethod
    def from_text(cls, text: str) -> Shown:
        name, _dot, rule = text.partition(".")
        return cls(name, rule)

    def as_text(self) -> str:
        return f"{self.name}.{self.rule}"


def count_rule(errand: Errand, rule: Rule, action_id: UUID, deadline: Deadline) -> Counted:
    """Work out who fits a rule that is being built. Raises what `fetch` does."""
    action = Action(sentences.RULE_COUNTED, errand.actor, {"tags": _named(errand, rule)}, id=action_id)
    return _count(errand, rule, action, deadline, _place(errand, None))


def count_segment(errand: Errand, segment: Segment, rule: Rule, action_id: UUID) -> Counted:
    """Work out who is in a segment, and keep the number. Raises what `fetch` does."""
    parameters = {"segment": segment.name, "tags": _named(errand, rule)}
    action = Action(sentences.SEGMENT_COUNTED, errand.actor, parameters, id=action_id)
    counted = _count(errand, rule, action, Deadline(), _place(errand, segment))
    _keep_count(segment, counted.listed)
    return counted


def kept_members(errand: Errand, segment: Segment | None, rule: Rule) -> IdList | None:
    """Whom this person has last found in a segment, or with None by a rule that was being built, within the last hour;
    None where the rule was another one."""
    return kept_ids(_place(errand, segment), hashed(rule.as_json()))


def read_members(errand: Errand, segment: Segment, listed: IdList, page: Iterable[int], number: int) -> list[Row]:
    """The contacts on a page of a segment, the newest first. Raises `Obstructed`."""
    action = Action(sentences.MEMBERS_READ, errand.actor, {"segment": segment.name, "page": number})
    if number == listed.page:
        counted = Action(sentences.SEGMENT_COUNTED, errand.actor, {"segment": segment.name}, id=listed.action)
        try:
            return _in_order(rows_of(errand.account, replace(counted, places=itertools.count(2)), page))
        except AlreadyStarted:  # the page is opened once more
            pass
    return _in_order(rows_of(errand.account, action, page))


def read_first(errand: Errand, rule: Rule, counted: Counted, deadline: Deadline) -> list[Row]:
    """The newest contacts that fit a rule that is being built, as further calls of the action that has counted them.
    Raises `Obstructed`."""
    action = Action(sentences.RULE_COUNTED, errand.actor, {"tags": _named(errand, rule)}, id=counted.listed.action)
    calls = replace(action, places=itertools.count(2))
    return _in_order(rows_of(errand.account, calls, counted.listed.open(1), deadline.seconds_left))


def save(
    errand: Errand, name: str, rule: Rule, sentence: Sentence = sentences.SEGMENT_SAVED, **parameters: Any
) -> Segment:
    """Save a rule as a new segment; the parameters complete the sentence that the log tells it in. Whom this person has
    just found by it is its first count. Raises `NameTaken`."""
    with _unique(), transaction.atomic():
        segment = Segment.objects.create(account=errand.account, name=name, rule=rule.as_json())
        told: dict[str, Any] = {"segment": name, "tags": _named(errand, rule), **parameters}
        events.record(sentence, errand.actor, errand.account.scope, **told)
    _take_over_count(errand, segment, rule)
    return segment


def change(errand: Errand, segment: Segment, name: str, rule: Rule, shown: Shown) -> bool:
    """Give a segment another name, rule or both; whether anything was changed. Raises `NameTaken`, and
    `ChangedMeanwhile` where it is no longer as it was `shown`."""
    with _unique(), transaction.atomic():
        locked = Segment.objects.select_for_update().get(pk=segment.pk)
        before, is_new_rule = locked.name, locked.rule != rule.as_json()
        if name == before and not is_new_rule:
            return False
        if Shown.of(locked) != shown:
            raise ChangedMeanwhile(locked)
        locked.name, locked.rule = name, rule.as_json()
        locked.save()
        sentence = sentences.SEGMENT_RENAMED_AND_CHANGED if is_new_rule else sentences.SEGMENT_RENAMED
        if name == before:
            sentence = sentences.SEGMENT_CHANGED
        told: dict[str, Any] = {"segment": name, "before": before, "tags": _named(errand, rule)}
        events.record(sentence, errand.actor, errand.account.scope, **told)
    if is_new_rule:
        _take_over_count(errand, locked, rule)
    return True


def remove(segment: Segment, actor: Actor) -> None:
    """Remove a segment with its counts. In KlickTipp nothing changes."""
    with transaction.atomic():
        if Segment.objects.filter(pk=segment.pk).delete()[0]:
            events.record(sentences.SEGMENT_REMOVED, actor, segment.account.scope, segment=segment.name)


def _count(errand: Errand, rule: Rule, action: Action, deadline: Deadline, place: str) -> Counted:
    fetched = fetch(errand, rule, action, deadline.seconds_left)
    found = members(rule, fetched.tagged, fetched.everybody, timezone.localtime())
    listed = keep_ids(place, hashed(rule.as_json()), IdList.of(found, action.id, page=1))
    return Counted(listed, _without_time(rule, fetched))


def _without_time(rule: Rule, fetched: Fetched) -> int:
    dated = {condition.tag_id for condition in rule.group.conditions() if condition.when is not When.EVER}
    return sum(fetched.tagged[tag_id].times.count(TaggedContacts.UNKNOWN) for tag_id in dated)


def _take_over_count(errand: Errand, segment: Segment, rule: Rule) -> None:
    """Make whom this person has found by a rule while building it the contacts of the segment that has it now."""
    if listed := kept_members(errand, None, rule):
        keep_ids(_place(errand, segment), hashed(rule.as_json()), listed)
        _keep_count(segment, listed)


def _keep_count(segment: Segment, listed: IdList) -> None:
    with transaction.atomic():
        if Segment.objects.select_for_update().filter(pk=segment.pk).exists():  # somebody may have removed it
            segment.keep_count(len(listed.ids), listed.loaded_at)


@contextmanager
def _unique() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise NameTaken from None


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row.id), reverse=True)


def _named(errand: Errand, rule: Rule) -> list[dict[str, Any]]:
    """The tags of a rule for the log, by ID and name."""
    tags, kept = TagNames.of(errand), {each.tag_id: each.name for each in rule.group.conditions()}
    return [{"id": tag_id, "name": tags.name(tag_id) or kept[tag_id]} for tag_id in rule.tag_ids]


def _place(errand: Errand, segment: Segment | None) -> str:
    """Where contacts found by this person are kept, a million IDs in each place at most."""
    place = segment.pk % _PLACES if segment else "new"
    return f"segments.members:{errand.account.pk}:{errand.actor.user_id}:{place}"
