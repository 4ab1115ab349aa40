"""Numbers without an entry are found, unless a retention record explains them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit import events, triggers
from integrations.audit.actors import SYSTEM
from integrations.audit.models import AuditEntry, EntryCounter, RetentionRecord
from integrations.audit.people_sentences import SIGNED_IN
from integrations.audit.recorder import Scope
from integrations.audit.retention import gaps
from integrations.audit.retention.models import CountedNumbers, Gap
from tests.factories import MembershipFactory
from tests.pages import logged, main_words

pytestmark = [pytest.mark.django_db, pytest.mark.past_the_lines]


def write(count: int, scope: Scope) -> None:
    for _ in range(count):
        events.record(SIGNED_IN, SYSTEM, scope)


def remove_past_the_guard(**which: object) -> None:
    triggers.lift(connection)
    AuditEntry.objects.filter(**which).delete()
    triggers.install(connection)


def missing() -> list[tuple[int, int, int, int, int]]:
    return [(m.counter.team_id, m.counter.account_id, m.count, m.first, m.last) for m in gaps.all_missing()]


def test_what_was_removed_past_the_guard_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "BLOCK", 10)
    write(12, Scope(7))
    write(12, Scope(7, 3, "Harbour Lane Coffee"))
    assert missing() == []

    remove_past_the_guard(number__in=[1, 8, 9, 11, 14, 24])
    assert missing() == [(7, 0, 3, 1, 9), (7, 0, 2, 11, 14), (7, 0, 1, 24, 24), (7, 3, 1, 2, 2), (7, 3, 1, 12, 12)]
    out = StringIO()
    with pytest.raises(CommandError, match="no retention record explains"):
        call_command("check_log_numbers", stdout=out)
    assert "team 7, client account 3: 1 missing from 2 to 2" in out.getvalue()


def test_what_a_record_covers_is_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "BLOCK", 10)
    write(5, Scope(7))
    write(15, Scope(7, 3, "Harbour Lane Coffee"))
    RetentionRecord.objects.create(team_id=7, through_number=12, reason="old", actor_label="Alex")
    AuditEntry.objects.filter(number__in=[1, 4, 6, 7, 12]).delete()
    assert missing() == []
    remove_past_the_guard(number__in=[13, 15])
    assert missing() == [(7, 0, 2, 13, 15), (7, 3, 1, 10, 10)]


def test_the_clock_counts_in_turns_and_tells_of_a_gap_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gaps, "BLOCK", 10)
    monkeypatch.setattr(gaps, "NUMBERS_A_RUN", 1)
    write(25, Scope(7))
    remove_past_the_guard(number=15)
    gaps.check_numbers()
    assert not Gap.objects.exists()
    for _ in range(6):
        gaps.check_numbers()
    assert CountedNumbers.objects.get().through == 26  # with the entry that tells of the gap
    gap = Gap.objects.get()
    assert (gap.team_id, gap.account_id, gap.first, gap.last, gap.count) == (7, 0, 15, 15, 1)
    assert "Entries of the log are missing" in caplog.text
    said = logged(sentence="log.numbers_missing")
    assert said == ["Of the log's entries 15 to 15 1 are missing, and no record of a removal explains it"]

    remove_past_the_guard(number=17)
    for _ in range(9):
        gaps.check_numbers()
    assert Gap.objects.get().count == 2
    assert len(logged(sentence="log.numbers_missing")) == 2


def test_a_counter_that_went_on_by_itself_is_a_gap() -> None:
    write(2, Scope(7, 3, "Harbour Lane Coffee"))
    EntryCounter.objects.filter(team_id=7, account_id=3).update(last=5)
    assert missing() == [(7, 3, 3, 3, 5)]


def test_the_log_shows_what_is_missing(owner: Membership) -> None:
    write(3, Scope(owner.team_id))
    write(3, Scope(owner.team_id, 3, "Harbour Lane Coffee"))
    remove_past_the_guard(team_id=owner.team_id, number__in=[2, 5])
    for _ in range(3):
        gaps.check_numbers()
    browsers = {}
    for member in (owner, MembershipFactory(team=owner.team, role=Role.VIEWER)):
        browsers[member.role] = Client()
        browsers[member.role].force_login(member.user)
    log = f"/t/{owner.team.slug}/log/"
    for browser in browsers.values():
        assert "Entries of the log are missing" in main_words(browser.get(log))
        assert "2 entries from number 2 to 5" in main_words(browser.get(f"{log}kept/"))
    assert "Harbour Lane Coffee: 1 entry from number 2 to 2" in main_words(browsers[Role.OWNER].get(f"{log}kept/"))
    assert "Harbour Lane Coffee" not in main_words(browsers[Role.VIEWER].get(f"{log}kept/"))


def test_the_page_says_what_of_this_teams_log_was_counted_and_when(browser: Client, owner: Membership) -> None:
    kept = f"/t/{owner.team.slug}/log/kept/"
    write(3, Scope(owner.team_id + 1))
    gaps.check_numbers()
    of_team = EntryCounter.objects.get(team_id=owner.team_id)
    CountedNumbers.objects.filter(counter_id=of_team.pk).delete()
    with_none = main_words(browser.get(kept))
    assert "Of this team's log none has been counted yet" in with_none
    assert "No number without an entry" not in with_none

    write(2, Scope(owner.team_id, 3, "Harbour Lane Coffee"))
    gaps.check_numbers()
    of_team.refresh_from_db()
    write(1, Scope(owner.team_id))
    write(1, Scope(owner.team_id, 4, "Bergwind"))
    told = main_words(browser.get(kept))
    assert f"entries up to number {of_team.last} were counted" in told
    assert "Within 1 client they have not been counted yet" in told
    assert "The numbers within clients were counted last at" in told
