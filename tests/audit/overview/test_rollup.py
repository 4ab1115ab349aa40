"""The roll-up and the rest that is read live: together they are always a count of the entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from integrations.audit import events, lines
from integrations.audit.models import AuditEntry, Outcome
from integrations.audit.overview import rollup, sums
from integrations.audit.overview.durations import BOUNDS, ERROR_PERCENT, LAST, NOT_KNOWN, percentile
from integrations.audit.overview.models import NO_ACCOUNT, DailyCalls, DailyDurations, HourlyCalls, RolledUp
from integrations.audit.overview.sums import Span, Sums, add_up
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Scope
from integrations.audit.sweep import sweep_stale_entries
from integrations.clock.chores import run_due_chores
from tests.audit.overview.entries import NOON, write
from tests.factories import actor

pytestmark = pytest.mark.django_db

TEAM = 7
ONE, OTHER, NONE = Scope(TEAM, 3, "Harbour Lane Coffee"), Scope(TEAM, 4, "Bergwind Touren"), Scope(TEAM)
DAY = NOON.date()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def plain_count(span: Span) -> Sums:
    """What the overview has to say, by going through the entries one by one."""
    counted = Sums()
    zone = ZoneInfo(django_settings.TIME_ZONE)
    for entry in AuditEntry.objects.filter(team_id=span.team_id).exclude(operation=""):
        at = entry.started_at.astimezone(zone)
        account_id = entry.account_id or NO_ACCOUNT
        if not span.since <= at.date() <= span.until or account_id not in (span.account_ids or [account_id]):
            continue
        hour = entry.started_at - timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
        counted.by_time[hour if span.is_by_hour else at.date(), entry.outcome] += 1
        counted.by_account[account_id, entry.outcome] += 1
        status, code = (-1 if number is None else number for number in (entry.status, entry.code))
        problem = entry.answer.get("problem", "")
        if entry.outcome in ("refused", "failed", "unknown"):
            counted.by_reason[entry.outcome, entry.operation, status, code, problem] += 1
        bucket = NOT_KNOWN if entry.duration is None else sum(bound <= entry.duration for bound in BOUNDS)
        counted.by_duration[entry.operation, bucket] += 1
    return counted


@dataclass
class Finish:
    """Finish the oldest call under way with this outcome."""

    outcome: Outcome


ROLL_UP, SWEEP = "roll up", "sweep"
NOT_PENDING = [outcome for outcome in Outcome if outcome != Outcome.PENDING]
CALLS = st.fixed_dictionaries(
    {
        "scope": st.sampled_from([ONE, OTHER, NONE, Scope(8, 5, "Of another team")]),
        "operation": st.sampled_from(["create_tag", "list_tags", ""]),
        "outcome": st.sampled_from(Outcome),
        "status": st.sampled_from([200, 406, None]),
        "code": st.sampled_from([None, 0, 4, 204]),
        "answer": st.sampled_from([{}, {"problem": "tag_not_found"}]),
        "started_at": st.datetimes(datetime(2026, 10, 24), datetime(2026, 10, 26, 12)).map(
            lambda at: at.replace(tzinfo=UTC)
        ),
        "duration": st.none() | st.timedeltas(timedelta(), timedelta(seconds=90)),
    }
)
STEPS = st.lists(st.sampled_from([ROLL_UP, ROLL_UP, SWEEP]) | st.sampled_from(NOT_PENDING).map(Finish) | CALLS)
SPANS = st.tuples(
    st.dates(date(2026, 10, 24), date(2026, 10, 27)),
    st.integers(0, 3),
    st.sampled_from([None, [3], [3, 4], [9]]),
)


def take(step: Any) -> None:
    pending = AuditEntry.objects.filter(outcome=Outcome.PENDING).order_by("number").first()
    if step == ROLL_UP:
        rollup.roll_up(TEAM)
    elif step == SWEEP:
        sweep_stale_entries()
    elif not isinstance(step, Finish):
        step = dict(step)
        write(step.pop("scope"), **step)
    elif pending:
        finish = {"outcome": step.outcome, "duration": timedelta(milliseconds=7), "status": 200}
        AuditEntry.objects.filter(pk=pending.pk).update(**finish)
        for name, value in finish.items():
            setattr(pending, name, value)
        lines.finish([pending])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata"])
def test_whatever_comes_in_whatever_order_all_is_counted_once(
    zone: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days of 25 hours among them, and hours that begin at half past of UTC."""
    settings.TIME_ZONE = zone
    monkeypatch.setattr(rollup, "_AT_ONCE", 3)
    check_whatever_comes()


@settings(max_examples=40)
@given(steps=STEPS, span=SPANS)
def check_whatever_comes(steps: list[Any], span: tuple[date, int, list[int] | None]) -> None:
    since, days, account_ids = span
    asked = Span(TEAM, since, since + timedelta(days=days), account_ids)
    with undone():
        for step in steps:
            take(step)
        assert add_up(asked) == plain_count(asked)
        assert not list(rollup.out_of_step())


def test_an_entry_under_way_holds_up_the_roll_up_until_it_is_swept() -> None:
    write(ONE)
    write(ONE, outcome=Outcome.PENDING, started_at=timezone.now() - timedelta(minutes=11))
    write(ONE)
    rollup.roll_up_for_a_while()
    assert RolledUp.objects.get().number == 1

    sweep_stale_entries()
    rollup.roll_up_for_a_while()

    assert RolledUp.objects.get().number == 3
    assert not list(rollup.out_of_step())


