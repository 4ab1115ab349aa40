"""The clock's way of removing what a team keeps no longer: recorded first, then a few entries at a time.

Nothing else removes entries, and the database lets no other go. Once an entry is gone, nothing finds it any more: its
line, and what is known of persons by it alone, go with it.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from integrations.audit import events, lines
from integrations.audit.actors import SYSTEM
from integrations.audit.consent import PROVES
from integrations.audit.models import (
    AuditEntry,
    AuditSubject,
    Covers,
    EntryCounter,
    LineFact,
    LogLine,
    Outcome,
    RetentionRecord,
    SubjectLink,
)
from integrations.audit.recorder import Scope
from integrations.audit.retention.models import Removal
from integrations.audit.retention.periods import begin_of, first_day_kept, may_remove, months_of, periods_of
from integrations.audit.retention.sentences import ENTRIES_REMOVED, ENTRIES_REMOVED_BUT_PROOFS
from integrations.audit.signals import entries_removed

_AT_ONCE = 500
_SECONDS = 20
"""For one run: the clock has other things to do, and comes back."""
_DISORDER = 10_000
"""By how many numbers the order of times and that of numbers may disagree, as where clocks differ."""


def remove_old_entries() -> None:
    """For the clock: record what no team keeps any longer, and remove some of what is recorded."""
    until = time.monotonic() + _SECONDS
    for team_id in EntryCounter.objects.filter(account_id=EntryCounter.WHOLE_TEAM).values_list("team_id", flat=True):
        record_what_goes(team_id)
    for removal in Removal.objects.filter(finished_at=None).order_by("record_id"):
        record = RetentionRecord.objects.get(pk=removal.record_id)
        while removal.finished_at is None and time.monotonic() < until:
            _remove_some(record, removal)


def record_what_goes(team_id: int) -> None:
    """Write the records under which a team's entries go that are older than its periods."""
    periods = periods_of(team_id)
    if not may_remove(periods):
        return
    for covers in (Covers.ALL_BUT_PROOFS, Covers.EVERYTHING):
        months = months_of(periods, covers)
        before = first_day_kept(months, timezone.localdate())
        known = RetentionRecord.objects.filter(team_id=team_id, covers__in=[covers, Covers.EVERYTHING])
        if known.filter(before__gte=before).exists():
            continue
        through = _last_before(team_id, begin_of(before))
        entries = AuditEntry.objects.filter(team_id=team_id, number__lte=through)
        if through and entries.filter(_may_go(covers)).exists():
            _record(team_id, through, covers, months, before)


def _record(team_id: int, through: int, covers: Covers, months: int, before: date) -> None:
    with transaction.atomic():
        record = RetentionRecord.objects.create(
            team_id=team_id,
            through_number=through,
            covers=covers,
            months=months,
            before=before,
            reason=f"{months} months",
            actor_label=SYSTEM.label,
        )
        Removal.objects.create(record_id=record.pk)
        sentence = ENTRIES_REMOVED if covers == Covers.EVERYTHING else ENTRIES_REMOVED_BUT_PROOFS
        day = {"day": before.isoformat()}
        events.record(sentence, SYSTEM, Scope(team_id), through=str(through), months=str(months), day=day)


def _may_go(covers: str) -> Q:
    finished = ~Q(outcome=Outcome.PENDING)
    return finished if covers == Covers.EVERYTHING else finished & ~PROVES


def _last_before(team_id: int, moment: datetime) -> int:
    """The number up to which all of a team's entries were written before a moment; 0 for none. Numbers follow time but
    for some disorder, so that it takes a few steps in a log of any length."""
    entries = AuditEntry.objects.filter(team_id=team_id)
    low, high = 0, EntryCounter.objects.get(team_id=team_id, account_id=EntryCounter.WHOLE_TEAM).last
    while low < high:
        middle = (low + high + 1) // 2
        upto = entries.filter(number__lte=middle).order_by("-number").values_list("started_at", flat=True).first()
        if upto is None or upto < moment:
            low = middle
        else:
            high = middle - 1
    near = entries.filter(number__gt=low - _DISORDER, number__lte=low, started_at__gte=moment)
    late = near.order_by("number").values_list("number", flat=True).first()
    return low if late is None else late - 1


def _remove_some(record: RetentionRecord, removal: Removal) -> None:
    """Remove the next few of what a record lets go, in one transaction."""
    with transaction.atomic():
        ahead = {"team_id": record.team_id, "number__gt": removal.through, "number__lte": record.through_number}
        going = AuditEntry.objects.filter(_may_go(record.covers), **ahead)
        some = list(going.order_by("number").values_list("pk", "action", "number")[:_AT_ONCE])
        links = SubjectLink.objects.filter(**ahead).order_by("number").values_list("number", flat=True)
        ends = [number for _pk, _action, number in some[_AT_ONCE - 1 :]] + list(links[_AT_ONCE - 1 : _AT_ONCE])
        end = min(ends, default=record.through_number)
        some = [entry for entry in some if entry[2] <= end]
        one_of_each = {action: pk for pk, action, _number in some}
        later = _later(record, end)
        go_on = AuditEntry.objects.filter(Exists(later), pk__in=one_of_each.values()).values_list("action", flat=True)
        to_be_continued = set(go_on)

        ids = [pk for pk, _action, _number in some]
        AuditSubject.objects.filter(entry_id__in=ids).delete()
        AuditEntry.objects.filter(pk__in=ids).delete()
        _forget_links(record, SubjectLink.objects.filter(**ahead | {"number__lte": end}))
        _put_lines_right(record.team_id, set(one_of_each), to_be_continued)
        removal.through = end
        removal.entries += len(some)
        if end == record.through_number:
            removal.finished_at = timezone.now()
            entries_removed.send(sender=None, team_id=record.team_id)
        removal.save()


def _later(record: RetentionRecord, end: int) -> QuerySet[AuditEntry]:
    """What goes after a number of the same action. That the end is no plain column makes SQLite look by action: between
    two plain bounds it would search the numbers."""
    of_action = AuditEntry.objects.filter(team_id=record.team_id, action=OuterRef("action"), number__gt=end)
    return of_action.alias(nth=F("number") + 0).filter(_may_go(record.covers), nth__lte=record.through_number)


def _forget_links(record: RetentionRecord, links: QuerySet[SubjectLink]) -> None:
    """Forget what told under which names contacts are known, but for names that entries which stay know them by."""
    proofs = AuditEntry.objects.filter(PROVES, pk=OuterRef("entry_id"))
    is_kept = Q(number__gt=record.through_number)
    if record.covers != Covers.EVERYTHING:
        is_kept |= Q(Exists(proofs))
        links = links.exclude(Exists(proofs))
    staying = AuditSubject.objects.filter(is_kept, team_id=OuterRef("team_id"), hash=OuterRef("hash"))
    links.exclude(Exists(staying)).delete()


def _put_lines_right(team_id: int, actions: Collection[UUID], to_be_continued: Collection[UUID]) -> None:
    """Take away the lines of actions of which entries have gone. Of what is left the line is made anew, once: a large
    job of which more goes is in no list until the last of it has gone."""
    of_team = AuditEntry.objects.filter(team_id=team_id)
    finished = [action for action in actions if action not in to_be_continued]
    left = set(of_team.filter(action__in=finished).values_list("action", flat=True).distinct())
    gone = LogLine.objects.filter(team_id=team_id, action__in=set(actions) - left)
    LineFact.objects.filter(team_id=team_id, number__in=list(gone.values_list("number", flat=True))).delete()
    gone.delete()
    for action in left:
        lines.set_right(team_id, action)
