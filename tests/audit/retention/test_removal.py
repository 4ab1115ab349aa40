"""What a team keeps no longer is recorded, then removed with all that is known by it alone."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from integrations.audit import events
from integrations.audit.actors import SYSTEM
from integrations.audit.models import (
    PORTAL,
    AuditEntry,
    AuditSubject,
    Covers,
    EntryCounter,
    Kind,
    LineFact,
    LogLine,
    Outcome,
    RetentionRecord,
    SubjectKind,
    SubjectLink,
)
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Action, Scope, entry_of, store_all
from integrations.audit.retention import removal
from integrations.audit.retention.models import LogPeriods, Removal
from integrations.audit.retention.periods import first_day_kept
from integrations.audit.retention.removal import remove_old_entries
from integrations.audit.subjects import Subject
from integrations.contacts.sentences import ADD_CONTACT
from integrations.tags.sentences import TAG_CREATED
from tests.factories import actor
from tests.pages import logged, main_words

pytestmark = pytest.mark.django_db

TEAM = 7
SCOPE = Scope(TEAM, 3, "Harbour Lane Coffee")
ADA, BO = (Subject(SubjectKind.EMAIL, f"{name}@example.org") for name in ("ada", "bo"))


def written(
    year: int, *operations: str, team_id: int = TEAM, about: tuple[Subject, ...] = (), **columns: Any
) -> Action:
    """An action of so long ago, with a call of each of these operations."""
    action = Action(ADD_CONTACT if "signin" in operations else TAG_CREATED, actor(), {"tag": "x", "contact": "a•••"})
    at = datetime(year, 6, 1, tzinfo=UTC)
    told = {"started_at": at, "outcome": Outcome.DONE, "duration": timedelta(), "call": uuid4()} | columns
    entries = [
        entry_of(
            action,
            Scope(team_id, team_id * 10 + 3, "Harbour Lane Coffee"),
            Kind.CHANGE,
            operation=operation,
            **told | {"call": uuid4()},
        )
        for operation in operations
    ]
    store_all([(entry, about) for entry in entries])
    return action


def years_ago(count: int) -> int:
    return timezone.localdate().year - count


def numbers(team_id: int = TEAM) -> list[int]:
    return list(AuditEntry.objects.filter(team_id=team_id).order_by("number").values_list("number", flat=True))


def test_periods_count_from_the_end_of_the_year() -> None:
    for months, today, first in (
        (36, "2027-01-01", 2024),
        (36, "2026-12-31", 2023),
        (12, "2026-11-26", 2025),
        (18, "2026-06-30", 2024),
        (18, "2026-07-01", 2025),
        (240, "2026-07-01", 2006),
    ):
        assert first_day_kept(months, datetime.fromisoformat(today).date()).isoformat() == f"{first}-01-01", (
            months,
            today,
        )


def test_old_entries_go_and_what_proves_consent_stays_longer() -> None:
    written(years_ago(9), "create_tag", "signin")
    written(years_ago(5), "create_tag", about=(ADA,))
    partly = written(years_ago(5), "find_contact", "signin", "get_contact", about=(BO,))
    written(years_ago(2), "create_tag", about=(BO,))
    remove_old_entries()

    short, long = RetentionRecord.objects.order_by("pk")
    assert (short.through_number, short.covers, short.months, short.before.year) == (
        6,
        "all but proofs",
        36,
        years_ago(3),
    )
    assert (long.through_number, long.covers, long.months, long.before.year) == (2, "all", 72, years_ago(6))
    assert numbers() == [5, 7, 8, 9]
    assert [removal.entries for removal in Removal.objects.order_by("record_id")] == [4, 1]
    assert all(removal.finished_at for removal in Removal.objects.all())
    assert sorted(AuditSubject.objects.values_list("number", flat=True)) == [5, 7]
    assert LogLine.objects.get(action=partly.id).number == 5
    assert sorted(set(LineFact.objects.values_list("number", flat=True))) == [5, 7, 8, 9]
    assert EntryCounter.objects.get(team_id=TEAM, account_id=0).last == 9
    assert logged(sentence="log.entries_removed") == [
        f"The portal removes the entries up to number 2, written before 1 January {years_ago(6)}, "
        "which were kept for 72 months"
    ]
    call_command("rebuild_log_lines", check=True, stdout=StringIO())
    call_command("check_log_numbers", stdout=StringIO())

    remove_old_entries()
    assert (RetentionRecord.objects.count(), numbers()) == (2, [5, 7, 8, 9])


def test_a_team_chooses_its_periods_and_each_team_has_its_own() -> None:
    LogPeriods.objects.create(team_id=TEAM, months=12, proof_months=240)
    LogPeriods.objects.create(team_id=8, months=12, proof_months=12, changed_at=timezone.now())
    for team_id in (TEAM, 8, 9, PORTAL):
        written(years_ago(3), "signin", "create_tag", team_id=team_id)
        written(years_ago(1), "create_tag", team_id=team_id)
    remove_old_entries()
    assert (numbers(), numbers(8), numbers(9)) == ([1, 3, 4], [1, 2, 3], [1, 2, 3])

    LogPeriods.objects.filter(team_id=8).update(changed_at=timezone.now() - timedelta(days=31))
    remove_old_entries()
    assert (numbers(), numbers(8)[0], numbers(9)) == ([1, 3, 4], 3, [1, 2, 3])


def test_what_is_under_way_stays_and_so_do_numbers_after_it() -> None:
    written(years_ago(5), "create_tag", outcome=Outcome.PENDING, duration=None)
    written(years_ago(5), "create_tag")
    remove_old_entries()
    assert numbers()[0] == 1
    assert 2 not in numbers()


def test_entries_of_a_kept_year_stay_though_numbers_and_times_disagree() -> None:
    written(years_ago(4), "create_tag")
    written(years_ago(2), "create_tag")
    written(years_ago(4), "create_tag")
    written(years_ago(2), "create_tag")
    remove_old_entries()
    assert RetentionRecord.objects.get().through_number == 1
    assert numbers() == [2, 3, 4, 5]


def test_a_large_removal_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "_AT_ONCE", 3)
    job = written(years_ago(5), *["create_tag"] * 5, "signin", *["create_tag"] * 4)
    written(years_ago(5), "create_tag")
    monkeypatch.setattr(removal, "_SECONDS", 0)
    remove_old_entries()
    begun = Removal.objects.get()
    record = RetentionRecord.objects.get()
    assert (begun.entries, record.through_number) == (0, 11)

    removal._remove_some(record, begun)
    assert (begun.through, numbers()[0]) == (3, 4)
    assert not LogLine.objects.filter(action=job.id).exists()

    monkeypatch.setattr(removal, "_SECONDS", 20)
    remove_old_entries()
    assert numbers() == [6, 12]
    assert LogLine.objects.get(action=job.id).entries == 1
    assert Removal.objects.get().entries == 10


@pytest.mark.past_the_lines
def test_names_that_staying_entries_know_somebody_by_are_not_forgotten() -> None:
    action = Action(TAG_CREATED, actor(), {"tag": "x"})
    at = datetime(years_ago(5), 6, 1, tzinfo=UTC)
    entry = entry_of(action, SCOPE, Kind.CHANGE, operation="get_contact", call=uuid4(), started_at=at)
    store_all([(entry, (ADA, BO))])
    hashes = {row.label: row.hash for row in AuditSubject.objects.all()}
    SubjectLink.objects.bulk_create(
        SubjectLink(
            entry_id=entry.pk,
            team_id=TEAM,
            number=1,
            account_id=3,
            contact_id="5",
            kind="email",
            label=label,
            hash=hash,
        )
        for label, hash in hashes.items()
    )
    AuditEntry.objects.update(outcome=Outcome.DONE, duration=timedelta())
    written(years_ago(1), "create_tag", about=(BO,))
    remove_old_entries()
    assert numbers()[0] == 2
    assert [link.label for link in SubjectLink.objects.all()] == [BO.label]


def test_the_log_tells_at_its_end_what_was_removed(owner: Membership) -> None:
    written(years_ago(5), "create_tag", team_id=owner.team_id)
    browser = Client()
    browser.force_login(owner.user)
    log = f"/t/{owner.team.slug}/log/"
    assert "Kept for 36 months" in main_words(browser.get(log))
    remove_old_entries()
    said = f"Entries up to number 1 from before {years_ago(3)} were removed on"
    for page in (log, f"{log}kept/"):
        assert said in main_words(browser.get(page)), page
        assert "under the retention of 36 months. What proves consent stayed." in main_words(browser.get(page))
    assert browser.get(f"{log}1/").status_code == 404
    assert "1 entry has gone." in main_words(browser.get(f"{log}kept/"))

    RetentionRecord.objects.create(team_id=owner.team_id, through_number=1, reason="by hand", actor_label="Mallory")
    assert "by hand (Mallory)" in main_words(browser.get(f"{log}kept/"))


def test_the_clock_removes_and_counts(settings: Any) -> None:
    chores = dict(settings.CLOCK_CHORES)
    assert chores["integrations.audit.retention.removal.remove_old_entries"] <= 24 * 3600
    assert chores["integrations.audit.retention.gaps.check_numbers"] <= 3600


def test_an_empty_log_has_nothing_to_remove() -> None:
    remove_old_entries()
    events.record(SIGNED_IN, SYSTEM, Scope(TEAM))
    remove_old_entries()
    assert not RetentionRecord.objects.exists()
    assert Covers.EVERYTHING == "all"
