"""The page of the overview: what it counts, for whom, and where its numbers lead."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import Outcome
from integrations.audit.overview import rollup
from integrations.audit.overview.figures import Figures, Number
from integrations.audit.overview.picture import Column, picture_of
from integrations.audit.recorder import Scope
from integrations.clients.member_access import set_limit
from integrations.clients.models import ClientAccount
from tests.audit.overview.entries import NOON, write
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import errors, html, main_words

pytestmark = pytest.mark.django_db

THE_DAY = {"since": "2026-11-20", "until": "2026-11-20"}
AROUND_IT = {"since": "2026-11-18", "until": "2026-11-22"}


@pytest.fixture
def bergwind(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Bergwind", slug="bergwind")


@pytest.fixture
def harbour(owner: Membership) -> ClientAccount:
    return ClientAccountFactory(team=owner.team, name="Harbour Lane Coffee", slug="harbour")


def overview(browser: Client, owner: Membership, **asked: Any) -> Any:
    return browser.get(f"/t/{owner.team.slug}/log/overview/", asked)


def figures(page: Any) -> Figures:
    assert page.status_code == 200, main_words(page)
    return page.context["figures"]


def content(page: Any) -> str:
    return html(page).partition("<main")[2]


def query(number: Number) -> str:
    """The line of the log's search that a number leads to, which finds what was only read, too, and with what was done
    or refused what was so in part."""
    (line,) = parse_qs(urlsplit(number.url).query)["q"]
    assert line.startswith("kind:any ")
    assert ("outcome:partly" in line) == bool({"outcome:done", "outcome:refused", "outcome:failed"} & set(line.split()))
    return line.removeprefix("kind:any ").replace(" outcome:partly", "")


def test_calls_are_counted_by_outcome_and_lead_to_the_log(
    browser: Client, owner: Membership, bergwind: ClientAccount
) -> None:
    for outcome, number in ((Outcome.DONE, 3), (Outcome.REFUSED, 2), (Outcome.PENDING, 1)):
        for _ in range(number):
            write(bergwind.scope, outcome=outcome)

    told = figures(overview(browser, owner, **THE_DAY))

    assert told.total.calls == 6
    assert urlsplit(told.total.url).path == f"/t/{owner.team.slug}/log/"
    assert query(told.total) == "since:2026-11-20 until:2026-11-20"
    assert [(number.outcome, number.calls, query(number)) for number in told.outcomes] == [
        (outcome, calls, f"since:2026-11-20 until:2026-11-20 outcome:{outcome}")
        for outcome, calls in (("done", 3), ("refused", 2), ("failed", 0), ("unknown", 0), ("pending", 1))
    ]


def test_rolled_up_or_not_the_page_is_the_same(browser: Client, owner: Membership, bergwind: ClientAccount) -> None:
    for place in range(4):
        write(bergwind.scope, started_at=NOON + timedelta(hours=place), duration=timedelta(milliseconds=7**place))
    for asked in (THE_DAY, AROUND_IT):
        live = content(overview(browser, owner, **asked))
        rollup.roll_up_for_a_while()
        assert content(overview(browser, owner, **asked)) == live
        rollup.begin_anew(owner.team_id)


def test_up_to_two_days_are_told_by_hour(browser: Client, owner: Membership, bergwind: ClientAccount) -> None:
    write(bergwind.scope)
    rows = figures(overview(browser, owner, **THE_DAY)).by_time

    assert [row.label for row in rows][:2] == ["20/11/2026 00:00", "20/11/2026 01:00"]
    assert len(rows) == 24
    assert [(place, query(row.total)) for place, row in enumerate(rows) if row.total.calls] == [
        (12, "since:2026-11-20T12:00 until:2026-11-20T12:59")
    ]


def test_hours_of_the_longest_day_are_told(browser: Client, owner: Membership) -> None:
    days = {"since": "2026-10-24", "until": "2026-10-25"}
    write(Scope(owner.team_id), started_at=NOON.replace(month=10, day=25, hour=1, minute=30))
    told = figures(overview(browser, owner, **days))
    assert len(told.by_time) == 49
    assert sum(row.total.calls for row in told.by_time) == 1


def test_more_are_told_by_day_and_many_by_month(browser: Client, owner: Membership, bergwind: ClientAccount) -> None:
    write(bergwind.scope)
    by_day = figures(overview(browser, owner, **AROUND_IT)).by_time
    by_month = figures(overview(browser, owner, since="2026-07-15", until="2026-11-22")).by_time

    assert [(row.label, row.total.calls) for row in by_day] == [
        (f"{day}/11/2026", int(day == 20)) for day in range(18, 23)
    ]
    assert query(by_day[2].total) == "since:2026-11-20 until:2026-11-20"
    assert [(row.label, row.total.calls) for row in by_month][-2:] == [("October 2026", 0), ("November 2026", 1)]
    assert query(by_month[0].total) == "since:2026-07-15 until:2026-07-31"
    assert query(by_month[-1].total) == "since:2026-11-01 until:2026-11-22"


def test_what_began_just_before_midnight_belongs_to_the_day_before(browser: Client, owner: Membership) -> None:
    scope = Scope(owner.team_id)
    write(scope, started_at=NOON.replace(day=19, hour=22, minute=59))
    write(scope, started_at=NOON.replace(day=19, hour=23))
    assert figures(overview(browser, owner, **THE_DAY)).total.calls == 1


def test_reasons_are_ranked_and_told_in_sentences(browser: Client, owner: Membership, bergwind: ClientAccount) -> None:
    unknown_tag = {"outcome": Outcome.REFUSED, "status": 406, "code": 403, "answer": {"problem": "tag_not_found"}}
    for _ in range(2):
        write(bergwind.scope, operation="tag_contact", **unknown_tag)
    write(bergwind.scope, operation="untag_contact", **unknown_tag)
    write(bergwind.scope, outcome=Outcome.FAILED, status=503, answer={"problem": "throttled"})
    write(bergwind.scope, outcome=Outcome.UNKNOWN, status=None, duration=None)
    write(bergwind.scope)

    told = figures(overview(browser, owner, **THE_DAY)).reasons

    begin = "since:2026-11-20 until:2026-11-20"
    assert [(reason.code, reason.status, reason.what, reason.total.calls, query(reason.total)) for reason in told] == [
        (403, None, "The tag was not found", 3, f"{begin} code:403 op:tag_contact op:untag_contact"),
        (
            None,
            503,
            "KlickTipp is busy and has refused the request",
            1,
            f"{begin} status:503 outcome:failed op:create_tag",
        ),
        (
            None,
            None,
            "The portal was interrupted before the answer was kept",
            1,
            f"{begin} status:none outcome:unknown op:create_tag",
        ),
    ]
    assert [(str(each.label), each.calls, query(each)) for each in told[0].operations] == [
        ("Tag a contact", 2, f"{begin} code:403 op:tag_contact"),
        ("Remove a tag from a contact", 1, f"{begin} code:403 op:untag_contact"),
    ]


def test_a_code_that_says_several_things_of_an_operation_is_one_reason(
    browser: Client, owner: Membership, bergwind: ClientAccount
) -> None:
    """Error 10 tells more by its detail code, which the log is not searched by."""
    for problem in ("sms_number_taken", "sms_number_taken", "sms_number_unsubscribed"):
        write(bergwind.scope, outcome=Outcome.REFUSED, status=406, code=10, answer={"problem": problem})
    (reason,) = figures(overview(browser, owner, **THE_DAY)).reasons
    assert reason.what == "The SMS number already belongs to another contact; The SMS number is unsubscribed"
    assert reason.total.calls == 3


def test_the_slowest_operations_are_told_with_their_error(
    browser: Client, owner: Membership, bergwind: ClientAccount
) -> None:
    for took in (100, 100, 3_000):
        write(bergwind.scope, duration=timedelta(milliseconds=took))
    write(bergwind.scope, operation="list_tags", duration=timedelta(microseconds=300))
    write(bergwind.scope, operation="list_fields", duration=timedelta(seconds=80))

    page = overview(browser, owner, **THE_DAY)

    assert [(str(each.operation), each.median, each.most) for each in figures(page).slowest] == [
        ("List data fields", "> 65.5 s", "> 65.5 s"),
        ("Create a tag", "110 ms", "3.4 s"),
        ("List tags", "< 1 ms", "< 1 ms"),
    ]
    assert "right to within 19 %" in main_words(page)


def test_clients_are_told_also_those_that_are_gone(browser: Client, owner: Membership, bergwind: ClientAccount) -> None:
    for _ in range(2):
        write(bergwind.scope)
    for label in ("Was here", "Was last here"):
        write(Scope(owner.team_id, 999, label))
        write(Scope(owner.team_id, 999, label))
    write(Scope(owner.team_id))

    told = figures(overview(browser, owner, **THE_DAY)).clients

    begin = "since:2026-11-20 until:2026-11-20"
    assert [(row.label, row.total.calls, query(row.total)) for row in told] == [
        ("Was last here", 4, f"{begin} client:#999"),
        ("Bergwind", 2, f"{begin} client:bergwind"),
        ("(no client account)", 1, f"{begin} client:none"),
    ]


def test_it_can_be_of_some_clients(
    browser: Client, owner: Membership, bergwind: ClientAccount, harbour: ClientAccount
) -> None:
    for scope in (bergwind.scope, harbour.scope, harbour.scope, Scope(owner.team_id)):
        write(scope)
    one = figures(overview(browser, owner, **THE_DAY, client="harbour"))
    both = figures(overview(browser, owner, **THE_DAY, client=["harbour", "bergwind"]))

    assert (one.total.calls, query(one.total)) == (2, "since:2026-11-20 until:2026-11-20 client:harbour")
    assert (both.total.calls, query(both.total)) == (
        3,
        "since:2026-11-20 until:2026-11-20 client:harbour client:bergwind",
    )
    assert figures(overview(browser, owner, **THE_DAY)).total.calls == 4


@pytest.mark.parametrize("is_rolled_up", [True, False])
@pytest.mark.parametrize(
    ("role", "limited", "calls"),
    [
        (Role.OWNER, False, 7),
        (Role.AUDITOR, False, 7),
        (Role.EDITOR, False, 3),
        (Role.VIEWER, False, 3),
        (Role.ADMIN, True, 1),
        (Role.AUDITOR, True, 1),
        (Role.VIEWER, True, 1),
    ],
)
def test_only_clients_that_the_member_sees_are_counted(
    client: Client,
    owner: Membership,
    bergwind: ClientAccount,
    harbour: ClientAccount,
    role: Role,
    limited: bool,
    calls: int,
    is_rolled_up: bool,
) -> None:
    """One call of Bergwind, two of the other, four of none: of what one did oneself, too."""
    member = MembershipFactory(team=owner.team, role=role)
    if limited:
        set_limit(member, [bergwind], actor(owner.user))
    for scope, number in ((bergwind.scope, 1), (harbour.scope, 2), (Scope(owner.team_id), 4)):
        for _ in range(number):
            write(scope, member.user)
    write(ClientAccountFactory().scope)
    if is_rolled_up:
        rollup.roll_up_for_a_while()
    client.force_login(member.user)

    page = overview(client, owner, **THE_DAY)

    assert figures(page).total.calls == calls
    assert ("Harbour" in html(page)) is (not limited)
    hidden = overview(client, owner, **THE_DAY, client="harbour")
    assert hidden.status_code == (422 if limited else 200)


def test_impossible_days_and_clients_are_told_at_their_place(
    browser: Client, owner: Membership, bergwind: ClientAccount
) -> None:
    write(bergwind.scope)
    foreign = ClientAccountFactory(slug="foreign")
    for asked, field in (
        ({"since": "1999-12-31", "until": "2026-11-20"}, "since"),
        ({"since": "2026-11-20", "until": "1999"}, "until"),
        ({"since": "2026-02-30", "until": "2026-11-20"}, "since"),
        ({"since": "2026-11-20"}, "until"),
        ({"until": "2026-11-20"}, "since"),
        ({"since": "2026-11-21", "until": "2026-11-20"}, "until"),
        ({"since": "2025-11-19", "until": "2026-11-20"}, "until"),
        ({"since": "3000-01-01", "until": "3000-01-02"}, "since"),
        ({**THE_DAY, "client": "nobody"}, "client"),
        ({**THE_DAY, "client": foreign.slug}, "client"),
        ({**THE_DAY, "client": "' OR 1=1 --"}, "client"),
        ({"time": "tomorrow"}, "time"),
        ({"since": "\x00", "until": "2026-11-20"}, "since"),
    ):
        page = overview(browser, owner, **asked)
        told = errors(page)
        assert field in told, asked
        assert str(told[field][0]) in main_words(page)
        assert "figures" not in page.context
        assert "All calls" not in main_words(page)
    assert list(errors(overview(browser, owner, time="tomorrow"))) == ["time"]


def test_presets_keep_the_clients(browser: Client, owner: Membership, bergwind: ClientAccount) -> None:
    write(bergwind.scope, started_at=timezone.now())
    page = overview(browser, owner, client="bergwind")
    assert [(str(preset.label), preset.is_chosen) for preset in page.context["presets"]] == [
        ("Today", False),
        ("Yesterday", False),
        ("7 days", True),
        ("30 days", False),
        ("This month", False),
    ]
    for preset in page.context["presets"]:
        told = figures(overview(browser, owner, **{k: v for k, (v,) in parse_qs(preset.query).items()}))
        assert told.total.calls == (0 if str(preset.label) == "Yesterday" else 1)
        assert query(told.total).endswith("client:bergwind")


def test_days_without_calls_say_so(browser: Client, owner: Membership) -> None:
    assert "No call to KlickTipp began on these days." in main_words(overview(browser, owner, **THE_DAY))


def test_what_is_not_counted_yet_is_said(
    browser: Client, owner: Membership, bergwind: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.audit.overview.sums._MOST_LIVE", 1)
    write(bergwind.scope)
    write(bergwind.scope)
    assert re.search(r"The newest \d entries of the log are not counted yet", main_words(overview(browser, owner)))


def test_bars_and_tables_tell_the_same_without_any_style(
    browser: Client, owner: Membership, bergwind: ClientAccount
) -> None:
    write(bergwind.scope)
    write(bergwind.scope, outcome=Outcome.REFUSED)
    page = overview(browser, owner, **AROUND_IT)
    assert "<title>20/11/2026: 2 calls, Refused: 1</title>" in html(page)
    assert "style=" not in html(page)


def test_however_many_clients_the_queries_are_the_same(
    browser: Client, owner: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(20) as caught:
            figures(overview(browser, owner, **THE_DAY))
        return len(caught)

    for account in ClientAccountFactory.create_batch(2, team=owner.team):
        write(account.scope)
    rollup.roll_up_for_a_while()
    write(Scope(owner.team_id, 998, "Gone"))
    before = queries()
    for account in ClientAccountFactory.create_batch(9, team=owner.team):
        write(account.scope, operation="list_tags", outcome=Outcome.REFUSED, code=7)
    write(Scope(owner.team_id, 999, "Gone, too"))
    assert queries() == before


@pytest.mark.parametrize("calls", [1, 2, 3, 7, 99, 101, 12_345])
def test_a_bar_is_as_high_as_its_number_and_no_part_vanishes(calls: int) -> None:
    picture = picture_of([Column("", {"done": calls, "refused": 1}, "", ""), Column("", {}, "", "")])
    (bar,) = picture.bars
    top = picture.lines[-1].number
    assert calls + 1 <= top <= max(1.7 * (calls + 1), 2)
    assert all(float(part.height) >= 1 for part in bar.parts)
    heights = sum(float(part.height) for part in bar.parts)
    assert heights == pytest.approx(160 * (calls + 1) / top, abs=0.2)
