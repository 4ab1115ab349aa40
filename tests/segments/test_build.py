"""Building a rule: parts come and go, its contacts are counted meanwhile, and it is saved as a segment."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.models import AuditEntry, Kind
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.klicktipp import BOUNCE_STATUSES, STATUSES, KlickTipp
from integrations.segments.models import Segment
from tests.factories import ClientAccountFactory, SegmentFactory
from tests.pages import html, logged, main_words, words
from tests.segments.helpers import has, sent
from tests.service import Service

HX = {"HX-Request": "true"}
Url = Callable[..., str]

pytestmark = pytest.mark.usefixtures("tag_ids")


def count(browser: Client, url: Url, data: dict[str, Any]) -> Any:
    return browser.post(url("new/"), data | {"do": "count"}, headers=HX)


def members_of(api: KlickTipp, tag_id: int) -> set[str]:
    return set(api.list_tagged_contacts(tag_id, STATUSES, BOUNCE_STATUSES))


def paths_in(page: Any) -> list[str]:
    return re.findall(r'name="part" value="(.*?)"', page.content.decode())


def test_parts_come_and_go_with_buttons_that_send_the_form(browser: Client, url: Url) -> None:
    assert paths_in(browser.get(url("new/"))) == ["0"]
    page = browser.post(url("new/"), sent(has("Newsletter"), name="Loyal", do="add:"))
    assert (page.status_code, paths_in(page)) == (200, ["0", "1"])
    assert 'value="Newsletter"' in page.content.decode()
    assert 'value="Loyal"' in page.content.decode()
    page = browser.post(url("new/"), sent(has("Newsletter"), has("VIP", when="since", day="2026-02-30"), do="group:"))
    assert paths_in(page) == ["0", "1", "2/", "2.0"]
    assert 'value="2026-02-30"' in page.content.decode(), "what was typed wrongly stays"
    assert "Enter a valid date" not in words(page), "nothing is told before it is asked for"
    page = browser.post(url("new/"), sent(has("a"), ("any", [has("b"), ("none", [has("c")])]), do="group:1.1"))
    assert paths_in(page) == ["0", "1/", "1.0", "1.1/", "1.1.0", "1.1.1"], "no group on a fourth level"
    assert 'value="group:1.1"' not in page.content.decode()
    page = browser.post(url("new/"), sent(has("a"), ("any", [has("b"), has("c")]), has("d"), do="remove:1"))
    assert (paths_in(page), re.findall(r'-tag" value="(.*?)"', html(page))) == (["0", "1"], ["a", "d"])
    assert paths_in(browser.post(url("new/"), sent(has("a"), do="remove:0"))) == ["0"]
    assert Segment.objects.count() == 0


def test_a_part_alone_is_answered_to_htmx(browser: Client, url: Url) -> None:
    page = browser.post(url("new/"), sent(has("Newsletter"), do="add:"), headers=HX)

    assert page.content.decode().strip().startswith('<div id="rule">')
    assert page.headers["HX-Trigger-After-Settle"] == "rule-changed"
    assert 'data-focus="control"' in html(page)


def test_the_contacts_are_counted_while_one_builds(
    browser: Client, url: Url, account: ClientAccount, service: Service, api: KlickTipp, tag_ids: dict[str, int]
) -> None:
    expected = members_of(api, tag_ids["Newsletter"]) - members_of(api, tag_ids["Customer"])
    before = len(service.paths())

    page = count(browser, url, sent(has("newsletter"), has("Customer", lacks="1"), has("")))

    assert page.status_code == 200
    assert page.context["counted"].contacts == len(expected) > 0
    assert "has <b>Newsletter</b> and not <b>Customer</b>" in html(page)
    ids = sorted(map(int, expected), reverse=True)
    assert re.findall(r'<tr id="contact-(\d+)"', html(page)) == [str(who) for who in ids[:25]]
    assert "@klick-tipp.team" in html(page)
    calls = service.paths()[before:]
    assert sorted(calls[:2]) == ["POST /subscriber/tagged"] * 2
    assert calls[2].startswith("GET /subscriber/bulk/")
    assert len(calls) == 3
    entries = AuditEntry.objects.filter(account_id=account.pk, sentence="segments.rule_counted")
    assert len({entry.action for entry in entries}) == 1
    (told,) = set(logged(sentence="segments.rule_counted"))
    assert told.endswith("counted the contacts of Harbour Lane Coffee with a rule over Newsletter, Customer")
    assert {entry.kind for entry in entries} == {Kind.READ}


def test_everybody_is_asked_for_only_where_no_tag_says_who_fits(
    browser: Client, url: Url, service: Service, api: KlickTipp, tag_ids: dict[str, int]
) -> None:
    everybody = set(api.list_contacts(STATUSES, BOUNCE_STATUSES))
    expected = everybody - members_of(api, tag_ids["Newsletter"])
    assert expected

    page = count(browser, url, sent(has("Newsletter"), of="none"))

    assert page.context["counted"].contacts == len(expected)
    assert sum(path.startswith("GET /subscriber?") for path in service.paths()) == 2, "one of them is the test's own"


@pytest.mark.parametrize("before_october", [False, True])
def test_klicktipp_filters_by_status_and_bounce(
    browser: Client, url: Url, service: Service, tag_ids: dict[str, int], before_october: bool
) -> None:
    service.switch(before_october_2026=before_october)
    page = count(browser, url, sent(has("Newsletter"), of="none", statuses=["subscribed"], bounces=["hardbounce"]))

    assert page.context["counted"].contacts == 1
    assert "hardbounce@klick-tipp.team" in html(page)
    entry = AuditEntry.objects.get(operation="list_tagged_contacts")
    assert (entry.request["status"], entry.request["bounce_status"]) == (["subscribed"], ["hardbounce"])


def test_without_javascript_the_whole_page_comes_with_the_number(browser: Client, url: Url) -> None:
    page = browser.post(url("new/"), sent(has("Newsletter"), name="Loyal", do="count"))

    assert page.context["counted"].contacts
    assert "<!doctype html>" in html(page)
    assert 'value="Loyal"' in html(page)


def test_days_begin_where_the_portal_is(
    browser: Client, url: Url, service: Service, tag_ids: dict[str, int], settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    at_22_utc, at_21_utc = 1_790_805_600, 1_790_802_000  # 30.09.2026, in Berlin two hours more
    told = json.dumps({"31": str(at_22_utc), "32": str(at_21_utc), "33": None})
    for when, number in (("since", 1), ("before", 1), ("", 3)):
        service.fault(path="/subscriber/tagged", body=told)
        page = count(browser, url, sent(has("Newsletter", when=when, day="2026-10-01")))
        assert page.context["counted"].contacts == number, when
        assert ("does not tell when 1 contact was tagged" in words(page)) == bool(when)


def test_within_the_last_days_counts_from_now(
    browser: Client, url: Url, service: Service, tag_ids: dict[str, int]
) -> None:
    now = timezone.now()
    told = {str(days): str(int((now - timedelta(days=days, hours=-1)).timestamp())) for days in (1, 7, 8)}
    service.fault(path="/subscriber/tagged", body=json.dumps(told))
    page = count(browser, url, sent(has("Newsletter", when="within", days="7")))
    assert page.context["counted"].contacts == 2


# --- Saving ---


def test_a_segment_is_saved_with_the_number_that_was_just_counted(
    browser: Client, url: Url, account: ClientAccount, service: Service, tag_ids: dict[str, int]
) -> None:
    data = sent(has("Newsletter"), ("any", [has("VIP", when="within", days="30")]), statuses=["subscribed"])
    counted = count(browser, url, data).context["counted"]
    before = service.paths()

    page = browser.post(url("new/"), data | {"name": "Loyal ones", "do": "save"}, follow=True)

    segment = account.segments.get()
    assert segment.rule == {
        "of": "all",
        "parts": [
            {"tag": tag_ids["Newsletter"], "name": "Newsletter"},
            {"of": "any", "parts": [{"tag": tag_ids["VIP"], "name": "VIP", "within": 30}]},
        ],
        "statuses": ["subscribed"],
        "bounces": [],
    }
    kept = segment.counts.get()
    assert (kept.contacts, kept.counted_at) == (counted.contacts, counted.listed.loaded_at)
    assert page.redirect_chain[-1][0] == url(f"{segment.pk}/")
    assert "The segment Loyal ones has been saved." in words(page)
    assert f"{kept.contacts} as of" in main_words(page)
    assert service.paths() == before, "saving asks for nothing"
    assert "saved the segment Loyal ones of Harbour Lane Coffee" in logged(kind=Kind.EVENT)[-1]


def test_a_rule_that_was_not_counted_is_saved_without_a_number(
    browser: Client, url: Url, account: ClientAccount
) -> None:
    count(browser, url, sent(has("VIP")))
    page = browser.post(url("new/"), sent(has("Newsletter"), name="Loyal"), follow=True)
    assert account.segments.get().counts.count() == 0
    assert "Count now" in words(page)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (sent(has("")), "Please choose a tag."),
        ({}, "Please choose a tag."),
        ({"part": ["0", "1/"], "of": "some"}, "Please choose a tag."),
        (sent(has("Nonsense")), "There is no tag “Nonsense”. Please choose one of the list."),
        (sent(has("x" * 10_000)), "There is no tag"),
        (sent(has("0")), "There is no tag “0”"),
        (sent(has("9" * 40)), "There is no tag"),
        (sent(has("VIP", when="since")), "Please give the date."),
        (sent(has("VIP", when="before", day="2026-02-30")), "Enter a valid date."),
        (sent(has("VIP", when="since", day="0001-01-01")), "greater than or equal to"),
        (sent(has("VIP", when="within")), "Please give the number of days."),
        (sent(has("VIP", when="within", days="1000000000")), "less than or equal to"),
        (sent(has("VIP", when="never")), "never is not one of the available choices"),
        (sent(*[has("VIP")] * 51), "A rule can have 50 conditions at most."),
        (sent(has("VIP"), statuses=["dead"]), "dead is not one of the available choices"),
        (sent(has("VIP"), name=""), "This field is required."),
        (sent(has("VIP"), name="x" * 10_000), "at most 100 characters"),
        (sent(has("VIP"), name="a\u202eb"), "control characters"),
        (sent(has("VIP"), name="loyal"), "Another segment of this client has this name."),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    browser: Client, url: Url, account: ClientAccount, data: dict[str, Any], told: str
) -> None:
    SegmentFactory(account=account, name="Loyal")
    page = browser.post(url("new/"), {"name": "New one"} | data)
    assert page.status_code == 422
    assert told in main_words(page)
    for name in ("c0-tag", "name"):
        typed = ({"name": "New one"} | data).get(name, "")
        assert f'value="{typed[:1_000]}' in html(page) or not typed
    assert account.segments.count() == 1


def test_a_rule_of_ten_thousand_conditions_is_refused(browser: Client, url: Url, account: ClientAccount) -> None:
    assert browser.post(url("new/"), sent(*[has("VIP")] * 10_000, name="Huge")).status_code == 413
    many = {"part": [f"{place}" for place in range(900)], **{f"c{place}-tag": "VIP" for place in range(90)}}
    page = browser.post(url("new/"), many | {"name": "Huge"})
    assert (page.status_code, "A rule can have 50 conditions at most." in words(page)) == (422, True)
    odd = {"part": ["0", "9/", "9.1/", "9.1.1/", "8.1", "../", "1.x", "0/", ""], "name": "Odd", "c0-tag": "VIP"}
    browser.post(url("new/"), odd)
    assert [part["name"] for part in account.segments.get().rule["parts"]] == ["VIP"]


def test_a_tag_that_is_newer_than_the_list_is_found(
    browser: Client, url: Url, account: ClientAccount, api: KlickTipp, service: Service
) -> None:
    api.create_tag("Autumn fair")
    assert "There is no tag" in words(count(browser, url, sent(has("Autumn fair"))))
    snapshot = account.snapshots.get(kind=ReferenceKind.TAGS)
    snapshot.fetched_at -= timedelta(hours=1)
    snapshot.save()
    assert "There is no tag" not in words(count(browser, url, sent(has("Autumn fair"))))


def test_a_smarttag_can_be_chosen_by_its_id_and_once_learnt_by_its_name(
    browser: Client, url: Url, account: ClientAccount, service: Service
) -> None:
    counts = {
        tag_id: count(browser, url, sent(has(tag_id))).context["counted"].contacts
        for tag_id in service.smarttags().values()
    }
    number = max(counts.values())
    name, tag_id = next((name, tag_id) for name, tag_id in service.smarttags().items() if counts[tag_id] == number)
    account.snapshots.create(
        kind=ReferenceKind.SMARTTAGS, items=[{"id": tag_id, "name": name}], fetched_at=timezone.now()
    )
    page = count(browser, url, sent(has(name)))
    assert page.context["counted"].contacts == number > 0
    assert f"has <b>{name}</b>" in html(page)


# --- When KlickTipp does not play along ---


def test_a_tag_that_was_deleted_meanwhile_is_told(
    browser: Client, url: Url, api: KlickTipp, account: ClientAccount, tag_ids: dict[str, int]
) -> None:
    api.delete_tag(tag_ids["VIP"])
    page = count(browser, url, sent(has("Newsletter"), has("VIP")))
    assert "KlickTipp no longer has VIP, so nothing was counted." in words(page)
    assert "There is no tag “VIP”" in words(count(browser, url, sent(has("VIP"))))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"status": 403, "always": True}, "KlickTipp"),
        ({"status": 500, "times": 9}, "KlickTipp"),
        ({"status": 429, "always": True}, "KlickTipp"),
        ({"close": "before", "always": True}, "KlickTipp"),
        ({"delay_ms": 4_000, "times": 1}, "KlickTipp"),
    ],
)
def test_a_service_that_refuses_is_told_and_the_form_stays(
    browser: Client, url: Url, service: Service, settings: Any, fault: dict[str, Any], told: str
) -> None:
    settings.KLICKTIPP_PAGE_DEADLINE = 1.5
    service.fault(path="/subscriber/tagged", **fault)
    page = browser.post(url("new/"), sent(has("Newsletter"), name="Loyal", do="count"))
    assert page.context["failure"].what
    assert told in words(page)
    assert 'value="Newsletter"' in html(page)
    assert 'value="Loyal"' in html(page)
    assert browser.post(url("new/"), sent(has("Newsletter"), name="Loyal")).status_code == 302


def test_names_are_offered_and_loaded_behind_the_page(
    browser: Client, url: Url, account: ClientAccount, service: Service
) -> None:
    page = html(browser.get(url("new/")))
    assert '<option value="Newsletter">' in page
    assert 'hx-trigger="load" hx-target="this"' not in page
    account.snapshots.all().delete()
    page = html(browser.get(url("new/")))
    assert "<option" not in page.partition("<datalist")[2]
    assert url("tag-names/") in page
    service.fault(path="/tag", status=500)
    assert "The tags could not be loaded." in words(browser.get(url("tag-names/"), headers=HX))
    assert '<option value="Newsletter">' in html(browser.get(url("tag-names/"), headers=HX))


def test_a_client_without_a_key_leads_to_its_keys(browser: Client, owner: Membership) -> None:
    bare = ClientAccountFactory(team=owner.team)
    page = browser.get(f"/t/{owner.team.slug}/clients/{bare.slug}/segments/new/")
    assert "key" in main_words(page).casefold()
    assert "Which contacts" not in main_words(page)
