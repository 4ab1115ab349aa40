"""Finds a page of lines in a log of any length: it looks at no more than some thousands, and says where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from integrations.audit.models import LogLine
from integrations.audit.query.conditions import Condition, Conditions, Numbers
from integrations.audit.query.times import number_before, number_since

MOST_LOOKED_AT = 20_000
_STEPS = (300, 3_000, MOST_LOOKED_AT - 3_300)
_PROBE = 1_000
_MOST_NEW = 100


@dataclass(frozen=True)
class Found:
    """Some of the lines that were searched, newest first.

    older: the number before which the next page begins; None at the end
    searched_to: where the search stopped, with fewer lines than a page has
    """

    lines: list[LogLine]
    older: int | None = None
    searched_to: datetime | None = None


def search(team_id: int, asked: Conditions, before: int | None = None, size: int = 50) -> Found:
    """The newest lines of a team that are all that is asked, of those with numbers below `before`.

    Candidates are taken from the index that leads furthest back with the fewest lines, then looked at: at most
    `MOST_LOOKED_AT` of them for a page.
    """
    lines = LogLine.objects.filter(team_id=team_id)
    leading = _leading([condition for condition in asked.all_of if condition.streams], asked, before)
    streams = leading.streams if leading else (lines.values_list("number", flat=True),)
    where = asked.besides(leading)
    found: list[LogLine] = []
    for step in _STEPS:
        numbers, is_all = _newest(streams, asked, before, step)
        candidates = lines.filter(where, _these(numbers, are_all=leading is None))
        found += candidates.order_by("-number")[: size + 1 - len(found)]
        if len(found) > size:
            return Found(found[:size], older=found[size - 1].number)
        if is_all:
            return Found(found)
        before = numbers[-1]
    stopped = lines.filter(number__gte=before).order_by("number").values_list("started_at", flat=True).first()
    return Found(found, older=before, searched_to=stopped)


def next_newer(team_id: int, asked: Conditions, after: int) -> LogLine | None:
    """The first line above a number that is all that is asked, if it is among the next `MOST_LOOKED_AT`."""
    lines = LogLine.objects.filter(team_id=team_id)
    for step in _STEPS:
        above = lines.filter(number__gt=after).order_by("number").values_list("number", flat=True)
        numbers = list(above[:step])
        found = lines.filter(asked.where, _these(numbers, are_all=True)).order_by("number").first()
        if found or len(numbers) < step:
            return found
        after = numbers[-1]
    return None


def beside(team_id: int, asked: Conditions, timeless: Conditions) -> list[LogLine]:
    """Next to the time that is asked for, as far as it has an end and a beginning, the line after it and the one before
    it that are all else that is asked: `timeless`. Each is looked for among as many lines as a page."""
    lines, found = LogLine.objects.filter(team_id=team_id), []
    if asked.until and (first := number_since(lines, asked.until)):
        later = Condition(Q(started_at__gte=asked.until))
        found += [next_newer(team_id, Conditions([*timeless.all_of, later]), first - 1)]
    if asked.since and (last := number_before(lines, asked.since)):
        earlier = Condition(Q(started_at__lt=asked.since))
        found += search(team_id, Conditions([*timeless.all_of, earlier]), last + 1, 1).lines
    return [line for line in found if line]


def newer(team_id: int, asked: Conditions, after: int) -> int:
    """How many lines have come after the number `after`, up to 100."""
    lines = LogLine.objects.filter(team_id=team_id, number__gt=after)
    numbers = list(lines.order_by("-number").values_list("number", flat=True)[:_PROBE])
    those = lines.filter(asked.where, _these(numbers, are_all=True))
    return len(those.values_list("number", flat=True)[:_MOST_NEW])


def _these(numbers: Sequence[int], *, are_all: bool) -> Q:
    """The lines with these numbers, in their order; `are_all` where there are no others between them."""
    if are_all and numbers:
        return Q(number__range=sorted((numbers[0], numbers[-1])))
    return Q(number__in=numbers)


def _leading(choices: Sequence[Condition], asked: Conditions, before: int | None) -> Condition | None:
    """The condition that fewest lines meet, by how far back the newest thousand of its streams lead."""
    if len(choices) < 2:
        return choices[0] if choices else None
    reached = []
    for condition in choices:
        each = max(_PROBE // len(condition.streams), 1)
        newest = [_bounded(stream, asked, before).order_by("-number") for stream in condition.streams]
        ends = [numbers[each - 1 : each].first() for numbers in newest]
        reached.append((max(end or 0 for end in ends), condition))
    return min(reached, key=lambda choice: choice[0])[1]


def _newest(streams: Sequence[Numbers], asked: Conditions, before: int | None, most: int) -> tuple[list[int], bool]:
    """The highest numbers of several streams, each once, of which so many are read at most; and whether these are all.

    Each stream gives its share. Below the last number of one that could give more nothing is told of the others: what
    that one has there is not read yet.
    """
    share = max(most // len(streams), 1)
    given = [list(_bounded(stream, asked, before).order_by("-number")[:share]) for stream in streams]
    unread = [numbers[-1] for numbers in given if len(numbers) == share]
    floor = max(unread, default=0)
    return sorted({number for numbers in given for number in numbers if number >= floor}, reverse=True), not unread


def _bounded(stream: Numbers, asked: Conditions, before: int | None) -> Numbers:
    bounds = Q()
    if before is not None:
        bounds &= Q(number__lt=before)
    if asked.from_number is not None:
        bounds &= Q(number__gte=asked.from_number)
    if asked.to_number is not None:
        bounds &= Q(number__lt=asked.to_number)
    return stream.filter(bounds)
