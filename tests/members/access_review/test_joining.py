"""An access review of several days in which people join, change and leave through the pages, and of those whose joining
the log does not tell."""

from datetime import date, datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import remove_member, set_role
from integrations.audit.models import RetentionRecord
from integrations.clients.member_access import set_limit
from integrations.members.access_review import history
from tests.factories import (
    PASSWORD,
    ClientAccountFactory,
    MembershipFactory,
    TeamFactory,
    UserFactory,
    actor,
)
from tests.members.access_review.helpers import Calendar
from tests.members.access_review.test_access_review import rows
from tests.members.helpers import invite, link_in, send, url
from tests.pages import main_words

FIRST = timezone.make_aware(datetime(2031, 3, 1, 9))
NOT_IN_LOG = "The log does not tell how these people joined the team:"


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    return Calendar(monkeypatch, FIRST)


@pytest.fixture
def owner(db: None, calendar: Calendar) -> Membership:
    user = UserFactory(name="Olga", email="olga@example.com")
    return MembershipFactory(user=user, team=TeamFactory(created_at=FIRST), role=Role.OWNER)


def at(calendar: Calendar, day: int, hour: int, who: User | None = None) -> Client:
    """A browser at this time of March, in which somebody has just signed in."""
    calendar.now = timezone.make_aware(datetime(2031, 3, day, hour))
    browser = Client()
    if who:
        browser.force_login(who)
    return browser


def change(browser: Client, member: Membership, **typed: Any) -> None:
    """Send the member's form as it is shown, but for what is typed."""
    form = browser.get(url("member", member.team, member=member.pk)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: list(value) if isinstance(value, set) else value for name, value in shown.items()} | typed
    answer = send(browser, "member", member, **{name: value for name, value in sent.items() if value is not None})
    assert answer.status_code == 302, main_words(answer)


def review(browser: Client, member: Membership, day: int, **asked: Any) -> Any:
    return browser.get(reverse("access_review", args=[member.team.slug]), {"on": date(2031, 3, day), **asked})


def test_who_could_reach_a_client_on_the_1st_is_told_weeks_later(owner: Membership, calendar: Calendar) -> None:
    bergwind, hafenkaffee = (
        ClientAccountFactory(team=owner.team, name=name, customer_key=f"shared-key-{key}")
        for name, key in (("Bergwind", "1111"), ("Hafenkaffee", "2222"))
    )
    history.catch_up()
    browser = at(calendar, 1, 10, owner.user)
    invite(browser, owner.team, "kim@example.com", sees="some", accounts=[bergwind.pk])
    link = link_in(mail.outbox[-1])
    newcomer = at(calendar, 1, 11)
    assert newcomer.post(link, {"name": "Kim", "password": PASSWORD}).status_code == 302
    kim = Membership.objects.get(user__email="kim@example.com")
    browser = at(calendar, 3, 12, owner.user)
    change(browser, kim, role="auditor")
    browser = at(calendar, 5, 13, owner.user)
    change(browser, kim, role="viewer", accounts=[hafenkaffee.pk])
    browser = at(calendar, 7, 14, owner.user)
    change(browser, kim, sees="all", accounts=None)
    browser = at(calendar, 9, 15, owner.user)
    send(browser, "member_remove", kim)
    assert not Membership.objects.filter(user__email="kim@example.com").exists()
    browser = at(calendar, 11, 9, owner.user)
    invite(browser, owner.team, "kim@example.com", role="admin")
    again = at(calendar, 12, 16, User.objects.get(email="kim@example.com"))
    assert again.post(link_in(mail.outbox[-1])).status_code == 302

    browser = at(calendar, 20, 9, owner.user)
    olga, of = ("Olga", "owner"), {"Bergwind": "…1111", "Hafenkaffee": "…2222"}
    kims = {
        1: [("Bergwind", "editor", "11:00", "")],
        2: [("Bergwind", "editor", "", "")],
        3: [("Bergwind", "editor", "", "12:00"), ("Bergwind", "auditor", "12:00", "")],
        4: [("Bergwind", "auditor", "", "")],
        5: [("Bergwind", "auditor", "", "13:00"), ("Hafenkaffee", "viewer", "13:00", "")],
        6: [("Hafenkaffee", "viewer", "", "")],
        7: [("Bergwind", "viewer", "14:00", ""), ("Hafenkaffee", "viewer", "", "")],
        8: [("Bergwind", "viewer", "", ""), ("Hafenkaffee", "viewer", "", "")],
        9: [("Bergwind", "viewer", "", "15:00"), ("Hafenkaffee", "viewer", "", "15:00")],
        10: [],
        11: [],
        12: [("Bergwind", "admin", "16:00", ""), ("Hafenkaffee", "admin", "16:00", "")],
        20: [("Bergwind", "admin", "", ""), ("Hafenkaffee", "admin", "", "")],
    }
    for day, expected in kims.items():
        page = review(browser, owner, day)
        told = [row for row in rows(page) if row[1] == "Kim"]
        keys = [[name, "Kim", role, "" if role == "auditor" else of[name], *times] for name, role, *times in expected]
        assert told == keys, day
        assert [row[:3] for row in rows(page) if row[1] == "Olga"] == [[name, *olga] for name in of], day
        assert f"{NOT_IN_LOG} Olga <olga@example.com>." in main_words(page), "who was there before"
    alone = review(browser, owner, 6, client=hafenkaffee.pk)
    assert [row[:3] for row in rows(alone)] == [["Hafenkaffee", "Kim", "viewer"], ["Hafenkaffee", *olga]]


