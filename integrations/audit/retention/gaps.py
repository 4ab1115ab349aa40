"""Looks whether the log's numbers are all there: those of each team and of each client account have no gap but where a
retention record explains it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from integrations.audit import events
from integrations.audit.actors import SYSTEM
from integrations.audit.models import AuditEntry, EntryCounter, RetentionRecord
from integrations.audit.recorder import Scope
from integrations.audit.retention.models import CountedNumbers, Gap, NumbersCheck
from integrations.audit.retention.sentences import NUMBERS_MISSING, NUMBERS_OF_CLIENT_MISSING

logger = logging.getLogger(__name__)

BLOCK = 50_000
"""Numbers that are counted at once, and in which what is missing is told as one gap."""
NUMBERS_A_RUN = 1_000_000
_LEAST = 1_000
"""What a block counts as that has fewer numbers, so that many small counts are not all looked at in one run."""


@dataclass(frozen=True)
class Missing:
    """Numbers that have no entry: so many from the first to the last, of a block."""

    counter: EntryCounter
    block: int
    first: int
    last: int
    count: int

    def __str__(self) -> str:
        return f"{self.counter.team_id}/{self.counter.account_id}: {self.count} from {self.first} to {self.last}"


def check_numbers() -> None:
    """For the clock: count some more blocks of numbers, after the last one of all from the first one again. What is
    missing is an error and, when it is found first or has become more, an event in the team's log."""
    check = NumbersCheck.objects.get_or_create(pk=1)[0]
    budget = NUMBERS_A_RUN
    while budget > 0:
        counter = EntryCounter.objects.filter(pk__gte=check.counter_id).order_by("pk").first()
        if counter is None:
            check.counter_id, check.number = 0, 0
            break
        if counter.pk != check.counter_id:
            check.counter_id, check.number = counter.pk, 0
        block = max(check.number, _first_to_look_at(counter)) // BLOCK
        _report(_missing_in(counter, block))
        budget -= max(min(counter.last - block * BLOCK, BLOCK), _LEAST)
        check.number = (block + 1) * BLOCK
        if check.number > counter.last:
            counted = {"through": counter.last, "finished_at": timezone.now()}
            CountedNumbers.objects.update_or_create(counter_id=counter.pk, defaults=counted)
            check.counter_id, check.number = counter.pk + 1, 0
    check.save()


def all_missing() -> Iterator[Missing]:
    """What is missing in the whole log now."""
    for counter in EntryCounter.objects.order_by("team_id", "account_id"):
        for block in range(_first_to_look_at(counter) // BLOCK, counter.last // BLOCK + 1):
            yield from _missing_in(counter, block)


def _missing_in(counter: EntryCounter, block: int) -> list[Missing]:
    """The counter was read before the entries, whose numbers are committed with it; and records are read again after
    them, which are committed before anything goes."""
    first, last = max(block * BLOCK, _first_to_look_at(counter)), min((block + 1) * BLOCK - 1, counter.last)
    numbers = _numbers(counter, first, last)
    if last < first or numbers.count() == last - first + 1:
        return []
    present: list[int] = sorted(numbers)
    covered = _first_to_look_at(counter)
    missing = [(max(start, covered), end) for start, end in _holes(present, first, last) if end >= covered]
    if not missing:
        return []
    count = sum(end - start + 1 for start, end in missing)
    return [Missing(counter, block, missing[0][0], missing[-1][1], count)]


def _holes(present: Iterable[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    for number in chain(present, [last + 1]):
        if number > first:
            yield first, number - 1
        first = number + 1


def _numbers(counter: EntryCounter, first: int, last: int) -> QuerySet[AuditEntry, Any]:
    """The numbers in use between two of them."""
    if counter.account_id == EntryCounter.WHOLE_TEAM:
        of_team = AuditEntry.objects.filter(team_id=counter.team_id, number__range=(first, last))
        return of_team.values_list("number", flat=True)
    of_account = AuditEntry.objects.filter(account_id=counter.account_id, account_number__range=(first, last))
    return of_account.values_list("account_number", flat=True)


def _first_to_look_at(counter: EntryCounter) -> int:
    """The first number that no retention record covers. Of a client account that is the one of its first entry behind
    them: what goes before that is missing in the count of the team."""
    records = RetentionRecord.objects.filter(team_id=counter.team_id)
    through: int = records.aggregate(through=Max("through_number"))["through"] or 0
    if counter.account_id == EntryCounter.WHOLE_TEAM or not through:
        return through + 1
    behind = AuditEntry.objects.filter(team_id=counter.team_id, account_id=counter.account_id, number__gt=through)
    first = behind.order_by("number").values_list("account_number", flat=True).first()
    return counter.last + 1 if first is None else first


def _report(found: Iterable[Missing]) -> None:
    for missing in found:
        logger.error("Entries of the log are missing, and no record explains it: %s", missing)
        with transaction.atomic():
            _keep(missing)


def _keep(missing: Missing) -> None:
    counter = missing.counter
    scope = Scope(counter.team_id)
    if counter.account_id != EntryCounter.WHOLE_TEAM:
        named = AuditEntry.objects.filter(team_id=counter.team_id, account_id=counter.account_id).order_by("-number")
        label = named.values_list("account_label", flat=True).first() or f"#{counter.account_id}"
        scope = Scope(counter.team_id, counter.account_id, label)
    gap, is_new = Gap.objects.get_or_create(
        team_id=counter.team_id,
        account_id=counter.account_id,
        block=missing.block,
        defaults={
            "account_label": scope.account_label,
            "first": missing.first,
            "last": missing.last,
            "count": missing.count,
            "found_at": timezone.now(),
        },
    )
    if not is_new and missing.count <= gap.count:
        return
    gap.first, gap.last, gap.count, gap.found_at = missing.first, missing.last, missing.count, timezone.now()
    gap.save()
    sentence = NUMBERS_OF_CLIENT_MISSING if scope.account_id else NUMBERS_MISSING
    first, last, count = str(missing.first), str(missing.last), str(missing.count)
    events.record(sentence, SYSTEM, scope, first=first, last=last, count=count)
