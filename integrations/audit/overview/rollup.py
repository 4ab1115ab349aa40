"""Rolls up the final entries of each team, in the order of their numbers and each once.

What is counted and how far that is are written in one transaction: whatever is interrupted has happened as a whole or
not at all. An entry under way holds up those behind it until it is finished, or swept ten minutes later.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from integrations.audit.models import AuditEntry, EntryCounter, Outcome
from integrations.audit.overview.counting import Counted, count
from integrations.audit.overview.models import DailyCalls, DailyDurations, HourlyCalls, RolledUp

_MODELS: tuple[type[HourlyCalls | DailyCalls | DailyDurations], ...] = (HourlyCalls, DailyCalls, DailyDurations)
_AT_ONCE = 5_000
_LONGEST_SECONDS = 20


def roll_up_for_a_while() -> None:
    """For the clock: roll up what has become final, a part of each team's in turn; at its next turn it goes on."""
    until = time.monotonic() + _LONGEST_SECONDS
    done = {team_id: rest for team_id, *rest in RolledUp.objects.values_list("team_id", "number", "zone")}
    waiting = [team_id for team_id, last in _last_numbers().items() if done.get(team_id) != [last, settings.TIME_ZONE]]
    while waiting and time.monotonic() < until:
        waiting = [team_id for team_id in waiting if roll_up(team_id)]


def roll_up(team_id: int) -> bool:
    """Roll up some thousand entries of a team; whether more can follow. Where another process was faster, its part
    stands and this one's is dropped."""
    done, _ = RolledUp.objects.get_or_create(team_id=team_id, defaults={"zone": settings.TIME_ZONE})
    if done.zone != settings.TIME_ZONE:
        begin_anew(team_id)
        return True
    last = last_number(team_id)
    end = min(done.number + _AT_ONCE, last)
    entries = AuditEntry.objects.filter(team_id=team_id, number__gt=done.number, number__lte=end)
    pending = entries.filter(outcome=Outcome.PENDING).aggregate(first=Min("number"))["first"]
    through = pending - 1 if pending else end
    if through <= done.number:
        return False
    counted = count(entries.filter(number__lte=through))
    with transaction.atomic():
        if RolledUp.objects.filter(team_id=team_id, number=done.number).update(number=through):
            _add(team_id, counted)
    return not pending and end < last


def begin_anew(team_id: int) -> None:
    """Forget what is rolled up of a team; the clock begins again with its first entry. For when entries have been
    removed, or the portal's time zone has changed."""
    with transaction.atomic():
        RolledUp.objects.filter(team_id=team_id).update(number=0, zone=settings.TIME_ZONE)
        for model in _MODELS:
            model._default_manager.filter(team_id=team_id).delete()


def out_of_step() -> Iterator[tuple[int, int]]:
    """The team and client account of which the sums are not what a count of the entries gives."""
    for team_id in sorted(_last_numbers()):
        accounts = EntryCounter.objects.filter(team_id=team_id).values_list("account_id", flat=True)
        rolled_up = HourlyCalls.objects.filter(team_id=team_id).values_list("account_id", flat=True)
        for account_id in sorted({*accounts, *rolled_up.distinct()}):
            through, stored = _stored(team_id, account_id)
            of_account = AuditEntry.objects.filter(team_id=team_id, account_id=account_id or None)
            if count(of_account.filter(number__lte=through)) != stored:
                yield team_id, account_id


def last_number(team_id: int) -> int:
    """The number of a team's last entry."""
    return _last_numbers(team_id=team_id).get(team_id, 0)


def _last_numbers(**of: int) -> dict[int, int]:
    counters = EntryCounter.objects.filter(account_id=EntryCounter.WHOLE_TEAM, **of)
    return dict(counters.values_list("team_id", "last"))


def _stored(team_id: int, account_id: int) -> tuple[int, Counted]:
    """How far a team is rolled up, and the sums of one of its client accounts at that moment."""
    with transaction.atomic():
        done = RolledUp.objects.select_for_update().filter(team_id=team_id).first()
        stored: Counted = {}
        for model in _MODELS:
            rows = model._default_manager.filter(team_id=team_id, account_id=account_id)
            stored[model] = Counter({tuple(key): calls for *key, calls in rows.values_list(*model.KEY, "calls")})
    return done.number if done else 0, stored


def _add(team_id: int, counted: Counted) -> None:
    """Add numbers of calls to the rows that there are. Call it in the transaction that has moved the team's number on:
    it keeps others away from the team's rows."""
    for model, calls_by_key in counted.items():
        if not calls_by_key:
            continue
        begin = model.KEY[0]
        stored = model._default_manager.filter(team_id=team_id, **{f"{begin}__in": {key[0] for key in calls_by_key}})
        row_by_key = {tuple(getattr(row, name) for name in model.KEY): row for row in stored}
        new: list[Any] = []
        known: list[Any] = []
        for key, calls in calls_by_key.items():
            if row := row_by_key.get(key):
                row.calls += calls
                known.append(row)
            else:
                new.append(model(team_id=team_id, calls=calls, **dict(zip(model.KEY, key, strict=True))))
        model._default_manager.bulk_create(new)
        model._default_manager.bulk_create(known, update_conflicts=True, unique_fields=["id"], update_fields=["calls"])
