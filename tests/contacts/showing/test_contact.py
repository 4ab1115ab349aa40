"""The page of a contact: everything that KlickTipp and the portal know of it."""

import json
import re
import time
from typing import Any
from uuid import uuid4

import pytest
from django.core import serializers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from integrations.audit.models import AuditEntry, AuditSubject, Kind
from integrations.audit.sentences import tell
from integrations.audit.subjects import Subject, SubjectKind, hash_subject, newest_key_version
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.contacts.showing.timeline import picture_of
from tests.contacts.showing.test_find import find, recent, url
from tests.factories import ClientAccountFactory, MembershipFactory, OriginFactory
from tests.facts import CONTACT
from tests.pages import main_words
from tests.service import Service

HX = {"HTTP_HX_REQUEST": "true"}


def answer_with(service: Service, **changed: Any) -> None:
    service.fault(path="/subscriber/1", body=json.dumps(CONTACT | changed))


def show(browser: Client, account: ClientAccount, contact_id: object = 1) -> Any:
    return browser.get(url(account, f"{contact_id}/"))


def opened(browser: Client, account: ClientAccount, address: str) -> Any:
    return browser.get(find(browser, account, address).url)


def test_everything_in_the_answer_is_on_the_page(browser: Client, account: ClientAccount, service: Service) -> None:
    answer_with(
        service,
        ip="203.0.113.7",
        optin_ip="203.0.113.8",
        unsubscription="12.11.2025",
        unsubscription_ip="203.0.113.9",
        referrer="https://example.com/form",
        sms_unsubscription="13.11.2025",
        sms_referrer="sms form",
    )
    words = main_words(show(browser, account))
    for text in (
        "Alex Example",
        "t1@example.com",
        "+49 6821 1034234",
        "203.0.113.7",
        "203.0.113.8",
        "203.0.113.9",
        "https://example.com/form",
        "sms form",
        "Opt-in process 12345",
        "Signed up 25/09/2025",
        "Unsubscribed 12/11/2025",
        "Unsubscribed 13/11/2025",
        "Custom Field Value",
        "Birthday 07/12/1993",
        "Tag 17 25/09/2025 19:39",
        "Tag 21 06/10/2025 14:27",
        "Campaigns 2",
        "Notification email clicked Email 45",
        "Campaign finished Campaign 6",
        "18 events as a table",
    ):
        assert text in words, text
    assert service.paths() == ["GET /subscriber/1"]


def test_statuses_and_bounces_are_in_plain_words(browser: Client, account: ClientAccount, service: Service) -> None:
    answer_with(service, status="Opt-In Pending", bounce="Soft Bounce", sms_status="Unsubscribed", sms_bounce="Strange")
    words = main_words(show(browser, account))
    assert "opt-in pending soft bounce: a message could not be delivered" in words
    assert "unsubscribed Strange" in words


@pytest.mark.parametrize(
    ("written", "in_english", "in_german"),
    [
        ("25.09.2025", "Signed up 25/09/2025 ", "Angemeldet 25.09.2025 "),
        ("28.12.2024 22:52:09", "Signed up 28/12/2024 23:52", "Angemeldet 28.12.2024 23:52"),
        ("2025-04-22T08:26:37.000Z", "Signed up 22/04/2025 10:26", "Angemeldet 22.04.2025 10:26"),
        ("1758821945", "Signed up 25/09/2025 19:39", "Angemeldet 25.09.2025 19:39"),
        ("the other day", "Signed up the other day", "Angemeldet the other day"),
    ],
)
def test_dates_are_in_the_readers_format(
    browser: Client, account: ClientAccount, service: Service, written: str, in_english: str, in_german: str
) -> None:
    user = account.team.memberships.get().user
    for language, told in (("en-gb", in_english), ("de", in_german)):
        user.language = language
        user.save()
        answer_with(service, date=written, sms_phone="", sms_status="")
        assert told in main_words(show(browser, account))


