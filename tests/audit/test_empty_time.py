"""Where nothing was done at a time that is asked for, the log leads to what was done next before and after it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.models import AuditEntry, Kind, Outcome, SubjectKind
from integrations.audit.query import search as search_module
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import Subject
from integrations.contacts.sentences import ADD_CONTACT, CONTACT_OPENED
from tests.audit.test_log_page import write
from tests.factories import ClientAccountFactory, actor
from tests.pages import main_words

ADA = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")


@pytest.fixture
def scopes(owner: Membership) -> list[Scope]:
    return [ClientAccountFactory(team=owner.team, name=name).scope for name in ("Bergwind", "Hafenkaffee")]


@pytest.fixture
def half_past() -> datetime:
    """14:32 of yesterday."""
    return (timezone.localtime() - timedelta(days=1)).replace(hour=14, minute=32, second=0, microsecond=0)


def done(scope: Scope, at: datetime, contact: str = "x", **columns: Any) -> AuditEntry:
    action = Action(ADD_CONTACT, actor(), {"contact": contact}, (ADA,) if contact == ADA.label else ())
    return write(scope, action, started_at=at, **columns)


def beside(page: Any) -> list[int]:
    return [row.action.head.number for _day, rows in page.context["beside"] for row in rows]


def test_an_empty_minute_leads_to_what_is_next_to_it(
    browser: Client, owner: Membership, scopes: list[Scope], half_past: datetime
) -> None:
    log, minute = f"/t/{owner.team.slug}/log/", f"{half_past:%Y-%m-%dT%H:%M}"
    done(scopes[0], half_past - timedelta(minutes=9))
    of_bergwind = done(scopes[0], half_past - timedelta(minutes=5))
    before = done(scopes[1], half_past - timedelta(seconds=1), outcome=Outcome.REFUSED)
    read = write(scopes[0], Action(CONTACT_OPENED, actor()), Kind.READ, started_at=half_past + timedelta(minutes=1))
    after = done(scopes[0], half_past + timedelta(minutes=1, seconds=2), contact=ADA.label)
    done(scopes[0], half_past + timedelta(minutes=7))

    def find(line: str) -> Any:
        return browser.post(log, {"line": line}, follow=True)

    at_the_minute = f"since:{minute} until:{minute}"
    page = find(at_the_minute)
    assert page.context["actions"] == []
    assert beside(page) == [after.number, before.number]
    assert f"Next to this time {half_past:%A}" in main_words(page)
    assert "14:33:02" in main_words(page)
    assert "14:31:59" in main_words(page)
    for line, found in (
        (f"{at_the_minute} kind:any", [read.number, before.number]),
        (f"{at_the_minute} client:bergwind", [after.number, of_bergwind.number]),
        (f"{at_the_minute} outcome:not-done", [before.number]),
        (f"{at_the_minute} email:{ADA.value}", [after.number]),
        (f"{at_the_minute} nowhere", []),
        (f"until:{half_past - timedelta(days=1):%Y-%m-%d} client:bergwind", [of_bergwind.number - 1]),
        ("since:today client:bergwind", [after.number + 1]),
        ("client:bergwind outcome:unknown", []),
    ):
        assert beside(find(line)) == found, line
    opened = browser.get(f"{log}{after.number}/", {"q": "client:bergwind"})
    assert f"{log}{after.number}/?q=client%3Abergwind" in find(f"{at_the_minute} client:bergwind").content.decode()
    assert opened.context["neighbours"][0].number == of_bergwind.number
    assert find(f"since:{half_past - timedelta(minutes=1):%Y-%m-%dT%H:%M}").context["beside"] == [], (
        "it found something"
    )


def test_what_is_next_to_it_is_not_looked_for_without_end(
    browser: Client, owner: Membership, scopes: list[Scope], half_past: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "_STEPS", (2, 3))
    done(scopes[1], half_past - timedelta(minutes=30), contact="rare")
    for minute in range(-8, 9):
        if minute:
            done(scopes[0], half_past + timedelta(minutes=minute))
    done(scopes[1], half_past + timedelta(minutes=30), contact="rare")
    minute = f"{half_past:%Y-%m-%dT%H:%M}"
    line = f"since:{minute} until:{minute} rare"
    page = browser.post(f"/t/{owner.team.slug}/log/", {"line": line}, follow=True)
    assert (page.context["actions"], beside(page)) == ([], [])
