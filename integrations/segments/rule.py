"""The rule of a segment: which tags its contacts have and which they have not. Pure Python; how it is read in words is
in `words`, who fits it in `members`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from integrations.ids import LARGEST_KLICKTIPP_ID
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES

DEEPEST: Final = 3
"""Levels of groups, the outermost among them."""
MOST_CONDITIONS: Final = 50
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
MOST_DAYS: Final = 3_650
_LONGEST_NAME: Final = 250


class Unusable(ValueError):
    """What was kept of a rule is none: it was made by hand, or by another version."""


class Of(StrEnum):
    """How many of its parts a group asks for."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class When(StrEnum):
    """When the tag was set."""

    EVER = ""
    SINCE = "since"
    BEFORE = "before"
    WITHIN = "within"


@dataclass(frozen=True)
class Condition:
    """Contacts that have a tag, or a SmartTag, or with `lacks` all others.

    name: of the tag, as it was when the rule was made
    day: with `SINCE` the first one, with `BEFORE` the one after the last, in the portal's time zone
    days: with `WITHIN`, counted back from the moment of the evaluation
    """

    tag_id: int
    name: str = ""
    lacks: bool = False
    when: When = When.EVER
    day: date | None = None
    days: int | None = None


@dataclass(frozen=True)
class Group:
    of: Of
    parts: tuple[Condition | Group, ...]

    def conditions(self) -> Iterator[Condition]:
        """Those in it, however deep, in their order."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part


@dataclass(frozen=True)
class Rule:
    """Contacts of one of these statuses and of one of these bounce statuses, empty is any, that fit the group."""

    group: Group
    statuses: tuple[str, ...] = ()
    bounces: tuple[str, ...] = ()

    @property
    def tag_ids(self) -> tuple[int, ...]:
        """Each once, in the order of the conditions."""
        return tuple(dict.fromkeys(condition.tag_id for condition in self.group.conditions()))

    def with_tags(self, by_id: Mapping[int, tuple[int, str]]) -> Rule:
        """The same rule over other tags, by the IDs of the present ones: the ID and name of each."""
        return replace(self, group=_with_tags(self.group, by_id))

    def as_json(self) -> dict[str, Any]:
        """What `parse` reads again."""
        return {"statuses": list(self.statuses), "bounces": list(self.bounces), **_group_as_json(self.group)}


def parse(told: object) -> Rule:
    """The rule that JSON tells. Groups without a condition are left out. Raises `Unusable`."""
    data = _mapping(told)
    group = _group(data, DEEPEST)
    if group is None:
        raise Unusable("no condition")
    if sum(1 for _ in group.conditions()) > MOST_CONDITIONS:
        raise Unusable("too many conditions")
    statuses, bounces = _some_of(data.get("statuses"), STATUSES), _some_of(data.get("bounces"), BOUNCE_STATUSES)
    return Rule(group, statuses, bounces)


def _group(told: Mapping[str, Any], levels: int) -> Group | None:
    parts = told.get("parts")
    if levels < 1 or not isinstance(parts, list) or len(parts) > MOST_CONDITIONS:
        raise Unusable("too deep, too long, or no group")
    found = (_part(_mapping(part), levels) for part in parts)
    try:
        group = Group(Of(str(told.get("of"))), tuple(part for part in found if part))
    except ValueError:
        raise Unusable("unknown kind of group") from None
    return group if group.parts else None


def _part(told: Mapping[str, Any], levels: int) -> Condition | Group | None:
    return _group(told, levels - 1) if "parts" in told else _condition(told)


def _condition(told: Mapping[str, Any]) -> Condition:
    tag_id, name = told.get("tag"), told.get("name", "")
    if type(tag_id) is not int or not 0 < tag_id <= LARGEST_KLICKTIPP_ID or not isinstance(name, str):
        raise Unusable("no tag")
    condition = Condition(tag_id, name[:_LONGEST_NAME], told.get("lacks") is True)
    when = {kind.value for kind in When} & told.keys()
    if not when:
        return condition
    kind = When(min(when))
    if kind is When.WITHIN:
        days = told[kind]
        if type(days) is not int or not 0 < days <= MOST_DAYS:
            raise Unusable("impossible days")
        return replace(condition, when=kind, days=days)
    return replace(condition, when=kind, day=_day(told[kind]))


def _day(told: object) -> date:
    try:
        day = date.fromisoformat(told) if isinstance(told, str) else date.min
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unusable("impossible day")
    return day


def _some_of(told: object, known: Collection[str]) -> tuple[str, ...]:
    """Of the known words those that are told, none where it is all of them. Of words that this version does not know
    nothing can be left out."""
    words = told if isinstance(told, list) else []
    if not all(word in known for word in words):
        raise Unusable("unknown filter")
    return tuple(word for word in known if word in words) if len(set(words)) < len(known) else ()


def _mapping(told: object) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise Unusable("no mapping")
    return told


def _group_as_json(group: Group) -> dict[str, Any]:
    parts = (_group_as_json(part) if isinstance(part, Group) else _condition_as_json(part) for part in group.parts)
    return {"of": group.of.value, "parts": list(parts)}


def _condition_as_json(condition: Condition) -> dict[str, Any]:
    told: dict[str, Any] = {"tag": condition.tag_id, "name": condition.name}
    if condition.lacks:
        told["lacks"] = True
    if condition.day:
        told[condition.when.value] = condition.day.isoformat()
    if condition.days:
        told[condition.when.value] = condition.days
    return told


def _with_tags(group: Group, by_id: Mapping[int, tuple[int, str]]) -> Group:
    parts: list[Condition | Group] = []
    for part in group.parts:
        if isinstance(part, Group):
            parts.append(_with_tags(part, by_id))
        else:
            tag_id, name = by_id[part.tag_id]
            parts.append(replace(part, tag_id=tag_id, name=name))
    return replace(group, parts=tuple(parts))
