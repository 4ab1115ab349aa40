"""The lists that a rule needs, each asked for once, at the same time, as calls of one action."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from integrations.audit.recorder import Action
from integrations.clients.calls.gateway import at_once
from integrations.clients.errand import Errand
from integrations.clients.lists import forget_tag
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES, KlickTipp, Problem, Rejected, TaggedContacts
from integrations.segments.members import needs_everybody
from integrations.segments.rule import Rule


class TagsGone(Exception):
    """KlickTipp has no tags of these IDs any more, so nothing was counted."""

    def __init__(self, tag_ids: list[int]) -> None:
        super().__init__(tag_ids)
        self.tag_ids = tag_ids


@dataclass(frozen=True)
class Fetched:
    """Who has each of a rule's tags, and everybody where the rule needs that; all as its filters leave them."""

    tagged: Mapping[int, TaggedContacts]
    everybody: array[int]


def fetch(errand: Errand, rule: Rule, action: Action, seconds: float) -> Fetched:
    """Ask KlickTipp for the lists of a rule, all within so many seconds.

    Everybody is one flat list, which services of before October 2026 have as well, and not the pages of 500. Raises
    the library's errors, `Obstructed` and `TagsGone`.
    """
    filters = rule.statuses or STATUSES, rule.bounces or BOUNCE_STATUSES
    tag_ids = rule.tag_ids
    jobs: list[Callable[[KlickTipp], TaggedContacts | array[int]]] = [_asking(tag_id, *filters) for tag_id in tag_ids]
    if needs_everybody(rule):
        jobs.append(lambda api: array("q", map(int, api.list_contacts(*filters))))
    tagged: dict[int, TaggedContacts] = {}
    everybody, gone = array("q"), []
    with closing(at_once(errand.account, action, jobs, seconds=seconds)) as results:
        for done in results:
            if isinstance(done.error, Rejected) and done.error.problem is Problem.TAG_NOT_FOUND:
                gone.append(tag_ids[done.place])
            elif done.error:
                raise done.error
            elif isinstance(done.result, TaggedContacts):
                tagged[tag_ids[done.place]] = done.result
            elif done.result is not None:
                everybody = done.result
    if gone:
        for tag_id in gone:
            forget_tag(errand.account, tag_id)
        errand.forget_lists()
        raise TagsGone(gone)
    return Fetched(tagged, everybody)


def _asking(
    tag_id: int, statuses: tuple[str, ...], bounces: tuple[str, ...]
) -> Callable[[KlickTipp], TaggedContacts | array[int]]:
    return lambda api: api.list_tagged_contacts(tag_id, statuses, bounces)
