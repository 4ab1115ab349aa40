"""A rule while it is built: what a page sends, whatever that is, parts added and taken away, and what it makes.

Each part has a path: "0" is the first of the outermost group, "1.0" the first of a group that is the second there. A
page sends the paths of all parts in their order, those of groups with a slash behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from integrations.segments.forms import ConditionForm
from integrations.segments.rule import DEEPEST, MOST_CONDITIONS, Condition, Group, Of, Rule
from integrations.segments.tag_names import TagNames

_PATH: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}")
_MOST_PARTS: Final = 2 * MOST_CONDITIONS
"""With groups; more than a rule may have, so that too many are told as that."""
_LONGEST_SENT: Final = 1_000


@dataclass(eq=False)
class DraftCondition:
    """`typed` is what stands in its controls."""

    typed: dict[str, str] = field(default_factory=dict)
    path: str = ""
    is_new: bool = False
    form: ConditionForm = field(init=False)

    @property
    def is_blank(self) -> bool:
        """Whether no tag was chosen, so that it says nothing."""
        return not self.typed.get("tag", "").strip()

    def show(self, tags: TagNames, *, is_checked: bool) -> None:
        prefix = f"c{self.path}"
        if is_checked and not self.is_blank:
            self.form = ConditionForm({f"{prefix}-{name}": text for name, text in self.typed.items()}, prefix, tags)
        else:
            self.form = ConditionForm(None, prefix, tags, self.typed)


@dataclass(eq=False)
class DraftGroup:
    of: str = Of.ALL
    parts: list[DraftCondition | DraftGroup] = field(default_factory=list)
    path: str = ""
    level: int = 1
    is_focused: bool = False

    @property
    def is_outermost(self) -> bool:
        return self.level == 1

    @property
    def may_have_groups(self) -> bool:
        return self.level < DEEPEST

    def walk(self) -> Iterator[DraftCondition | DraftGroup]:
        for part in self.parts:
            yield part
            if isinstance(part, DraftGroup):
                yield from part.walk()

    def number(self) -> None:
        """Give all parts the paths of where they are now."""
        for place, part in enumerate(self.parts):
            part.path = f"{self.path}.{place}".lstrip(".")
            if isinstance(part, DraftGroup):
                part.level = self.level + 1
                part.number()


class Draft:
    """`group` is the outermost; `errors` is what is wrong with the rule as a whole."""

    def __init__(self, group: DraftGroup, tags: TagNames) -> None:
        self.group, self.errors = group, []
        if not group.parts:
            group.parts.append(DraftCondition())
        self.show(tags)

    group: DraftGroup
    errors: list[str]

    @classmethod
    def of_rule(cls, rule: Rule | None, tags: TagNames) -> Draft:
        return cls(_drafted(rule.group, tags) if rule else DraftGroup(), tags)

    @classmethod
    def sent(cls, data: QueryDict, tags: TagNames) -> Draft:
        """What a page has sent. Parts of groups that it does not name are left out."""
        groups = {"": DraftGroup(data.get("of", "")[:_LONGEST_SENT])}
        for told in data.getlist("part")[:_MOST_PARTS]:
            path, slash = told.removesuffix("/"), told.endswith("/")
            above = groups.get(path.rpartition(".")[0])
            if above is None or not _PATH.fullmatch(path) or (slash and not above.may_have_groups):
                continue
            part: DraftCondition | DraftGroup
            if slash:
                part = groups[path] = DraftGroup(data.get(f"g{path}-of", "")[:_LONGEST_SENT], level=above.level + 1)
            else:
                names = ConditionForm.base_fields
                part = DraftCondition({name: data.get(f"c{path}-{name}", "")[:_LONGEST_SENT] for name in names})
            above.parts.append(part)
        return cls(groups[""], tags)

    def show(self, tags: TagNames, *, is_checked: bool = False) -> None:
        """Give all parts their paths and forms, checked or as they were typed."""
        self.group.number()
        for condition in self.conditions():
            condition.show(tags, is_checked=is_checked)

    def conditions(self) -> Iterator[DraftCondition]:
        return (part for part in self.group.walk() if isinstance(part, DraftCondition))

    def typed_tags(self) -> list[str]:
        return [condition.typed["tag"].strip() for condition in self.conditions() if not condition.is_blank]

    def change(self, what: str, tags: TagNames) -> bool:
        """Add or remove a part, as a button says: `add:1`, `group:`, `remove:1.0`; False if it says something else."""
        do, _colon, path = what.partition(":")
        groups = {"": self.group} | {part.path: part for part in self.group.walk() if isinstance(part, DraftGroup)}
        if do == "remove":
            self._remove(path, groups)
        elif do in ("add", "group"):
            group, new = groups.get(path, self.group), DraftCondition(is_new=True)
            is_nested = do == "group" and group.may_have_groups
            group.parts.append(DraftGroup(Of.ANY, [new]) if is_nested else new)
        else:
            return False
        if not self.group.parts:
            self.group.parts.append(DraftCondition())
        self.show(tags)
        return True

    def _remove(self, path: str, groups: Mapping[str, DraftGroup]) -> None:
        above = groups.get(path.rpartition(".")[0])
        if above is not None:
            above.parts = [part for part in above.parts if part.path != path]
            above.is_focused = True

    def as_json(self, tags: TagNames) -> dict[str, Any] | None:
        """The group of the rule as `rule.parse` reads it, once all is right; else the errors stand at the parts. What
        says nothing is left out."""
        self.show(tags, is_checked=True)
        telling = [condition for condition in self.conditions() if not condition.is_blank]
        if not telling:
            self.errors = [_("Please choose a tag.")]
        if len(telling) > MOST_CONDITIONS:
            self.errors = [_("A rule can have %(most)s conditions at most.") % {"most": MOST_CONDITIONS}]
        wrong = [condition for condition in telling if not condition.form.is_valid()]
        return None if self.errors or wrong else _group_as_json(self.group)

    def all_errors(self) -> list[str]:
        """What is wrong anywhere, each once."""
        of_parts = (
            str(error)
            for condition in self.conditions()
            for errors in condition.form.errors.values()
            for error in errors
        )
        return list(dict.fromkeys([*self.errors, *of_parts]))


def _drafted(group: Group, tags: TagNames) -> DraftGroup:
    parts = [_drafted(part, tags) if isinstance(part, Group) else _typed(part, tags) for part in group.parts]
    return DraftGroup(group.of, parts)


def _typed(condition: Condition, tags: TagNames) -> DraftCondition:
    return DraftCondition(
        {
            "lacks": "1" if condition.lacks else "",
            "tag": tags.name(condition.tag_id) or condition.name or str(condition.tag_id),
            "when": condition.when.value,
            "day": condition.day.isoformat() if condition.day else "",
            "days": str(condition.days or ""),
        }
    )


def _group_as_json(group: DraftGroup) -> dict[str, Any]:
    parts = []
    for part in group.parts:
        if isinstance(part, DraftGroup):
            parts += [inner] if (inner := _group_as_json(part))["parts"] else []
        elif not part.is_blank:
            parts.append(part.form.as_json())
    return {"of": group.of if group.of in set(Of) else Of.ALL.value, "parts": parts}
