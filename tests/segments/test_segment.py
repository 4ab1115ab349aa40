"""A segment's page: its rule in words, how it grew, and who is in it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.clients.models import ClientAccount
from integrations.klicktipp import KlickTipp
from integrations.segments.models import Segment, SegmentCount
from tests.factories import MembershipFactory, SegmentFactory
from tests.pages import html, logged, main_words, words
from tests.service import Service

HX = {"HX-Request": "true"}
Url = Callable[..., str]


@pytest.fixture
def segment(account: ClientAccount, tag_ids: dict[str, int]) -> Segment:
    rule = {"of": "all", "parts": [{"tag": tag_ids["Newsletter"], "name": "Newsletter"}]}
    return SegmentFactory(account=account, name="Loyal ones", rule=rule)


def shown_ids(page: Any) -> list[str]:
    return re.findall(r'<tr id="contact-(\d+)"', page.content.decode())


def has_members(service: Service, number: int) -> None:
    """The next list of the contacts with a tag has so many."""
    body = json.dumps({str(who): "1790805600" for who in range(1, number + 1)})
    service.fault(path="/subscriber/tagged", body=body)


def test_a_segment_that_was_never_counted_says_so(
    browser: Client, url: Url, segment: Segment, service: Service
) -> None:
    before = service.paths()
    told = main_words(browser.get(url(f"{segment.pk}/")))
    assert "Loyal ones has Newsletter" in told
    assert "Count now" in told
    assert "With this rule nobody has counted yet." in told
    assert service.paths() == before


def test_it_is_counted_and_its_contacts_follow(
    browser: Client, url: Url, segment: Segment, service: Service, account: ClientAccount
) -> None:
    before = len(service.paths())
    page = browser.post(url(f"{segment.pk}/count/"), follow=True)
    number = segment.counts.get().contacts
    assert number > 0
    assert f"{number} as of" in main_words(page)
    assert len(shown_ids(page)) == min(number, 25)
    assert "@" not in main_words(page), "the page comes at once, with empty rows"
    assert service.paths()[before:] == ["POST /subscriber/tagged"]

    rows = browser.get(url(f"{segment.pk}/?page=1"), headers=HX)
    assert shown_ids(rows) == shown_ids(page)
    assert "@klick-tipp.team" in words(rows)
    assert "hx-trigger" not in html(rows)
    assert len(service.paths()) == before + 2
    contact = html(rows).partition('class="row-link" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "Back to the segment" in words(browser.get(contact))

    entries = AuditEntry.objects.filter(account_id=account.pk, sentence="segments.counted")
    assert [entry.operation for entry in entries.order_by("number")] == ["list_tagged_contacts", "get_contacts"]
    assert len({entry.action for entry in entries}) == 1
    browser.get(url(f"{segment.pk}/?page=1"), headers=HX)
    assert "looked at the contacts in the segment Loyal ones of Harbour Lane Coffee, page 1" in logged()[-1]


def test_pages_are_of_what_was_counted(browser: Client, url: Url, segment: Segment, service: Service) -> None:
    has_members(service, 60)
    browser.post(url(f"{segment.pk}/count/"))
    pages = [browser.get(url(f"{segment.pk}/?page={page}")) for page in (1, 2, 3, 99, "x")]
    assert [shown_ids(page)[0] for page in pages] == ["60", "35", "10", "10", "60"]
    assert "60 contacts, 26 to 50 on this page" in main_words(pages[1])
    assert "?page=3" in html(pages[1])
    assert sum(path.startswith("POST /subscriber/tagged") for path in service.paths()) == 1


def test_without_javascript_the_rows_come_with_the_page(browser: Client, url: Url, segment: Segment) -> None:
    page = browser.post(url(f"{segment.pk}/count/"), follow=True)
    (leads_to,) = re.findall(r"<noscript><p><a href=\"(.*?)\"", html(page))
    complete = browser.get(url(f"{segment.pk}/") + leads_to.replace("&amp;", "&"))
    assert "@klick-tipp.team" in words(complete)
    assert "<noscript><p>" not in html(complete)


def test_an_empty_segment_says_so(browser: Client, url: Url, segment: Segment, service: Service) -> None:
    service.fault(path="/subscriber/tagged", body="[]")
    page = browser.post(url(f"{segment.pk}/count/"), follow=True)
    assert "No contact fits this rule at the moment." in main_words(page)
    assert segment.counts.get().contacts == 0


def test_a_picture_shows_how_it_grew(browser: Client, url: Url, segment: Segment, service: Service) -> None:
    now = timezone.now()
    rule, segment.rule = segment.rule, segment.rule | {"of": "any"}
    segment.save()
    segment.keep_count(5_000, now - timedelta(days=3))
    segment.rule = rule
    segment.save()
    for days, contacts in ((4, 10), (2, 30), (1, 20)):
        segment.keep_count(contacts, now - timedelta(days=days))
    page = browser.get(url(f"{segment.pk}/"))
    growth = page.context["growth"]
    assert [(point.count.contacts, point.change) for point in growth.points] == [(10, None), (30, 20), (20, -10)]
    assert "5,000" not in main_words(page), "that was another rule"
    assert html(page).count('class="growth-line"') == 2
    assert re.findall(r'<circle cx="(.*?%)"', html(page)) == ["2.00%", "66.00%", "98.00%"]
    assert "How the segment grew" in main_words(page)
    assert "As a table" in main_words(page)
    assert Segment.objects.get() == segment


def test_only_the_latest_counts_are_drawn(browser: Client, url: Url, segment: Segment) -> None:
    now = timezone.now()
    SegmentCount.objects.bulk_create(
        SegmentCount(
            segment=segment,
            rule_hash=segment.rule_hash,
            contacts=place,
            counted_at=now - timedelta(minutes=300 - place),
        )
        for place in range(200)
    )
    growth = browser.get(url(f"{segment.pk}/")).context["growth"]
    assert [growth.points[0].count.contacts, growth.points[-1].count.contacts] == [100, 199]


def test_a_viewer_counts_and_changes_nothing(client: Client, url: Url, segment: Segment, owner: Membership) -> None:
    client.force_login(MembershipFactory(team=owner.team, role=Role.VIEWER).user)
    page = client.post(url(f"{segment.pk}/count/"), follow=True)
    assert segment.counts.count() == 1
    assert "Count again" in main_words(page)
    assert "Edit" not in main_words(page)
    assert "Remove" not in main_words(page)


def test_each_person_has_a_list_of_their_own(
    client: Client, browser: Client, url: Url, segment: Segment, owner: Membership
) -> None:
    browser.post(url(f"{segment.pk}/count/"))
    other = Client()
    other.force_login(MembershipFactory(team=owner.team).user)
    assert "Who is in it is shown once it is counted again." in main_words(other.get(url(f"{segment.pk}/")))
    assert shown_ids(other.get(url(f"{segment.pk}/"), headers=HX)) == []


# --- What goes wrong ---


def test_a_deleted_tag_is_told_and_known_things_stay(
    browser: Client, url: Url, segment: Segment, api: KlickTipp, tag_ids: dict[str, int]
) -> None:
    segment.rule["parts"] = [{"tag": tag_ids["Customer"], "name": "Customer"}]
    segment.save()
    browser.post(url(f"{segment.pk}/count/"))
    api.delete_tag(tag_ids["Customer"])
    page = browser.post(url(f"{segment.pk}/count/"))
    told = main_words(page)
    assert page.status_code == 422
    assert "KlickTipp no longer has Customer, so nothing was counted." in told
    assert "has Customer (no longer in KlickTipp)" in told
    assert f"{segment.counts.get().contacts} as of" in told
    assert shown_ids(page)


@pytest.mark.parametrize(
    "fault", [{"status": 403}, {"status": 429}, {"status": 503}, {"delay_ms": 3_000}, {"body": "<html>"}]
)
def test_what_kept_it_from_being_counted_is_told_and_known_things_stay(
    browser: Client, url: Url, segment: Segment, service: Service, settings: Any, fault: dict[str, Any]
) -> None:
    segment.keep_count(17)
    settings.KLICKTIPP_PAGE_DEADLINE = 1.0
    service.fault(path="/subscriber/tagged", always=True, **fault)
    page = browser.post(url(f"{segment.pk}/count/"))
    assert page.status_code == 422
    assert page.context["failure"].what in main_words(page)
    assert "17 as of" in main_words(page)
    assert segment.counts.count() == 1


def test_rows_that_cannot_be_read_are_told(browser: Client, url: Url, segment: Segment, service: Service) -> None:
    browser.post(url(f"{segment.pk}/count/"))
    service.fault(path="/subscriber/bulk/*", status=403, always=True)
    rows = browser.get(url(f"{segment.pk}/?page=1"), headers=HX)
    assert rows.status_code == 200
    assert "Not loaded." in words(rows)
    assert "Try again" in words(rows)


@pytest.mark.parametrize("rule", [{}, [], {"of": "all", "parts": [{"field": 5}]}, "x"])
def test_a_rule_of_another_version_is_told(browser: Client, url: Url, segment: Segment, rule: Any) -> None:
    segment.rule = rule
    segment.save()
    unreadable = "This rule was saved by another version and cannot be read any more."
    assert unreadable in main_words(browser.get(url(f"{segment.pk}/")))
    assert unreadable in main_words(browser.get(url()))
    assert unreadable in main_words(browser.get(url(f"{segment.pk}/edit/")))
    assert unreadable in main_words(browser.get(url(f"{segment.pk}/copy/")))
    assert browser.post(url(f"{segment.pk}/count/")).status_code == 302
    assert browser.get(url(f"{segment.pk}/remove/")).status_code == 200


def test_a_segment_is_removed_once_that_is_confirmed(
    browser: Client, url: Url, segment: Segment, service: Service
) -> None:
    segment.keep_count(17)
    before = service.paths()
    assert "Remove the segment “Loyal ones” of Harbour Lane Coffee" in main_words(
        browser.get(url(f"{segment.pk}/remove/"))
    )
    assert Segment.objects.count() == 1
    page = browser.post(url(f"{segment.pk}/remove/"), follow=True)
    assert "The segment Loyal ones has been removed." in words(page)
    assert Segment.objects.count() == 0
    assert "removed the segment Loyal ones of Harbour Lane Coffee" in logged()[-1]
    assert service.paths() == before
    assert browser.post(url(f"{segment.pk}/remove/")).status_code == 404


# --- The list ---


def test_the_list_tells_what_each_segment_is(
    browser: Client, url: Url, segment: Segment, account: ClientAccount
) -> None:
    assert "Nobody" not in main_words(browser.get(url()))
    segment.keep_count(1_234)
    SegmentFactory(account=account, name="Another", rule=segment.rule)
    told = main_words(browser.get(url()))
    assert re.search(r"Another has Newsletter – not yet .* Loyal ones has Newsletter 1,234 \d\d/\d\d/\d{4}", told)


def test_an_empty_list_says_what_to_do(client: Client, url: Url, account: ClientAccount, owner: Membership) -> None:
    client.force_login(owner.user)
    assert "Build the first one. New segment" in main_words(client.get(url()))
    client.force_login(MembershipFactory(team=owner.team, role=Role.VIEWER).user)
    assert "Nobody has built a segment for this client yet." in main_words(client.get(url()))


def test_the_number_of_queries_does_not_grow(
    browser: Client, url: Url, segment: Segment, account: ClientAccount
) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(url(path))
        return len(captured)

    segment.keep_count(17)
    queries("")
    before = queries(""), queries(f"{segment.pk}/")
    for _ in range(10):
        SegmentFactory(account=account, rule=segment.rule).keep_count(5)
        segment.keep_count(18)
    assert (queries(""), queries(f"{segment.pk}/")) == before
