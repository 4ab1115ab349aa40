"""Who fits the rule of a segment: sets of IDs made of lists that were fetched. Pure Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil

from integrations.klicktipp import TaggedContacts
from integrations.segments.rule import Condition, Group, Of, Rule, When


@dataclass(frozen=True)
class _Found:
    """Contacts by their IDs, or with `is_all_but` all others: nobody has to list everybody to leave some out."""

    ids: set[int]
    is_all_but: bool = False

    def others(self) -> _Found:
        return _Found(self.ids, not self.is_all_but)


def needs_everybody(rule: Rule) -> bool:
    """Whether the tags alone do not tell who fits the rule, but who does not."""
    return _in_group(rule.group, {}, datetime(2000, 1, 1)).is_all_but


def members(rule: Rule, tagged: Mapping[int, TaggedContacts], everybody: Iterable[int], now: datetime) -> set[int]:
    """The IDs of the contacts that fit the rule.

    tagged: by the IDs of the rule's tags, each as the rule's filters leave it
    everybody: all contacts that the filters leave, looked at only if the rule needs them, see `needs_everybody`
    now: with the time zone in which days begin
    """
    found = _in_group(rule.group, tagged, now)
    return set(everybody) - found.ids if found.is_all_but else found.ids


def _in_group(group: Group, tagged: Mapping[int, TaggedContacts], now: datetime) -> _Found:
    found = (
        _in_group(part, tagged, now) if isinstance(part, Group) else _with(part, tagged, now) for part in group.parts
    )
    if group.of is Of.ALL:
        return _in_all(found)
    none = _in_all(part.others() for part in found)
    return none if group.of is Of.NONE else none.others()


def _in_all(parts: Iterable[_Found]) -> _Found:
    wanted: set[int] | None = None
    unwanted: set[int] = set()
    for part in parts:
        if part.is_all_but:
            unwanted |= part.ids
        else:
            wanted = part.ids if wanted is None else wanted & part.ids
    return _Found(unwanted, is_all_but=True) if wanted is None else _Found(wanted - unwanted)


def _with(condition: Condition, tagged: Mapping[int, TaggedContacts], now: datetime) -> _Found:
    found = _tagged_then(condition, tagged[condition.tag_id], now) if condition.tag_id in tagged else set()
    return _Found(found, condition.lacks)


def _tagged_then(condition: Condition, tagged: TaggedContacts, now: datetime) -> set[int]:
    """Where the service does not tell when, nothing but a condition without a day finds the contact."""
    each = zip(tagged.ids, tagged.times, strict=True)
    match condition:
        case Condition(when=When.WITHIN, days=int(days)):
            first = _seconds(now - timedelta(days=days))
            return {who for who, at in each if at >= first and at != TaggedContacts.UNKNOWN}
        case Condition(when=When.SINCE, day=date() as day):
            first = _seconds(datetime.combine(day, time.min, now.tzinfo))
            return {who for who, at in each if at >= first and at != TaggedContacts.UNKNOWN}
        case Condition(when=When.BEFORE, day=date() as day):
            end = _seconds(datetime.combine(day, time.min, now.tzinfo))
            return {who for who, at in each if at < end and at != TaggedContacts.UNKNOWN}
    return set(tagged.ids)


def _seconds(moment: datetime) -> int:
    """Unix time, as whole as the times of tagging: what is younger than this second is not before the moment."""
    return ceil(moment.timestamp())
