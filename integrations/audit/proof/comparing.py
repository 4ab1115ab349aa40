"""Compares logs with what was signed, some entries at a time and each log once a day, so that its pages can tell where
it is another one. `verification` compares more, and at once."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.models import EntryCounter
from integrations.audit.proof.access import visible_counters
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import Comparison
from integrations.audit.proof.verification import next_stretch

EVERY = timedelta(days=1)

_SECONDS = 10.0
_MOST_TOLD = 20

logger = logging.getLogger(__name__)


def compare(seconds: float = _SECONDS) -> None:
    """For the clock: go on with the logs whose last round has ended a day ago or earlier, until the time is up."""
    ends = time.monotonic() + seconds
    for log in _due():
        while not compare_next(log):
            if time.monotonic() >= ends:
                return
        if time.monotonic() >= ends:
            return


def _due() -> list[Log]:
    """Those first that were never compared, or not for the longest time."""
    kept = Comparison.objects.filter(team_id=OuterRef("team_id"), account_id=OuterRef("account_id"))
    counters = EntryCounter.objects.annotate(finished_at=Subquery(kept.values("finished_at")[:1]))
    due = counters.filter(Q(finished_at=None) | Q(finished_at__lte=timezone.now() - EVERY))
    by_turns = due.order_by(F("finished_at").asc(nulls_first=True), "team_id", "account_id")
    return [Log(*place) for place in by_turns.values_list("team_id", "account_id")]


def compare_next(log: Log) -> bool:
    """Compare some more of a log, and keep what is wrong; whether that ends the round."""
    round_, _is_new = Comparison.objects.get_or_create(team_id=log.team_id, account_id=log.account_id)
    newest = log.newest()
    if newest and round_.size < newest.size:
        before = log.checkpoints.filter(size__lte=round_.size).last()
        through, problems = next_stretch(log, before, newest)
        told = round_.told_so_far.splitlines()
        new = problems[: _MOST_TOLD - len(told)]
        for problem in new:
            logger.error("%s: %s", log.origin, problem)
        round_.size, round_.wrong_so_far = through.size, round_.wrong_so_far + len(problems)
        round_.told_so_far = "\n".join([*told, *new])
    has_ended = newest is None or round_.size >= newest.size
    if has_ended or round_.wrong_so_far > round_.wrong:
        round_.wrong, round_.told = round_.wrong_so_far, round_.told_so_far
    if has_ended:
        round_.size, round_.wrong_so_far, round_.told_so_far, round_.finished_at = 0, 0, "", timezone.now()
    round_.save()
    return has_ended


def is_anything_wrong(membership: Membership) -> bool:
    """Whether one of the logs that a member sees was found to be another one than was signed."""
    seen = visible_counters(membership).values("account_id")
    return Comparison.objects.filter(team_id=membership.team_id, account_id__in=seen, wrong__gt=0).exists()
