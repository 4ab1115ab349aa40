"""The page that tells who could reach which client account on a day, and the table of it."""

import csv
import io
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Team
from accounts.roles import Role
from accounts.services import remove_member, set_role
from integrations.clients.member_access import set_limit
from integrations.clients.services import remove_client
from integrations.members.access_review import history, views
from integrations.members.access_review.models import AccessPeriod
from tests.factories import ClientAccountFactory, MembershipFactory, TeamFactory, UserFactory, actor
from tests.members.access_review.helpers import Calendar
from tests.pages import errors, logged, main_words

MONDAY = timezone.make_aware(datetime(2031, 3, 3, 9))


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    return Calendar(monkeypatch, MONDAY)


@pytest.fixture
def owner(db: None, calendar: Calendar) -> Membership:
    """Of a team that is as old as the Monday."""
    user = UserFactory(name="Olga", email="olga@example.com")
    return MembershipFactory(user=user, team=TeamFactory(created_at=MONDAY), role=Role.OWNER)


def review(browser: Client, team: Team, **asked: Any) -> Any:
    return browser.get(reverse("access_review", args=[team.slug]), asked)


def rows(page: Any) -> list[list[str]]:
    """Client, person, role, key, times on that day."""
    return [
        [client.name, reach.person.partition(" ")[0], reach.way.role, str(reach.way.key), *times(reach)]
        for client, found in page.context["review"]
        for reach in found
    ]


def times(reach: Any) -> list[str]:
    return [f"{timezone.localtime(moment):%H:%M}" if moment else "" for moment in (reach.from_, reach.until)]


def table(browser: Client, team: Team, **asked: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table_text(browser, team, **asked))))


def table_text(browser: Client, team: Team, **asked: Any) -> str:
    answer = browser.get(reverse("access_review_table", args=[team.slug]), asked)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_a_past_day_reads_as_it_was(browser: Client, owner: Membership, calendar: Calendar) -> None:
    account = ClientAccountFactory(team=owner.team, name="Bergwind", customer_key="shared-key-1234")
    history.catch_up()
    kim = set_role(owner.team, UserFactory(name="Kim"), Role.EDITOR, by=owner.user)
    calendar.now += timedelta(days=1)
    set_role(owner.team, kim.user, Role.AUDITOR, by=owner.user)
    calendar.now += timedelta(hours=5)
    remove_member(kim, by=owner.user)
    calendar.now += timedelta(days=1)
    remove_client(account, actor(owner.user))
    calendar.now += timedelta(days=1)
    browser.force_login(owner.user)

    assert rows(review(browser, owner.team, on="2031-03-03")) == [
        ["Bergwind", "Kim", "editor", "…1234", "09:00", ""],
        ["Bergwind", "Olga", "owner", "…1234", "09:00", ""],
    ]
    assert rows(review(browser, owner.team, on="2031-03-04")) == [
        ["Bergwind", "Kim", "editor", "…1234", "", "09:00"],
        ["Bergwind", "Kim", "auditor", "", "09:00", "14:00"],
        ["Bergwind", "Olga", "owner", "…1234", "", ""],
    ]
    assert rows(review(browser, owner.team, on="2031-03-05")) == [["Bergwind", "Olga", "owner", "…1234", "", "14:00"]]
    page = review(browser, owner.team)
    assert rows(page) == []
    assert "There was no client on this day." in main_words(page)


def test_the_page_says_it_in_words(browser: Client, owner: Membership, calendar: Calendar) -> None:
    ClientAccountFactory(team=owner.team, name="Bergwind", customer_key="shared-key-1234")
    history.catch_up()
    calendar.now += timedelta(days=1)
    browser.force_login(owner.user)

    told = main_words(review(browser, owner.team, on="2031-03-03"))

    said = "Olga <olga@example.com> Owner …1234 , shared no 03/03/2031 from 09:00:00"
    assert said in told


def test_days_before_the_history_are_told_with_what_is_not_known(
    browser: Client, owner: Membership, calendar: Calendar
) -> None:
    calendar.now += timedelta(days=2)
    ClientAccountFactory(team=owner.team, name="Bergwind")
    history.catch_up()
    AccessPeriod.objects.update(since=MONDAY)
    browser.force_login(owner.user)

    before, after = (main_words(review(browser, owner.team, on=on)) for on in ("2031-03-04", "2031-03-05"))

    assert "The portal has kept this history since 5 March 2031." in before
    assert "Bergwind" in before
    calendar.now += timedelta(days=1)
    assert "has kept this history" in after
    assert "has kept this history" not in main_words(review(browser, owner.team))