def test_who_was_put_in_past_the_portal_is_told(owner: Membership, calendar: Calendar) -> None:
    ClientAccountFactory(team=owner.team, name="Bergwind")
    history.catch_up()
    olga = "Olga <olga@example.com>"

    def told(day: int) -> str:
        page = main_words(review(at(calendar, 28, 9, owner.user), owner, day))
        return page.partition(f"{NOT_IN_LOG} ")[2].partition(". They were members")[0]

    at(calendar, 1, 10)
    set_role(owner.team, UserFactory(name="Ada", email="ada@example.com"), Role.AUDITOR, by=owner.user)
    set_role(owner.team, UserFactory(name="Jo", email="jo@example.com"), Role.VIEWER, by=None)
    assert told(1) == olga, "whom somebody added, or the operator, is in the log"
    at(calendar, 4, 9)
    eve = MembershipFactory(team=owner.team, role=Role.ADMIN, user__name="Eve", user__email="eve@example.com")
    at(calendar, 4, 10)
    history.catch_up()
    assert [told(day) for day in (3, 4, 20)] == [
        olga,
        f"Eve <eve@example.com>, {olga}",
        f"Eve <eve@example.com>, {olga}",
    ]
    at(calendar, 5, 9)
    set_role(owner.team, eve.user, Role.VIEWER, by=owner.user)
    assert "Eve" in told(6), "a change of role is no joining"
    at(calendar, 7, 9)
    remove_member(eve, by=owner.user)
    at(calendar, 8, 9)
    set_role(owner.team, eve.user, Role.VIEWER, by=owner.user)
    assert [told(day) for day in (6, 9)] == [f"Eve <eve@example.com>, {olga}", olga]
    at(calendar, 10, 9)
    Membership.objects.filter(user=eve.user).delete()
    at(calendar, 11, 9)
    MembershipFactory(team=owner.team, role=Role.ADMIN, user=eve.user)
    history.catch_up()
    assert "Eve" in told(12), "an earlier joining does not stand for a later one"
    RetentionRecord.objects.create(
        team_id=owner.team_id, through_number=0, before=date(2031, 3, 10), actor_label="Portal"
    )
    assert [told(day) for day in (6, 12)] == ["", "Eve <eve@example.com>"], "what may have been removed is not missed"


def test_who_is_limited_reads_of_whom_they_see_alone(owner: Membership, calendar: Calendar) -> None:
    bergwind, hafenkaffee = (ClientAccountFactory(team=owner.team, name=name) for name in ("Bergwind", "Hafenkaffee"))
    limited = MembershipFactory(team=owner.team, role=Role.AUDITOR, user__name="Ada", user__email="ada@example.com")
    eve = MembershipFactory(team=owner.team, role=Role.EDITOR, user__name="Eve", user__email="eve@example.com")
    for member, account in ((limited, bergwind), (eve, hafenkaffee)):
        set_limit(member, [account], actor(owner.user))
    history.catch_up()
    browser = at(calendar, 2, 9, limited.user)
    page = main_words(review(browser, owner, 2))
    assert f"{NOT_IN_LOG} Ada <ada@example.com>, Olga <olga@example.com>." in page
    assert "Eve" not in page
