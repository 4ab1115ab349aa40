"""Copying a segment to another client account: its tags are found there by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from integrations.audit.recorder import Action
from integrations.clients.errand import Errand
from integrations.segments import sentences, services
from integrations.segments.models import Segment
from integrations.segments.rule import Rule
from integrations.segments.tag_names import TagNames
from integrations.tags import smarttags
from integrations.tags.picker import list_to_search
from integrations.tags.search import same_name
from integrations.tags.services import ids_of


@dataclass(frozen=True)
class Plan:
    """What a copy takes: the tags that are there, those that would have to be created, and those that cannot be, as
    KlickTipp sets SmartTags by itself; each by its ID in the client account that the segment is of.

    error: why the tags of the other client are not those of now
    is_possible: whether anything is known of them
    """

    there: Mapping[int, tuple[int, str]]
    missing: Mapping[int, str]
    smart: Mapping[int, str]
    error: Exception | None = None
    is_possible: bool = True


def plan(source: Errand, rule: Rule, target: Errand) -> Plan:
    """Look which tags of a rule another client account has. Its list is loaded where the known one is not quite
    fresh."""
    listing = list_to_search(target)
    here, there = TagNames.of(source), TagNames.of(target)
    smart_ids = smarttags.known_ids(source)
    found: dict[int, tuple[int, str]] = {}
    missing: dict[int, str] = {}
    smart: dict[int, str] = {}
    for condition in rule.group.conditions():
        name = here.name(condition.tag_id) or condition.name
        same = there.find(name) if name and not name.isdecimal() else None
        if same is not None:
            found[condition.tag_id] = (same, there.name(same))
        elif condition.tag_id in smart_ids or not name:
            smart[condition.tag_id] = name or str(condition.tag_id)
        else:
            missing[condition.tag_id] = name
    return Plan(found, missing, smart, listing.error, there.is_loaded)


def copy(source: Errand, segment: Segment, rule: Rule, target: Errand, planned: Plan, name: str) -> Segment:
    """Create the tags that are missing, and save the rule over the tags of the other client account as a segment of
    this name. Raises `NameTaken`, and the library's errors and `Obstructed` where a tag could not be created."""
    names = {same_name(missing): missing for missing in planned.missing.values()}
    if names:
        told: dict[str, Any] = {"tags": [{"name": missing} for missing in names.values()], "segment": segment.name}
        action = Action(sentences.TAGS_CREATED, target.actor, told, id=uuid4())
        ids_of(target.connect(action), target.account, (), names.values())
        target.forget_lists()
        planned = plan(source, rule, target)
    return services.save(
        target,
        name,
        rule.with_tags(planned.there),
        sentences.SEGMENT_COPIED,
        source_id=source.account.pk,
    )