@pytest.mark.parametrize(
    "asked",
    [
        {"on": "1999-01-01"},
        {"on": "2031-03-04"},
        {"on": "2031-02-30"},
        {"on": "' OR 1=1"},
        {"client": "x"},
        {"client": "9" * 40},
        {"after": "-1"},
    ],
)
def test_an_impossible_question_is_an_error_and_shows_nothing(
    browser: Client, owner: Membership, asked: dict[str, str]
) -> None:
    ClientAccountFactory(team=owner.team, name="Bergwind")
    history.catch_up()
    browser.force_login(owner.user)
    page = review(browser, owner.team, **asked)
    assert list(errors(page)) == list(asked)
    assert "Olga <" not in main_words(page)
    assert browser.get(reverse("access_review_table", args=[owner.team.slug]), asked).status_code == 422


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_is_limited_reads_of_their_clients_alone(
    browser: Client, owner: Membership, calendar: Calendar, role: Role
) -> None:
    own, _other = (ClientAccountFactory(team=owner.team, name=name) for name in ("Bergwind", "Hafenkaffee"))
    gone = ClientAccountFactory(team=owner.team, name="Altbau")
    member = MembershipFactory(team=owner.team, role=role)
    set_limit(member, [own], actor(owner.user))
    history.catch_up()
    calendar.now += timedelta(hours=1)
    remove_client(gone, actor(owner.user))
    browser.force_login(member.user)

    page = review(browser, owner.team)

    assert {row[0] for row in rows(page)} == {"Bergwind"}
    assert "Hafenkaffee" not in page.content.decode()
    assert "Altbau" not in page.content.decode()
    assert {row[0] for row in table(browser, owner.team)[1:]} == {"Bergwind"}
    foreign = ClientAccountFactory()
    assert review(browser, owner.team, client=foreign.pk).status_code == 422


def test_a_client_can_be_chosen_also_one_that_has_gone(browser: Client, owner: Membership) -> None:
    ClientAccountFactory(team=owner.team, name="Bergwind")
    gone = ClientAccountFactory(team=owner.team, name="Altbau")
    history.catch_up()
    pk = gone.pk
    remove_client(gone, actor(owner.user))
    browser.force_login(owner.user)
    assert rows(review(browser, owner.team, client=pk))[:1] == []
    assert [str(label) for _, label in review(browser, owner.team).context["form"].fields["client"].choices] == [
        "All clients",
        "Altbau",
        "Bergwind",
    ]


def test_the_table_says_what_the_page_says_and_runs_nothing(
    browser: Client, owner: Membership, calendar: Calendar
) -> None:
    ClientAccountFactory(team=owner.team, name="=HYPERLINK(1)", customer_key="shared-key-1234")
    MembershipFactory(team=owner.team, role=Role.VIEWER, user=UserFactory(name="@SUM(A1)", email="kim@example.com"))
    history.catch_up()
    calendar.now += timedelta(hours=1)
    browser.force_login(owner.user)

    told = table(browser, owner.team)

    common = ["'=HYPERLINK(1)"]
    key = ["…1234", "shared", "no", "2031-03-03 09:00:00+01:00", "2031-03-03 09:00:00+01:00", ""]
    assert sorted(told[1:]) == sorted(
        [
            [*common, "'@SUM(A1) <kim@example.com>", "Viewer", *key],
            [*common, "Olga <olga@example.com>", "Owner", *key],
        ]
    )
    assert logged(sentence="access_review.table_downloaded") == [
        "Olga downloaded the table of who could reach the clients on 3 March 2031"
    ]


def test_a_german_reader_gets_the_table_that_german_spreadsheets_read(browser: Client, owner: Membership) -> None:
    browser.force_login(owner.user)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    (heads, *_) = csv.reader(io.StringIO(table_text(browser, owner.team)), delimiter=";")
    assert heads[:6] == ["Kundenkonto", "Person", "Rolle", "Schlüssel", "Wessen Schlüssel", "Zweiter Faktor"]


def test_no_cell_is_run_wherever_a_spreadsheet_takes_one_to_begin(
    browser: Client, owner: Membership, calendar: Calendar
) -> None:
    ClientAccountFactory(team=owner.team, name="a=1")
    for name in ("Anna;=1+1", "Bea,+1", 'Cia"@SUM(A1)', "Dora; -2", "＝1+1"):
        MembershipFactory(team=owner.team, role=Role.OWNER, user=UserFactory(name=name))
    history.catch_up()
    calendar.now += timedelta(hours=1)
    browser.force_login(owner.user)
    for language in ("en", "de"):
        browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        text = table_text(browser, owner.team).replace('""', '"')
        assert "a=1" in text
        for safe in ("Anna;'=1+1", "Bea,'+1", "Cia\"'@SUM", "Dora; '-2", "'＝1+1"):
            assert safe in text, (language, safe)


def test_many_clients_come_in_pages_with_the_same_number_of_queries(
    browser: Client,
    owner: Membership,
    calendar: Calendar,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 4)
    for number in range(10):
        ClientAccountFactory(team=owner.team, name=f"Client {number}")
        MembershipFactory(team=owner.team, role=Role.VIEWER)
    history.catch_up()
    calendar.now += timedelta(hours=1)
    browser.force_login(owner.user)
    names, after = [], {}
    while True:
        with django_assert_max_num_queries(17):
            page = review(browser, owner.team, **after)
        names.append([client.name for client, _ in page.context["review"]])
        if not page.context["next"]:
            break
        after = {"after": page.context["next"]}
    assert [len(part) for part in names] == [4, 4, 2]
    assert list(chain(*names)) == [f"Client {number}" for number in range(10)]


def test_it_is_linked_from_the_members_page_and_the_log(browser: Client, owner: Membership) -> None:
    browser.force_login(owner.user)
    link = f'href="{reverse("access_review", args=[owner.team.slug])}"'
    for page in ("members", "log"):
        assert link in browser.get(reverse(page, args=[owner.team.slug])).content.decode()
    viewer = MembershipFactory(team=owner.team, role=Role.VIEWER)
    browser.force_login(viewer.user)
    assert link not in browser.get(reverse("log", args=[owner.team.slug])).content.decode()
