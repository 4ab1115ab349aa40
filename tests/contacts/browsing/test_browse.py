"""Looking through all contacts by status and bounce."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from integrations.audit.models import AuditEntry, AuditSubject, Kind, SubjectKind
from integrations.audit.sentences import tell
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.browsing.id_lists import PAGE_SIZE
from tests.contacts.showing.test_find import url
from tests.factories import ClientAccountFactory, MembershipFactory, actor
from tests.pages import as_typed, html, main_words, words
from tests.service import Service

Page = Any
HX = {"HX-Request": "true"}


@pytest.fixture
def one_by_one(service: Service) -> None:
    """The service of before October 2026."""
    service.switch(before_october_2026=True)


def browse(browser: Client, account: ClientAccount, query: str = "", **headers: str) -> Page:
    """A page of the list, after the way to its URL."""
    query = query if "list=" in query else f"{query}&load=now"
    return browser.get(url(account, f"browse/?{query}"), headers=headers, follow=True)


def hidden(page: Page) -> dict[str, str]:
    """What the page sends to get its rows."""
    form = page.content.decode().partition('class="browse-loading"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="(.*?)"', form))


def read_rows(browser: Client, account: ClientAccount, page: Page) -> str:
    answer = browser.post(url(account, "browse/rows/"), hidden(page), headers=HX)
    return str(answer.getvalue().decode())


def shown_ids(page: Page) -> list[str]:
    return re.findall(r'<tr id="contact-(\d+)"', page.content.decode())


def listings(service: Service) -> int:
    return sum(path.startswith("GET /subscriber?") for path in service.paths())


def has_ids(service: Service, *ids: int, **fault: Any) -> None:
    """The next list of contacts is this."""
    body = json.dumps({"subscribers": [str(contact_id) for contact_id in ids]})
    service.fault(path="/subscriber", method="GET", body=body, **fault)


def sentences(account: ClientAccount) -> list[str]:
    """What the log says, each action once."""
    entries = AuditEntry.objects.filter(account_id=account.pk).order_by("number")
    return list({entry.action: as_typed(tell(entry.sentence, entry.parameters)) for entry in entries}.values())


def test_the_page_comes_with_ids_newest_first_and_the_rows_follow(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browse(browser, account)
    assert (listings(service), len(service.paths())) == (1, 1)
    ids = shown_ids(page)
    assert ids == sorted(ids, key=int, reverse=True)
    assert len(ids) == PAGE_SIZE
    assert "31 contacts, 1 to 25 on this page" in main_words(page)

    rows = read_rows(browser, account, page)

    assert sorted(re.findall(r'<template data-arrived>\s*<tr id="contact-(\d+)"', rows)) == sorted(ids)
    assert "sms-unsubscribed@klick-tipp.team" in rows
    assert "The contacts of this page are there." in rows
    assert listings(service) == 1
    assert service.paths()[1:] == [f"GET /subscriber/bulk/{','.join(ids)}"]


def test_a_hundred_contacts_take_four_calls(browser: Client, account: ClientAccount, service: Service) -> None:
    has_ids(service, *range(1, 101))
    page = browse(browser, account)
    for number in range(1, 5):
        shown = browse(browser, account, f"{page.context['here']}&page={number}")
        read_rows(browser, account, shown)
    calls = [path for path in service.paths() if path.startswith("GET /subscriber/bulk/")]
    assert len(calls) == 4
    entries = AuditEntry.objects.filter(operation="get_contacts")
    assert sorted(map(len, (entry.request["contact_ids"] for entry in entries))) == [PAGE_SIZE] * 4


def test_a_service_that_cannot_read_many_is_asked_one_by_one_for_a_day(
    browser: Client, account: ClientAccount, service: Service, one_by_one: None
) -> None:
    page = browse(browser, account)
    rows = read_rows(browser, account, page)
    assert rows.count("<template data-arrived>") == PAGE_SIZE
    assert sum("/bulk/" in path for path in service.paths()) == 1
    read_rows(browser, account, page)
    assert sum("/bulk/" in path for path in service.paths()) == 1
    caches["lists"].clear()
    read_rows(browser, account, browse(browser, account))
    assert sum("/bulk/" in path for path in service.paths()) == 2


def test_who_cannot_be_read_among_the_others_is_read_alone(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browse(browser, account)
    first, second, third = shown_ids(page)[:3]
    there = {"id": first, "email": "first@klick-tipp.team"}
    service.fault(path="/subscriber/bulk/*", body=json.dumps({first: there, second: None, third: "?"}))
    rows = read_rows(browser, account, page)
    assert "first@klick-tipp.team" in rows
    assert rows.count("Deleted since the list was loaded.") == 1
    assert rows.count("<template data-arrived>") == PAGE_SIZE
    assert f"GET /subscriber/{third}" in service.paths()
    assert f"GET /subscriber/{first}" not in service.paths()


def test_a_row_tells_who_it_is_and_how_it_stands(browser: Client, account: ClientAccount) -> None:
    told = main_words(browse(browser, account, "rows=all"))
    assert "Lotte Falk hard bounce" not in told
    assert re.search(r"hardbounce@klick-tipp.team subscribed hard bounce \d\d/\d\d/\d{4}", told)
    assert re.search(r"unsubscribed@klick-tipp.team unsubscribed not bounced \d\d/\d\d/\d{4}", told)
    assert re.search(r"pending@klick-tipp.team opt-in pending not bounced", told)
    assert re.search(r"\+49 1511 3000001 Sami subscribed not bounced", told)


def test_an_address_stays_in_one_piece(browser: Client, account: ClientAccount) -> None:
    page = browse(browser, account, "rows=all").content.decode()
    assert '<span class="unbroken">hardbounce@klick-tipp.team</span></a>' in page


def test_the_heading_tells_the_tag_whose_contacts_are_listed(browser: Client, account: ClientAccount) -> None:
    tags = {tag["name"]: tag["id"] for tag in load(account, ReferenceKind.TAGS, actor()).items}
    for query, heading in (
        ("", "All contacts"),
        (f"tag={tags['Newsletter']}", "Contacts with the tag “Newsletter”"),
        ("tag=99", "Contacts with the tag “99”"),
        ("status=pending", "All contacts"),
    ):
        page = browse(browser, account, query)
        assert f"{heading} Add contact" in main_words(page)
        assert heading in words(browse(browser, account, query, **HX))


def test_without_javascript_all_rows_come_with_the_page(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browse(browser, account)
    (leads_to,) = re.findall(r'<noscript><meta http-equiv="refresh" content="0; url=(.*?)">', page.content.decode())
    complete = browser.get(leads_to.replace("&amp;", "&"))
    assert shown_ids(complete) == shown_ids(page)
    assert "<noscript>" not in complete.content.decode().partition("</head>")[0]
    assert "browse-waiting" not in complete.content.decode()
    assert "hx-post" not in complete.content.decode().partition('id="found"')[2]
    assert "&amp;rows=all&amp;page=2" in complete.content.decode()
    assert listings(service) == 1


@pytest.mark.parametrize(
    ("query", "asked", "number"),
    [
        ("status=pending", ("pending", "nobounce,softbounce,hardbounce,spambounce"), 1),
        ("status=unsubscribed", ("unsubscribed", "nobounce,softbounce,hardbounce,spambounce"), 1),
        ("status=subscribed&bounce=hardbounce", ("subscribed", "hardbounce"), 1),
        ("bounce=nobounce", ("pending,subscribed,unsubscribed", "nobounce"), 28),
    ],
)
def test_klicktipp_filters_by_status_and_bounce(
    browser: Client, account: ClientAccount, query: str, asked: tuple[str, str], number: int
) -> None:
    page = browse(browser, account, query)
    entry = AuditEntry.objects.get(operation="list_contacts")
    assert (",".join(entry.request["status"]), ",".join(entry.request["bounce_status"])) == asked
    assert page.context["page"].paginator.count == number


def test_a_filter_that_does_not_exist_is_told_at_its_field(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browser.get(url(account, "browse/?status=dead"))
    assert page.status_code == 422
    assert "dead is not one of the available choices" in main_words(page)
    assert service.paths() == []


# --- Paging ---


def test_pages_are_of_one_list(browser: Client, account: ClientAccount, service: Service) -> None:
    has_ids(service, *range(1, 61))
    first = browse(browser, account)
    has_ids(service, *range(1, 100))
    here = first.context["here"]
    second = browse(browser, account, f"{here}&page=2")
    third = browse(browser, account, f"{here}&page=3")
    assert [shown_ids(page) for page in (first, second, third)] == [
        [str(n) for n in range(60, 35, -1)],
        [str(n) for n in range(35, 10, -1)],
        [str(n) for n in range(10, 0, -1)],
    ]
    assert "60 contacts, 26 to 50 on this page" in main_words(second)
    assert 'rel="next"' not in third.content.decode()
    assert listings(service) == 1
    assert shown_ids(browse(browser, account, f"{here}&page=9999999")) == shown_ids(third)
    assert shown_ids(browse(browser, account, f"{here}&page=nonsense")) == shown_ids(first)

    assert "99 contacts" in main_words(browse(browser, account))


def test_large_numbers_are_grouped(browser: Client, account: ClientAccount, service: Service) -> None:
    has_ids(service, *range(1, 10_001))
    page = browse(browser, account)
    assert "10,000 contacts, 1 to 25 on this page" in main_words(page)
    assert "of 400" in main_words(page)


def test_what_is_kept_is_small_and_nobodys_address(browser: Client, account: ClientAccount, service: Service) -> None:
    kept: list[Any] = []
    cache = caches["lists"]
    original = cache.set
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "set", lambda *args, **options: (kept.append(args), original(*args, **options)))
        has_ids(service, *range(200_000_000, 200_050_000, 5))
        browse(browser, account)
    (_key, packed, seconds) = next(args for args in kept if "contacts.browsed" in args[0])
    assert seconds == 3600
    assert len(packed[-1]) < 25_000


def test_a_list_that_is_not_kept_any_more_is_loaded_again_and_that_is_said(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browse(browser, account)
    sent, query = hidden(page), f"{page.context['here']}&page=2"
    caches["lists"].clear()

    rows = browser.post(url(account, "browse/rows/"), sent, headers=HX)
    assert "This list is not kept any more." in rows.content.decode()
    assert len(service.paths()) == 1

    again = browser.get(url(account, f"browse/?{query}"))
    assert "The list of before is not kept any more." in main_words(again)
    assert len(shown_ids(again)) == 6
    assert listings(service) == 2
    assert hidden(again)["list"] != sent["list"]
    assert "not kept" not in main_words(browse(browser, account, again.context["here"]))
    assert listings(service) == 2


def test_a_list_is_kept_for_an_hour(
    browser: Client, account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    page = browse(browser, account)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + timedelta(minutes=59).seconds)
    assert browser.get(url(account, f"browse/?{page.context['here']}")).context["is_another"] is False
    monkeypatch.setattr(time, "time", lambda: now + timedelta(minutes=61).seconds)
    assert browser.get(url(account, f"browse/?{page.context['here']}")).context["is_another"] is True


def test_somebody_elses_list_is_not_there(browser: Client, account: ClientAccount, service: Service) -> None:
    page = browse(browser, account)
    colleague = Client()
    colleague.force_login(MembershipFactory(team=account.team, role=Role.VIEWER).user)
    other = ClientAccountFactory(team=account.team, customer_key=service.customer_keys[1])

    for visitor, where in ((colleague, account), (browser, other)):
        assert "not kept" in visitor.post(url(where, "browse/rows/"), hidden(page)).content.decode()
        answer = browse(visitor, where, page.context["here"])
        assert answer.context["is_another"]
        assert answer.context["listed"].handle != page.context["listed"].handle
    assert shown_ids(answer) != shown_ids(page)
    assert listings(service) == 3


# --- What is not there ---


def test_without_any_contact_it_is_said_what_to_do(browser: Client, account: ClientAccount, service: Service) -> None:
    service.fault(path="/subscriber", method="GET", status=404, body='["no contacts"]', always=True)
    assert "KlickTipp has no contacts in this account yet. Add contact" in main_words(browse(browser, account))
    told = main_words(browse(browser, account, "status=pending"))
    assert "No contact fits these filters. Show all contacts" in told
    assert "0 contacts" in told


def test_the_page_comes_at_once_and_asks_for_the_list_itself(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browser.get(url(account, "browse/"))
    assert page.status_code == 200
    assert service.received() == []
    assert 'hx-get="' + url(account, "browse/?status=&amp;bounce=&amp;load=now") in page.content.decode()

    loaded = browse(browser, account)
    again = browser.get(url(account, "browse/"), follow=True)
    assert listings(service) == 1
    assert shown_ids(again) == shown_ids(loaded)


def test_a_list_that_does_not_come_can_be_tried_again(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    service.fault(path="/subscriber", method="GET", status=403, body='["API access denied."]', times=2)
    for headers in ({}, HX):
        page = browser.get(url(account, "browse/?status=pending&load=now"), headers=headers)
        assert page.status_code == 422
        assert "KlickTipp refuses the access." in page.content.decode()
        assert "browse/?status=pending&amp;bounce=" in page.content.decode()
        assert f"/log/action/{AuditEntry.objects.latest('number').action}/" in page.content.decode()
    assert "1 contact" in main_words(browse(browser, account, "status=pending"))


def test_without_a_key_the_page_says_who_can_store_one(browser: Client, account: ClientAccount) -> None:
    account.credentials.all().delete()
    assert f"/clients/{account.slug}/key/" in browse(browser, account).content.decode()


def test_what_is_wrong_with_one_contact_stands_in_its_row(
    browser: Client, account: ClientAccount, service: Service, one_by_one: None
) -> None:
    page = browse(browser, account)
    deleted, broken = shown_ids(page)[:2]
    service.fault(path=f"/subscriber/{deleted}", status=404, body='["gone"]', always=True)
    service.fault(path=f"/subscriber/{broken}", status=200, body="<html>", always=True)
    for rows in (read_rows(browser, account, page), browse(browser, account, "rows=all").content.decode()):
        row = {found: rows.partition(f'id="contact-{found}"')[2].partition("</tr>")[0] for found in (deleted, broken)}
        assert "Deleted since the list was loaded." in row[deleted]
        assert "<a " not in row[deleted]
        assert "KlickTipp answered in a way that cannot be understood." in row[broken]
        assert "1 contact of this page could not be read." in rows
        assert rows.count("outcome-done") > 15


def test_refused_access_is_told_once(browser: Client, account: ClientAccount, service: Service) -> None:
    page = browse(browser, account)
    service.fault(path="/subscriber/*", status=403, body='["API access denied."]', always=True)
    for rows in (read_rows(browser, account, page), browse(browser, account, "rows=all").content.decode()):
        assert rows.count("KlickTipp refuses the access.") == 1
        assert rows.count("Not loaded.") == PAGE_SIZE
        assert "Try again" in rows


# --- The log ---


def test_one_page_is_one_action_that_only_reads(browser: Client, account: ClientAccount, owner: Any) -> None:
    page = browse(browser, account, "status=subscribed")
    read_rows(browser, account, page)
    who = f"{owner.user} looked through the contacts of Harbour Lane Coffee"
    assert sentences(account) == [f"{who} (subscribed; page 1)"]
    entries = AuditEntry.objects.filter(account_id=account.pk)
    assert entries.count() == 2
    assert {entry.kind for entry in entries} == {Kind.READ}
    subjects = AuditSubject.objects.filter(kind=SubjectKind.CONTACT)
    assert set(subjects.values_list("label", flat=True)) == set(shown_ids(page))

    second = browse(browser, account, f"{page.context['here']}&page=2")
    read_rows(browser, account, second)
    read_rows(browser, account, second)
    read_rows(browser, account, page)
    assert sentences(account)[1:] == [f"{who} (subscribed; page {n})" for n in (2, 2, 1)]


def test_the_log_says_it_in_german(browser: Client, account: ClientAccount, owner: Any) -> None:
    owner.user.language = "de"
    owner.user.save()
    page = browse(browser, account, "status=pending&bounce=nobounce")
    rows = read_rows(browser, account, page)
    assert "Opt-in ausstehend" in as_typed(rows)
    assert "(Opt-in ausstehend, kein Bounce; Seite 1)" in sentences(account)[0]
    assert "looked through" not in browser.get(f"/t/{account.team.slug}/log/").content.decode()
    assert "(Opt-in ausstehend, kein Bounce; Seite 1)" in html(browser.get(f"/t/{account.team.slug}/log/?kind=any"))


# --- What it costs ---


def test_the_page_takes_the_same_few_queries_however_long_the_list(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    def queries(*ids: int) -> int:
        has_ids(service, *ids)
        page = browse(browser, account)
        with CaptureQueriesContext(connection) as captured:
            browser.get(url(account, f"browse/?{page.context['here']}"))
        return len(captured)

    queries(1)
    assert queries(1) == queries(*range(1, 1000)) < 12


def test_rows_go_out_as_they_come(browser: Client, account: ClientAccount, service: Service, one_by_one: None) -> None:
    page = browse(browser, account)
    last = shown_ids(page)[0]
    service.fault(path=f"/subscriber/{last}", delay_ms=1000)
    answer = browser.post(url(account, "browse/rows/"), hidden(page), headers=HX)
    parts = [part.decode() for part in answer.streaming_content]
    assert f"contact-{last}" not in parts[0]
    assert len(parts) == PAGE_SIZE + 1


def test_who_goes_away_stops_what_was_not_sent_yet(
    browser: Client, account: ClientAccount, service: Service, one_by_one: None
) -> None:
    page = browse(browser, account)
    answer = browser.post(url(account, "browse/rows/"), hidden(page), headers=HX)
    parts = answer._iterator
    next(parts)
    parts.close()
    assert len(service.paths()) < PAGE_SIZE
    assert not AuditEntry.objects.filter(outcome="pending").exists()
