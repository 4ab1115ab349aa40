"""The page of an entry: its action's calls in pages, the ways to what stands beside it, what was left out."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from integrations.audit.models import Kind, Outcome, SubjectKind
from integrations.audit.query import fitting
from integrations.audit.recorder import Action, Scope
from integrations.audit.subjects import Subject
from integrations.contacts.sentences import ADD_CONTACT, CONTACT_OPENED
from tests.audit.test_log_page import write
from tests.factories import ClientAccountFactory, actor
from tests.pages import main_words

ADA = Subject(SubjectKind.EMAIL, "ada@klick-tipp.team")


@pytest.fixture
def scope(owner: Membership) -> Scope:
    return ClientAccountFactory(team=owner.team, name="Bergwind").scope


def entry_page(browser: Client, owner: Membership, number: int, query: str = "") -> Any:
    return browser.get(f"/t/{owner.team.slug}/log/{number}/", {"q": query} if query else {})


def shown(page: Any) -> list[int]:
    return [call.entry.number for call in page.context["action"].calls]


def about_ada() -> Action:
    return Action(ADD_CONTACT, actor(), {"contact": ADA.label}, (ADA,))


def test_many_calls_are_shown_around_the_entry_and_none_is_skipped(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "several"})
    numbers = [write(scope, action).number for _call in range(250)]
    last = write(scope, action, outcome=Outcome.REFUSED, status=406, code=9).number
    page = entry_page(browser, owner, numbers[120])
    assert shown(page) == numbers[70:170]
    assert page.context["action"].outcome == "partly"
    window = page.context["window"]
    earlier, later = entry_page(browser, owner, window.earlier), entry_page(browser, owner, window.later)
    assert shown(earlier) == numbers[:70]
    assert shown(later) == [*numbers[170:], last]
    assert f"/log/{window.earlier}/#calls" in page.content.decode()
    assert earlier.context["window"].earlier is None
    assert later.context["window"].later is None


def test_a_search_leads_from_call_to_call_that_fits(
    browser: Client, owner: Membership, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = Action(ADD_CONTACT, actor(), {"contact": "several"})
    refused = {"outcome": Outcome.REFUSED, "status": 406, "code": 402, "answer": {"problem": "limit_reached"}}
    calls = [write(scope, action, **(refused if at in (60, 180) else {})).number for at in range(250)]
    last = write(scope).number

    listed = browser.get(f"/t/{owner.team.slug}/log/", {"q": "code:402"}).content.decode()
    there = f"/t/{owner.team.slug}/log/{calls[0]}/fitting/?q=code%3A402"
    assert there in listed
    first = browser.get(there, follow=True)
    assert (first.context["entry"].number, first.context["entry"].code) == (calls[60], 402)
    assert shown(first) == calls[50:70]
    assert '<tr class="table-active" aria-current="true">' in first.content.decode()
    assert "All of its calls: 248 done · 2 refused" in main_words(first)
    assert "Next call that fits the search" in main_words(first)
    assert "Previous call that fits the search" not in main_words(first)
    assert f"/log/{calls[180]}/?q=code%3A402#calls" in first.content.decode()
    second = entry_page(browser, owner, calls[180], "code:402")
    assert (second.context["fitting_before"].number, second.context["fitting_after"]) == (calls[60], None)
    between = entry_page(browser, owner, calls[100], "code:402")
    assert [between.context[way].number for way in ("fitting_before", "fitting_after")] == [calls[60], calls[180]]
    assert "fits the search" not in main_words(entry_page(browser, owner, calls[100], "client:bergwind"))
    assert "/fitting/" not in browser.get(f"/t/{owner.team.slug}/log/", {"q": "client:bergwind"}).content.decode()
    assert browser.get(f"/t/{owner.team.slug}/log/{last}/fitting/", follow=True).context["entry"].number == last

    monkeypatch.setattr(fitting, "MOST_LOOKED_AT", 50)
    stopped = browser.get(there, follow=True)
    assert stopped.context["entry"].number == calls[49]
    assert "none fits the search" in stopped.content.decode()
    assert stopped.context["fitting_after"].number == calls[60]
    far = entry_page(browser, owner, calls[120], "code:402")
    assert [far.context[way].number for way in ("fitting_before", "fitting_after")] == [calls[70], calls[170]]
    assert "Look among earlier calls" in main_words(far)


def test_a_long_action_takes_no_more_queries_than_a_short_one(browser: Client, owner: Membership, scope: Scope) -> None:
    numbers = {}
    for count in (1, 150):
        action = about_ada()
        numbers[count] = [write(scope, action).number for _call in range(count)][-1]
    entry_page(browser, owner, numbers[1])
    with CaptureQueriesContext(connection) as short:
        entry_page(browser, owner, numbers[1])
    with CaptureQueriesContext(connection) as long:
        entry_page(browser, owner, numbers[150])
    assert len(long.captured_queries) <= len(short.captured_queries) + 2


def test_the_way_to_the_next_ones_keeps_to_the_list(browser: Client, owner: Membership, scope: Scope) -> None:
    other = ClientAccountFactory(team=owner.team, name="Hafenkaffee").scope
    first = write(scope)
    write(other)
    looked = write(scope, Action(CONTACT_OPENED, actor()), Kind.READ, operation="get_contact")
    middle = write(scope)
    write(other)
    last = write(scope)
    older, newer = entry_page(browser, owner, middle.number, "client:bergwind").context["neighbours"]
    assert (older, newer) == (first, last)
    older, newer = entry_page(browser, owner, middle.number, "client:bergwind kind:any").context["neighbours"]
    assert (older, newer) == (looked, last)
    assert entry_page(browser, owner, last.number, "client:bergwind").context["neighbours"] == (middle, None)
    page = entry_page(browser, owner, middle.number, "client:bergwind").content.decode()
    assert f"/log/{first.number}/?q=client%3Abergwind" in page
    assert entry_page(browser, owner, middle.number, "code:x").context["neighbours"] == (None, None)


def test_what_happened_to_the_contact_before_and_after_is_near(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    other = ClientAccountFactory(team=owner.team, name="Hafenkaffee").scope
    written = [write(scope, about_ada()) for _time in range(9)]
    write(other, about_ada())
    write(scope)
    page = entry_page(browser, owner, written[4].number)
    heads = [[action.head for action in page.context[part]] for part in ("earlier", "later")]
    assert heads == [written[1:4], written[5:8]]
    assert "about the same contact" in main_words(page)


def test_what_is_not_kept_is_said_to_be_left_out(browser: Client, owner: Membership, scope: Scope) -> None:
    entry = write(scope, request={"fields": ["fieldFirstName"]})
    text = main_words(entry_page(browser, owner, entry.number))
    assert "Data fields sent fieldFirstName" in text
    for left_out in ("Email address", "SMS number", "Values of data fields"):
        assert f"{left_out} if sent value not kept" in text
    text = main_words(browser.get(f"/t/{owner.team.slug}/log/{entry.number}/", headers={"accept-language": "de"}))
    assert "Wert nicht aufbewahrt" in text