def test_tags_fields_and_opt_in_process_are_named(browser: Client, account: ClientAccount, lists: None) -> None:
    page = opened(browser, account, "dario.jansson3@klick-tipp.team")
    words = main_words(page)
    assert "Manual tags Newsletter 16/09/2025 12:00" in words
    assert "Opt-in process Webinar" in words
    assert "Customer number C-0003" in words
    assert "13 empty fields" in words


def test_numbers_that_may_be_dates_lead_to_where_types_are_set(
    browser: Client, account: ClientAccount, lists: None
) -> None:
    before = main_words(opened(browser, account, "dario.jansson3@klick-tipp.team"))
    assert "4 numbers may be dates, times or something else" in before
    account.field_settings.update(type="number")
    assert "may be dates" not in main_words(opened(browser, account, "dario.jansson3@klick-tipp.team"))


def test_a_tag_without_a_date_is_there_all_the_same(browser: Client, account: ClientAccount, service: Service) -> None:
    answer_with(service, tags=["17", "18", "99"])
    assert "Further tags, without a date Tag 99" in main_words(show(browser, account))


# --- Names that are not known yet ---


def test_names_are_loaded_into_their_places(browser: Client, account: ClientAccount, service: Service) -> None:
    page = opened(browser, account, "dario.jansson3@klick-tipp.team")
    contact_id = page.context["contact_id"]
    (tag_id,) = page.context["contact"].contact.manual_tags
    assert f"Tag {tag_id}" in main_words(page)
    assert f'class="tag-name name-tags-{tag_id}"' in page.content.decode()
    load_url = url(account, f"{contact_id}/names/tags/")
    assert f'hx-post="{load_url}"' in page.content.decode()

    answer = browser.post(load_url, {"id": [tag_id, "4711", "<b>"]}, **HX).content.decode()

    assert f'<span hx-swap-oob="innerHTML:.name-tags-{tag_id}">Newsletter</span>' in answer
    assert "4711" not in answer
    assert "<b>" not in answer
    assert "<form" not in answer
    sentence = AuditEntry.objects.latest("number")
    assert tell(sentence.sentence, sentence.parameters).endswith("for the page of a contact")
    assert f"Tag {tag_id}" not in main_words(show(browser, account, contact_id))


def test_with_the_names_of_the_fields_come_the_empty_ones(browser: Client, account: ClientAccount) -> None:
    page = opened(browser, account, "dario.jansson3@klick-tipp.team")
    assert "empty field" not in main_words(page)
    filled = list(page.context["contact"].contact.fields)
    load_url = url(account, f"{page.context['contact_id']}/names/fields/")
    answer = browser.post(load_url, {"id": filled}, **HX).content.decode()
    assert 'id="empty-fields" hx-swap-oob="true"' in answer
    assert "13 empty fields" in answer
    assert ".name-fields-fieldFirstName" in answer


def test_without_javascript_the_page_is_opened_again(browser: Client, account: ClientAccount) -> None:
    answer = browser.post(url(account, "7/names/optin_processes/"), {"id": "1"})
    assert (answer.status_code, answer.url) == (302, url(account, "7/"))
    assert account.snapshots.get().kind == ReferenceKind.OPTIN_PROCESSES
    assert browser.post(url(account, "7/names/nonsense/")).status_code == 404


