"""What is typed or made by hand into the log's line and its address is understood, or told."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.query.meant import moment_meant
from integrations.audit.query.participants import Participants
from integrations.audit.recorder import Scope
from tests.audit.test_find_contact import find
from tests.audit.test_log_page import sentences, write
from tests.factories import ClientAccountFactory, MembershipFactory
from tests.pages import main_words


@pytest.fixture
def scope(owner: Membership) -> Scope:
    """Of a client whose log has nothing but an entry of the day before yesterday, at 14:32."""
    scope: Scope = ClientAccountFactory(team=owner.team, name="Bergwind").scope
    at = (timezone.localtime() - timedelta(days=2)).replace(hour=14, minute=32, second=20)
    write(scope, started_at=at)
    return scope


def meant(page: Any) -> str:
    return unescape(f"?{page.context['meant_moment'].query}")


def test_a_time_typed_alone_is_offered_of_the_newest_day_that_has_it(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    log = f"/t/{owner.team.slug}/log/"
    of_nobody = moment_meant("14:32", Participants(MembershipFactory()))
    assert of_nobody is not None
    assert of_nobody.is_today
    old = find(browser, owner, "14:32")
    assert "Or was this meant? 14:32 on " in main_words(old)
    assert len(sentences(browser.get(log + meant(old)))) == 1

    write(scope)
    now = timezone.localtime()
    today = find(browser, owner, f"{now:%H:%M}")
    assert f"Or was this meant? {now:%H:%M} today" in main_words(today)
    assert "Bergwind" in sentences(browser.get(log + meant(today)))[0]
    later = now + timedelta(minutes=2)
    if later.date() == now.date():
        assert not find(browser, owner, f"{later:%H:%M}").context["meant_moment"].is_today
    assert browser.get(f"{log}?q=code:9").context["meant_moment"] is None
    assert find(browser, owner, "25:61").context["meant_moment"] is None


def test_a_qualifier_takes_a_time_of_today(browser: Client, owner: Membership, scope: Scope) -> None:
    write(scope)
    now = timezone.localtime()
    page = find(browser, owner, f"since:00:00 until:{now:%H:%M} client:bergwind")
    assert len(sentences(page)) == 1
    assert page.context["asked"].mirrored.keys() == {"client"}
    wrong = find(browser, owner, "since:24:10")
    assert wrong.status_code == 422
    assert "14:32, today" in main_words(wrong)


def test_an_address_that_no_page_has_is_led_to_the_newest_or_told(
    browser: Client, owner: Membership, scope: Scope
) -> None:
    log = f"/t/{owner.team.slug}/log/"
    for before in ("abc", "-1", "1e5", "0", "007", "", "0" * 20 + "9" * 5_000, "１"):
        answer = browser.get(log, {"q": "client:bergwind", "before": before})
        assert (answer.status_code, answer["Location"]) == (302, f"{log}?q=client%3Abergwind"), before
    assert browser.get(log, {"before": "x"})["Location"] == log

    oldest = browser.get(log, {"before": "1"})
    assert "The list has nothing older." in main_words(oldest)

    for query in ({"to": "1999"}, {"q": "client:bergwind", "Since": "today"}, {"to": "1999", "before": "abc"}):
        page = browser.get(log, query)
        name = next(name for name in ("to", "Since") if name in query)
        assert (page.status_code, page.context["actions"]) == (422, [])
        assert f"{name}={query[name]}: this part of the page's address is unknown here" in main_words(page)
        assert "0 actions on this page" not in main_words(page)
    exported = browser.get(f"{log}export/csv/", {"to": "1999"})
    assert exported["Location"] == f"{log}?to=1999"