def test_an_interrupted_roll_up_has_not_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    write(ONE)
    add, span = rollup._add, Span(TEAM, DAY, DAY)

    def killed(team_id: int, counted: Any) -> None:
        add(team_id, {HourlyCalls: counted[HourlyCalls]})
        raise SystemExit

    monkeypatch.setattr(rollup, "_add", killed)
    with pytest.raises(SystemExit):
        rollup.roll_up(TEAM)
    assert add_up(span) == plain_count(span)
    assert not HourlyCalls.objects.exists()

    monkeypatch.setattr(rollup, "_add", add)
    rollup.roll_up(TEAM)
    assert add_up(span) == plain_count(span)
    assert HourlyCalls.objects.exists()


def test_of_two_at_once_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    write(ONE)
    counts = rollup.count

    def slowly(entries: Any) -> Any:
        monkeypatch.setattr(rollup, "count", counts)
        rollup.roll_up(TEAM)
        return counts(entries)

    monkeypatch.setattr(rollup, "count", slowly)
    rollup.roll_up(TEAM)
    assert HourlyCalls.objects.get().calls == 1


def test_what_is_rolled_up_while_a_page_adds_up_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    write(ONE)
    add_rest, span = sums._add_rest, Span(TEAM, DAY, DAY)

    def meanwhile(*arguments: Any) -> None:
        monkeypatch.setattr(sums, "_add_rest", add_rest)
        rollup.roll_up(TEAM)
        add_rest(*arguments)

    monkeypatch.setattr(sums, "_add_rest", meanwhile)
    assert add_up(span) == plain_count(span)


def test_more_than_a_page_can_count_is_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "_MOST_LIVE", 2)
    for _ in range(3):
        write(ONE)
    assert add_up(Span(TEAM, DAY, DAY)) == Sums(uncounted=3)


def test_the_clock_rolls_up_every_team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "_AT_ONCE", 1)
    for scope in (ONE, OTHER, Scope(8, 5, "Of another team"), ONE):
        write(scope)
    assert "integrations.audit.overview.rollup.roll_up_for_a_while" in run_due_chores()
    assert dict(RolledUp.objects.values_list("team_id", "number")) == {7: 3, 8: 1}


def test_where_nothing_is_new_the_clock_asks_twice_for_all_teams(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for team_id in range(1, 6):
        write(Scope(team_id, team_id, "Client"))
    rollup.roll_up_for_a_while()
    with django_assert_num_queries(2):
        rollup.roll_up_for_a_while()


def test_portal_events_are_no_calls() -> None:
    events.record(SIGNED_IN, actor(), NONE)
    rollup.roll_up(TEAM)
    assert RolledUp.objects.get().number == 1
    assert not HourlyCalls.objects.exists()


def test_in_another_time_zone_days_are_counted_anew(settings: Any) -> None:
    write(ONE, started_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    rollup.roll_up_for_a_while()
    assert DailyCalls.objects.get().day == date(2026, 11, 21)

    settings.TIME_ZONE = "America/New_York"
    rollup.roll_up_for_a_while()

    assert DailyCalls.objects.get().day == date(2026, 11, 20)
    assert RolledUp.objects.get().zone == "America/New_York"


def test_sums_that_differ_are_found_and_made_anew() -> None:
    for scope in (ONE, OTHER, NONE):
        write(scope)
    rollup.roll_up_for_a_while()
    HourlyCalls.objects.filter(account_id=3).update(calls=2)
    DailyDurations.objects.filter(account_id=NO_ACCOUNT).delete()
    invented = DailyCalls.objects.get(account_id=4)
    invented.pk, invented.code = None, 9
    invented.save()

    said = StringIO()
    with pytest.raises(CommandError, match="The sums of 3 client accounts differ"):
        call_command("rebuild_log_overview", check=True, stdout=said)
    assert said.getvalue().splitlines() == [
        "team 7, no client account",
        "team 7, client account 3",
        "team 7, client account 4",
    ]
    call_command("rebuild_log_overview", stdout=StringIO())

    call_command("rebuild_log_overview", check=True, stdout=said)
    assert said.getvalue().endswith("Every sum is as the entries are.\n")
    assert Counter(HourlyCalls.objects.values_list("account_id", "calls")) == {(0, 1): 1, (3, 1): 1, (4, 1): 1}


@given(st.lists(st.integers(1_000, 60_000_000), min_size=1), st.sampled_from([1, 50, 95, 100]))
def test_a_percentile_is_told_within_its_error(microseconds: list[int], percent: int) -> None:
    took = sorted(timedelta(microseconds=each) for each in microseconds)
    buckets = Counter(sum(bound <= each for bound in BOUNDS) for each in took)

    told = percentile(buckets, percent)

    true = took[-(-len(took) * percent // 100) - 1]
    assert told.at_least is not None
    assert told.at_most is not None
    assert told.at_least <= true < told.at_most
    assert abs(told.middle / true - 1) <= ERROR_PERCENT / 100


def test_the_outermost_buckets_tell_their_bound() -> None:
    assert percentile({0: 1}, 50).middle == timedelta(milliseconds=1)
    assert percentile({LAST: 1}, 50).middle == BOUNDS[-1]