def test_a_list_that_does_not_come_can_be_tried_again(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    service.fault(path="/tag", status=403, body='["API access denied."]')
    answer = browser.post(url(account, "7/names/tags/"), {"id": ["17"]}, **HX).content.decode()
    assert "The list could not be loaded. KlickTipp refuses the access." in answer
    assert 'hx-trigger="submit"' in answer
    assert 'name="id" value="17"' in answer


# --- Contacts that are different ---


def test_with_only_an_sms_number_it_is_said_what_cannot_be_done(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    answer_with(service, email="", status="", bounce="")
    words = main_words(show(browser, account))
    assert "This contact has an SMS number only." in words
    assert "No email address." in words
    answer_with(service)
    assert "SMS number only" not in main_words(show(browser, account))


def test_an_empty_contact_has_a_page(browser: Client, account: ClientAccount, service: Service) -> None:
    service.fault(path="/subscriber/1", body='{"id": 1}')
    words = main_words(show(browser, account))
    for text in ("Contact 1", "The contact has no tags.", "No data field is filled in.", "KlickTipp tells nothing yet"):
        assert text in words


def test_values_are_escaped(browser: Client, account: ClientAccount, service: Service) -> None:
    bad = "\"'><script>alert(1)</script>"
    service.fault(path="/tag", body=json.dumps({"17": bad}))
    service.fault(path="/field", body=json.dumps({"fieldFirstName": bad, f"field{bad}": bad}))
    service.fault(path="/list", body=json.dumps({"12345": bad}))
    service.fault(path="/list/12345", status=500, body="")
    answers = [
        browser.post(url(account, f"1/names/{kind}/"), {"id": ["17", "12345", "fieldFirstName", f"field{bad}"]}, **HX)
        for kind in ReferenceKind
    ]
    texts = ("email", "status", "bounce", "date", "ip", "referrer", "sms_phone", "sms_status", "fieldFirstName")
    answer_with(service, **dict.fromkeys(texts, bad), **{f"field{bad}": bad, "fieldLong": bad * 100})
    page = show(browser, account)
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)" in page.content.decode()
    for answer in (page, *answers, browser.get(url(account))):
        assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("seconds", [0, -62135596800, 253402300799])
def test_the_earliest_and_the_latest_time_are_shown(
    browser: Client, account: ClientAccount, service: Service, seconds: int
) -> None:
    answer_with(service, emails_sent={"1": seconds} | {str(number): 1758822769 for number in range(2, 6)})
    page = show(browser, account)
    assert page.status_code == 200
    assert "<circle" in page.content.decode()


def test_the_counters_count_what_the_picture_shows(browser: Client, account: ClientAccount) -> None:
    page = opened(browser, account, "dario.jansson3@klick-tipp.team")
    contact = page.context["contact"]
    lanes = {str(label): number for label, number in contact.counts}
    assert sum(lanes.values()) == len(contact.events)
    assert list(lanes) == [str(lane.label) for lane in contact.picture.lanes]


def test_a_few_events_are_a_list_from_the_start(browser: Client, account: ClientAccount, service: Service) -> None:
    events = json.dumps({"id": 1, "date": "25.09.2025", "emails_sent": {"1": 1758822769, "2": 1768822769}})
    service.fault(path="/subscriber/1", body=events)
    assert '<details class="folded" open>' in show(browser, account).content.decode()


def test_events_of_one_moment_make_no_picture(browser: Client, account: ClientAccount, service: Service) -> None:
    assert picture_of([]) is None
    service.fault(path="/subscriber/1", body='{"id": 1, "date": "25.09.2025", "optin": "25.09.2025"}')
    page = show(browser, account)
    assert "2 events as a table" in main_words(page)
    assert "timeline" not in page.content.decode()


def test_a_day_without_a_time_stands_before_all_of_that_day(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    half_past_midnight = 1758753000  # in Berlin, on the day before in UTC
    answer = {"id": 1, "date": "25.09.2025", "optin": "25.09.2025", "manual_tags": {"17": half_past_midnight}}
    service.fault(path="/subscriber/1", body=json.dumps(answer))
    events = show(browser, account).context["contact"].events
    assert [str(event.what) for event in events] == ["Tag set", "Opt-in confirmed", "Signed up"]


def test_coordinates_have_a_point_in_every_language(browser: Client, account: ClientAccount) -> None:
    user = account.team.memberships.get().user
    user.language = "de"
    user.save()
    page = opened(browser, account, "dario.jansson3@klick-tipp.team").content.decode()
    picture = page.partition('<svg class="timeline"')[2].partition("</svg>")[0]
    numbers = re.findall(r'(?<![\w-])(?:cx|cy|r|x|y|x1|x2|y1|y2|height)="([^"]+)"', picture)
    assert len(numbers) > 50
    assert [number for number in numbers if not re.fullmatch(r"[0-9.]+%?", number)] == []


# --- A big one ---


def big_contact() -> dict[str, Any]:
    moments = {str(number): str(1600000000 + number * 40000) for number in range(1, 501)}
    return CONTACT | {
        "manual_tags": moments,
        "emails_sent": moments,
        "emails_opened": moments,
        "campaigns_started": moments,
        **{f"field{number}": f"Value {number}" for number in range(1, 301)},
    }


def test_a_big_contact_stays_quick_readable_and_has_as_many_queries(
    browser: Client, account: ClientAccount, service: Service, lists: None
) -> None:
    answer_with(service)
    show(browser, account)
    answer_with(service)
    with CaptureQueriesContext(
        connection,
    ) as small:
        show(browser, account)
    service.fault(path="/subscriber/1", body=json.dumps(big_contact()))
    with CaptureQueriesContext(connection) as big:
        before = time.process_time()
        page = show(browser, account)
        took = time.process_time() - before
    assert len(big) <= len(small) + 8, "what its fields teach about their types is written in few steps"
    assert took < 2
    words = page.content.decode()
    assert words.count("<circle") < 6 * 102
    assert 'data-filter-list="manual-tags"' in words
    assert 'data-filter-list="field-list"' in words
    assert len(words) < 1_500_000


# --- The log ---


def test_opening_is_a_read_with_a_sentence_and_subjects(browser: Client, account: ClientAccount) -> None:
    page = opened(browser, account, "dario.jansson3@klick-tipp.team")
    entry = AuditEntry.objects.latest("number")
    assert entry.kind == Kind.READ
    assert tell(entry.sentence, entry.parameters).endswith(
        "looked at the contact d•••@klick-tipp.team of Harbour Lane Coffee"
    )
    labels = set(AuditSubject.objects.filter(entry_id=entry.pk).values_list("label", flat=True))
    assert labels == {page.context["contact_id"], "d•••@klick-tipp.team", "0049•••03"}
    everything = serializers.serialize("json", [*AuditEntry.objects.all(), *AuditSubject.objects.all()])
    assert "dario" not in everything.casefold()
    assert "jansson" not in everything.casefold()


def test_a_contact_that_the_log_does_not_know_is_named_by_its_id(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    sentences = []
    for _ in range(2):
        answer_with(service)
        show(browser, account)
        entry = AuditEntry.objects.latest("number")
        sentences.append(tell(entry.sentence, entry.parameters))
    assert "looked at the contact 1 of" in sentences[0]
    assert "looked at the contact t•••@example.com of" in sentences[1]


def test_another_clients_contact_of_the_same_id_lends_no_label(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    answer_with(service)
    show(browser, account)
    other = ClientAccountFactory(team=account.team, customer_key=service.customer_keys[1])
    answer_with(service, email="other@example.com")
    show(browser, other)
    entry = AuditEntry.objects.latest("number")
    assert entry.parameters["contact"] == "1"


def add(browser: Client, account: ClientAccount, email: str) -> str:
    typed = {
        "action": str(uuid4()),
        "email": email,
        "basis": "consent",
        "source": "Trade fair",
        "obtained_on": "2026-11-01",
    }
    answer = browser.post(url(account, "add/"), typed)
    assert answer.status_code == 302
    return str(browser.get(answer.url).context["added"].contact_id)


def test_after_an_add_one_goes_on_to_the_contact_and_reads_where_it_came_from(
    browser: Client, account: ClientAccount
) -> None:
    contact_id = add(browser, account, "rainer@klick-tipp.team")
    add(browser, account, "somebody.else@klick-tipp.team")
    added = AuditEntry.objects.filter(operation="add_or_update_contact").earliest("number")
    assert url(account, f"{contact_id}/") in browser.get(url(account, f"added/{added.action}/")).content.decode()

    page = show(browser, account, contact_id)
    words = main_words(page)
    assert "Consent of the person: Trade fair (01/11/2026)" in words
    assert "added r•••@klick-tipp.team to Harbour Lane Coffee" in words
    assert "s•••@" not in words

    link = re.search(r'href="(/t/[^"]+subject:[^"]+)"', page.content.decode())
    assert link
    assert "rainer" not in link[1]
    log = browser.get(link[1].replace("&amp;", "&"))
    told = [action.sentence for action in log.context["actions"]]
    assert len(told) == 3, "looked up and added, now opened"
    assert all("r•••@klick-tipp.team" in sentence for sentence in told)
    assert "Only what is about this contact:" in main_words(log)


def test_every_origin_of_the_contact_is_told(browser: Client, account: ClientAccount, service: Service) -> None:
    hashed = hash_subject(Subject(SubjectKind.SMS, CONTACT["sms_phone"]), account.team_id, newest_key_version())
    OriginFactory(account=account, contact_id="1", source="Order 1")
    OriginFactory(account=account, subject_hash=hashed, source="Phone call")
    OriginFactory(account=account, contact_id="2", source="Somebody else's")
    OriginFactory(account=ClientAccountFactory(team=account.team), contact_id="1", source="Another client's")
    answer_with(service)
    words = main_words(show(browser, account))
    assert "Order 1" in words
    assert "Phone call" in words
    assert "else&#x27;s" not in words
    assert "client&#x27;s" not in words


def test_a_contact_that_is_gone_says_so_with_what_the_log_knows(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    contact_id = add(browser, account, "rainer@klick-tipp.team")
    show(browser, account, contact_id)
    assert recent(browser, account) == ["rainer@klick-tipp.team"]
    service.fault(path=f"/subscriber/{contact_id}", status=404, body='["There is no such entity."]')
    page = show(browser, account, contact_id)
    words = main_words(page)
    assert page.status_code == 404
    assert f"KlickTipp has no contact {contact_id}" in words
    assert "Consent of the person: Trade fair" in words
    assert "added r•••@klick-tipp.team to Harbour Lane Coffee" in words
    assert recent(browser, account) == []


@pytest.mark.parametrize("contact_id", ["0", "1" * 20])
def test_what_can_be_no_id_is_not_there(
    browser: Client, account: ClientAccount, service: Service, contact_id: str
) -> None:
    assert show(browser, account, contact_id).status_code == 404
    assert service.paths() == []


def test_a_failure_is_explained_with_the_way_to_try_again(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    service.fault(path="/subscriber/1", status=403, body='["API access denied."]')
    page = show(browser, account)
    assert page.status_code == 422
    assert "KlickTipp refuses the access." in main_words(page)
    assert "Try again" in main_words(page)
    assert recent(browser, account) == []


def test_without_a_key_nothing_is_asked(browser: Client, account: ClientAccount, service: Service) -> None:
    account.credentials.all().delete()
    assert "This client has no customer key" in main_words(show(browser, account))
    assert service.paths() == []


def test_a_log_entry_leads_to_the_contact_for_those_who_see_the_client(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    answer_with(service)
    show(browser, account)
    entry = AuditEntry.objects.latest("number")
    entry_url = f"/t/{account.team.slug}/log/{entry.number}/"
    assert f'href="{url(account, "1/")}?entry={entry.number}"' in browser.get(entry_url).content.decode()

    auditor = Client()
    auditor.force_login(MembershipFactory(team=account.team, role=Role.AUDITOR).user)
    page = auditor.get(entry_url)
    assert "contact ID: 1" in main_words(page)
    assert url(account, "1/") not in page.content.decode()

    was_there = url(account, "1/")
    account.delete()
    page = browser.get(entry_url)
    assert "contact ID: 1" in main_words(page)
    assert was_there not in page.content.decode()


@pytest.mark.parametrize("hashes", ["0" * 64, f"{'0' * 64},{'1' * 64}"])
def test_the_log_of_nobody_is_empty(browser: Client, account: ClientAccount, service: Service, hashes: str) -> None:
    answer_with(service)
    show(browser, account)
    log = browser.get(f"/t/{account.team.slug}/log/?q=kind:any+subject:{hashes}")
    assert log.status_code == 200
    assert "Nothing about this contact" in main_words(log)
