"""The add-contact form, spoken to over Django's client; KlickTipp is the sandbox."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from integrations.audit.models import AuditEntry, Outcome
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from integrations.contacts.models import Origin
from integrations.klicktipp import KlickTipp
from tests.factories import MembershipFactory, OriginFactory, actor
from tests.pages import errors, main_words, words
from tests.service import Service

Page = Any


def url(account: ClientAccount, rest: str = "add/") -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/contacts/{rest}"


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "action": str(uuid4()),
        "email": "rainer@klick-tipp.team",
        "shown": ["fieldFirstName", "fieldLastName"],
        "basis": "consent",
        "source": "Trade fair",
        "obtained_on": "2026-11-01",
    } | fields


def send(browser: Client, account: ClientAccount, **fields: Any) -> Page:
    return browser.post(url(account), typed(**fields))


def shown_by(page: Page) -> dict[str, str]:
    """What a page or fragment has the form give back of the lookup, and of the preview."""
    return dict(re.findall(r'name="(looked|seen)" value="([^"]+)"', page.content.decode()))


def look(browser: Client, account: ClientAccount, email: str) -> Page:
    """What stands below the address when it has been typed."""
    return browser.post(url(account, "add/lookup/"), {"email": email}, headers={"HX-Request": "true"})


def send_as_seen(browser: Client, account: ClientAccount, form: dict[str, Any]) -> Page:
    """Send the form for a contact that is there, and once more after what would change was shown."""
    preview = browser.post(url(account), form)
    assert preview.context["page"].preview.differences is not None
    return browser.post(url(account), form | shown_by(preview))


def tag_ids(account: ClientAccount) -> dict[str, int]:
    return {tag["name"]: tag["id"] for tag in load(account, ReferenceKind.TAGS, actor()).items}


def test_a_contact_is_added_and_the_page_tells_id_status_tags_and_log(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    tags = tag_ids(account)
    answer = send(browser, account, tags=[tags["Newsletter"], tags["VIP"]], fieldFirstName="Rainer")

    page = browser.get(answer.url)
    words = page.content.decode()
    entry = AuditEntry.objects.get(operation="add_or_update_contact")
    assert entry.answer["contact_id"] in words
    assert "Newsletter" in words
    assert "VIP" in words
    assert "opt-in pending" in words
    assert f"/log/action/{entry.action}/" in words
    assert "rainer@klick-tipp.team has been added." in words
    assert "Data fields sent First name" in main_words(page)
    assert "<dd>Rainer</dd>" not in words, "values are nowhere kept"
    assert "rainer@klick-tipp.team" in browser.get(answer.url).content.decode()
    browser.force_login(MembershipFactory(team=account.team, role=Role.EDITOR).user)
    assert "rainer@klick-tipp.team" not in browser.get(answer.url).content.decode(), "the portal keeps only a hash"
    assert [call for call in service.paths() if call.startswith("POST")] == [
        "POST /subscriber/search",
        "POST /subscriber",
        "POST /subscriber/tag",
    ]


def test_where_the_contact_comes_from_is_kept(browser: Client, account: ClientAccount) -> None:
    send(browser, account, basis="existing_customer", source="Order 4711", obtained_on="2026-10-31")
    origin = Origin.objects.get()
    entry = AuditEntry.objects.get(operation="add_or_update_contact")
    assert (origin.basis, origin.source, str(origin.obtained_on)) == ("existing_customer", "Order 4711", "2026-10-31")
    assert (origin.contact_id, origin.action) == (entry.answer["contact_id"], entry.action)


def test_a_new_tag_is_created_and_set(browser: Client, account: ClientAccount, service: Service) -> None:
    answer = send(browser, account, tags_new="  Herbst 2026 ")
    assert "Herbst 2026" in browser.get(answer.url).content.decode()
    assert service.paths()[-2:] == ["POST /tag", "POST /subscriber"]
    assert AuditEntry.objects.get(operation="create_tag").request == {"name": "Herbst 2026"}


@pytest.mark.parametrize("load_the_list_first", [True, False])
def test_a_new_tag_that_exists_already_is_used(
    browser: Client, account: ClientAccount, service: Service, load_the_list_first: bool
) -> None:
    if load_the_list_first:
        tag_ids(account)
    assert send(browser, account, tags_new="newsletter").status_code == 302
    entry = AuditEntry.objects.get(operation="add_or_update_contact")
    names = {tag["id"]: tag["name"] for tag in ReferenceSnapshot.objects.get(kind=ReferenceKind.TAGS).items}
    assert names[entry.request["tag_id"]] == "Newsletter"


def test_a_failure_to_set_the_further_tags_is_told_as_such(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    tags = tag_ids(account)
    service.fault(path="/subscriber/tag", status=406, body='{"error": 9}')
    answer = send(browser, account, tags=[tags["Newsletter"], tags["VIP"]])
    words = browser.get(answer.url).content.decode()
    assert "The contact is in KlickTipp, but further tags could not be set." in words
    assert "The contact is not subscribed." in words
    assert words.index("Tags not set") < words.index("VIP", words.index("Tags not set"))
    assert "Try the tagging again" not in words


def test_further_tags_can_be_tried_again_where_that_can_help(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    tags = tag_ids(account)
    service.fault(path="/subscriber/tag", status=406, body='{"error": 12}')
    answer = send(browser, account, tags=[tags["Newsletter"], tags["VIP"]])
    words = browser.get(answer.url).content.decode()
    contact_id = AuditEntry.objects.get(operation="add_or_update_contact").answer["contact_id"]
    assert f'/tags/tagging/?contact={contact_id}&amp;tags={tags["VIP"]}"' in words


def test_further_tags_of_which_it_is_not_known_are_not_told_as_refused(
    browser: Client, account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    tags = tag_ids(account)
    service.fault(path="/subscriber/tag", close="after", always=True)
    answer = send(browser, account, tags=[tags["Newsletter"], tags["VIP"]])
    words = browser.get(answer.url).content.decode()
    assert "It is not known whether it got the further tags." in words
    assert "Tags, perhaps set" in words
    assert "Tags not set" not in words


def test_no_text_is_cut_short_by_the_browser(browser: Client, account: ClientAccount) -> None:
    assert "maxlength" not in browser.get(url(account)).content.decode()


def test_without_a_key_the_page_offers_to_store_one_instead_of_the_form(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    account.credentials.all().delete()
    words = browser.get(url(account)).content.decode()
    assert f"/clients/{account.slug}/key/" in words
    assert "<form class=" not in words.partition("<main")[2]
    assert service.received() == []


def test_known_lists_are_there_at_once_also_without_javascript(browser: Client, account: ClientAccount) -> None:
    for kind in ReferenceKind.values:
        browser.get(url(account, f"add/choices/{kind}/"), headers={"HX-Request": "true"})
    words = browser.get(url(account)).content.decode()
    assert "Newsletter" in words
    assert '<select class="form-select" name="optin_process"' in words


def test_only_filled_data_fields_are_sent(browser: Client, account: ClientAccount) -> None:
    send(
        browser,
        account,
        shown=["fieldFirstName", "fieldLastName", "fieldCompanyName", "fieldBirthday"],
        fieldCompanyName="Baumeister <b>GmbH</b> 🏔",
        fieldBirthday="2024-05-08",
        fieldLastName="",
        fieldCity="not shown, so not sent",
    )
    entry = AuditEntry.objects.get(operation="add_or_update_contact")
    assert entry.outcome == Outcome.DONE
    assert entry.request["fields"] == ["fieldBirthday", "fieldCompanyName"]


def test_a_further_data_field_keeps_what_was_typed_and_checks_nothing(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = browser.post(url(account, "add/field/"), typed(email="half@", further_field="fieldCity", source=""))
    assert page.status_code == 200
    assert page.context["form"].shown == ["fieldFirstName", "fieldLastName", "fieldCity"]
    assert 'value="half@"' in page.content.decode()
    assert "is-invalid" not in page.content.decode()
    fragment = browser.post(
        url(account, "add/field/"), typed(further_field="fieldCity"), headers={"HX-Request": "true"}
    )
    assert b"<html" not in fragment.content
    assert b'name="fieldCity"' in fragment.content
    assert service.received() == []


@pytest.mark.parametrize("chosen", [["fieldCity", "fieldZip"], "fieldCity, fieldZip", ["fieldCity", "x", "fieldZip"]])
def test_several_data_fields_are_shown_at_once(browser: Client, account: ClientAccount, chosen: Any) -> None:
    page = browser.post(url(account, "add/field/"), typed(further_field=chosen))
    assert page.context["form"].shown == ["fieldFirstName", "fieldLastName", "fieldCity", "fieldZip"]
    fragment = browser.post(url(account, "add/field/"), typed(further_field=chosen), headers={"HX-Request": "true"})
    assert fragment.content.count(b"data-focus") == 1
    assert b'data-focus="control"' in fragment.content.partition(b'value="fieldCity"')[0].rpartition(b"<div")[2]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"email": ""}, "email"),
        ({"email": "rainer@"}, "email"),
        ({"email": "rainer klick-tipp.team"}, "email"),
        ({"email": "a" * 300 + "@klick-tipp.team"}, "email"),
        ({"email": "rai\x00ner@klick-tipp.team"}, "email"),
        ({"email": "x" * 80 + "@klick-tipp.team"}, "email"),
        ({"obtained_on": "0001-01-01"}, "obtained_on"),
        ({"email": "", "sms_number": "0151 12345678"}, "sms_number"),
        ({"sms_number": "+49"}, "sms_number"),
        ({"sms_number": "+4915112345678901234"}, "sms_number"),
        ({"sms_number": "+999151123456"}, "sms_number"),
        ({"sms_number": "+49 151 CALL ME"}, "sms_number"),
        ({"sms_number": "+49151\t12345678\x07"}, "sms_number"),
        ({"optin_process": "one"}, "optin_process"),
        ({"optin_process": "-1"}, "optin_process"),
        ({"tags": ["1", "two"]}, "tags"),
        ({"tags": [",".join(str(n) for n in range(1, 60))]}, "tags"),
        ({"tags": ["9" * 40]}, "tags"),
        ({"tags": ["0" * 20 + "9" * 5_000]}, "tags"),
        ({"tags_new": "   "}, "tags"),
        ({"tags_new": "x" * 300}, "tags"),
        ({"tags_new": "bell\x07"}, "tags"),
        ({"fieldFirstName": "Rai\x1bner"}, "fieldFirstName"),
        ({"fieldFirstName": "x" * 65_536}, "fieldFirstName"),
        ({"shown": ["fieldWebsite"], "fieldWebsite": "klick-tipp"}, "fieldWebsite"),
        ({"shown": ["fieldLeadValue"], "fieldLeadValue": "-1.50"}, "fieldLeadValue"),
        ({"shown": ["fieldBirthday"], "fieldBirthday": "2026-02-31"}, "fieldBirthday"),
        ({"basis": ""}, "basis"),
        ({"basis": "telepathy"}, "basis"),
        ({"source": ""}, "source"),
        ({"source": "x" * 300}, "source"),
        ({"obtained_on": "yesterday"}, "obtained_on"),
        ({"obtained_on": (timezone.localdate() + timedelta(days=1)).isoformat()}, "obtained_on"),
        ({"email": "", "sms_number": "+4915112345678", "tags": ["1", "2"]}, "tags"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_sent(
    browser: Client, account: ClientAccount, service: Service, fields: dict[str, Any], at: str
) -> None:
    page = send(browser, account, **fields)
    assert list(errors(page)) == [at]
    assert page.content.decode().count('aria-invalid="true"') == 1
    assert service.received() == []


@pytest.mark.parametrize("value", ["31.02.2026", "2026-02-31", "8.5.2024", "soon"])
def test_a_day_that_its_control_cannot_show_comes_back_as_text(
    browser: Client, account: ClientAccount, value: str
) -> None:
    page = send(browser, account, source="", obtained_on=value, shown=["fieldBirthday"], fieldBirthday=value)
    text = page.content.decode()
    for name in ("obtained_on", "fieldBirthday"):
        assert re.search(rf'<input type="text" name="{name}" value="{re.escape(value)}"', text), name
    fresh = send(browser, account, source="", shown=["fieldBirthday"], fieldBirthday="2024-05-08").content.decode()
    for name in ("obtained_on", "fieldBirthday"):
        assert f'<input type="date" name="{name}"' in fresh, name


@pytest.mark.parametrize("number", ["+49 (151) 1234-5678", "0049 151 12345678"])
def test_sms_numbers_are_taken_in_both_forms(browser: Client, account: ClientAccount, number: str) -> None:
    assert send(browser, account, email="", sms_number=number).status_code == 302
    assert AuditEntry.objects.get(operation="add_or_update_contact").parameters["contact"] == "0049•••78"


def test_of_a_number_alone_heading_and_notice_say_the_same(browser: Client, account: ClientAccount) -> None:
    sent = send(browser, account, email="", sms_number="+4915112345678")
    told = words(browser.get(sent.url))
    assert f"Added to {account}, or updated there" in told
    assert "+49 1511 2345678 has been added, or updated if it was there before." in told


def test_html_and_emoji_are_shown_as_typed(browser: Client, account: ClientAccount) -> None:
    answer = send(browser, account, tags_new="<script>alert(1)</script> 🎉", source="<b>Fair</b>")
    words = browser.get(answer.url).content.decode()
    assert "<script>alert" not in words
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 🎉" in words
    assert "&lt;b&gt;Fair&lt;/b&gt;" in words


@pytest.mark.parametrize(
    ("fields", "at", "says"),
    [
        ({"email": "blocked@klick-tipp.team"}, "email", "is blocked"),
        ({"tags": ["99999999"]}, "tags", "The tag “99999999” is no longer in KlickTipp"),
        ({"optin_process": "99999999"}, "optin_process", "The opt-in process was not found"),
    ],
)
def test_a_refusal_stands_at_its_field_with_the_code_and_the_log(
    browser: Client, account: ClientAccount, fields: dict[str, Any], at: str, says: str
) -> None:
    page = send(browser, account, fieldFirstName="Rainer", **fields)
    assert says in errors(page)[at][0]
    words = page.content.decode()
    entry = AuditEntry.objects.get(operation="add_or_update_contact")
    assert f"Error code {entry.code}" in words
    assert f"/log/action/{entry.action}/" in words
    assert 'value="Rainer"' in words
    assert not Origin.objects.exists()
    assert f'value="{entry.action}"' not in words


def test_a_tag_that_was_created_before_a_refusal_is_told_and_used_the_next_time(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = send(browser, account, email="blocked@klick-tipp.team", tags_new="Herbst 2026")
    assert "The tag Herbst 2026 has been created all the same." in page.content.decode()
    assert send(browser, account, tags_new="Herbst 2026").status_code == 302
    assert AuditEntry.objects.filter(operation="create_tag", outcome=Outcome.DONE).count() == 1


def test_a_refused_data_field_is_marked_with_the_reason(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    refusal = '{"error": 8, "field": "City", "name": "fieldCity", "field_value": "x", "reason": "Too strange."}'
    service.fault(path="/subscriber", status=406, body=refusal)
    page = send(browser, account, shown=["fieldCity"], fieldCity="Zwiesel")
    assert errors(page) == {
        "fieldCity": ["KlickTipp does not take this as a line of text. In KlickTipp's words: “Too strange.”"]
    }


@pytest.mark.parametrize(
    ("fault", "says", "may_have_happened"),
    [
        ({"close": "before"}, "KlickTipp did not answer", True),
        ({"close": "after"}, "KlickTipp did not answer", True),
        ({"status": 200, "body": "<html>Maintenance</html>"}, "cannot be understood", True),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example"}}, "cannot be understood", False),
        ({"status": 429, "headers": {"Retry-After": "3600"}}, "KlickTipp is busy", False),
        ({"status": 403, "body": '["API access denied."]'}, "KlickTipp refuses the access", False),
    ],
)
def test_trouble_with_the_service_is_told_with_whether_it_may_have_happened(
    browser: Client,
    account: ClientAccount,
    service: Service,
    fault: dict[str, Any],
    says: str,
    may_have_happened: bool,
) -> None:
    service.fault(path="/subscriber", **fault)
    page = send(browser, account, fieldFirstName="Rainer")
    assert page.status_code == 422
    words = page.content.decode()
    assert says in words
    assert ("The contact may have been added all the same" in words) is may_have_happened
    assert ("No contact was added." in words) is not may_have_happened
    assert 'value="rainer@klick-tipp.team"' in words
    assert 'value="Rainer"' in words
    assert Origin.objects.exists() is may_have_happened
    expected = Outcome.UNKNOWN if may_have_happened else (Outcome.FAILED, Outcome.REFUSED)
    assert AuditEntry.objects.get(operation="add_or_update_contact").outcome in expected
    assert len([call for call in service.received() if call["path"] == "/subscriber"]) == 1


def test_a_slow_service_is_given_up_at_the_deadline(
    browser: Client, account: ClientAccount, service: Service, settings: Any
) -> None:
    settings.KLICKTIPP_PAGE_DEADLINE = 0.3
    service.fault(path="/subscriber", delay_ms=30_000)
    began = timezone.now()
    page = send(browser, account)
    assert timezone.now() - began < timedelta(seconds=20)
    assert "KlickTipp did not answer" in page.content.decode()
    assert AuditEntry.objects.get(operation="add_or_update_contact").outcome == Outcome.UNKNOWN


def test_an_unreachable_service_is_told_and_nothing_has_happened(
    browser: Client, account: ClientAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    settings.KLICKTIPP_URL = "http://127.0.0.1:9"
    page = send(browser, account, fieldFirstName="Rainer")
    words = page.content.decode()
    assert "KlickTipp cannot be reached." in words
    assert "No contact was added. Please try again in a few minutes." in words
    assert 'value="Rainer"' in words
    assert not Origin.objects.exists()
    assert {entry.outcome for entry in AuditEntry.objects.exclude(operation="")} == {Outcome.FAILED}


def test_without_a_key_the_page_says_what_to_do_and_the_log_knows(browser: Client, account: ClientAccount) -> None:
    account.credentials.all().delete()
    page = send(browser, account)
    assert "This client has no customer key." in page.content.decode()
    assert AuditEntry.objects.get(sentence="contacts.add").answer == {"problem": "not_connected"}


@pytest.mark.parametrize(("key", "says"), [("", "has no developer key yet"), ("not hex", "developer key is malformed")])
def test_a_missing_or_malformed_developer_key_is_told(
    browser: Client, account: ClientAccount, service: Service, settings: Any, key: str, says: str
) -> None:
    settings.KLICKTIPP_DEVELOPER_KEY = key
    assert says in send(browser, account).content.decode()
    assert service.received() == []


def test_a_double_submit_adds_once_and_both_end_on_the_same_page(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    form = typed()
    first = browser.post(url(account), form)
    second = browser.post(url(account), form)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert service.paths() == ["POST /subscriber/search", "POST /subscriber"]


def test_the_second_submit_is_known_as_such_also_if_it_looks_the_contact_up_meanwhile(
    browser: Client, account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, first = typed(fieldFirstName="Rainer"), []
    find_contact = KlickTipp.find_contact

    def and_be_overtaken(self: KlickTipp, email: str) -> str | None:
        if not first:
            first.append(None)
            first[0] = browser.post(url(account), form)
        return find_contact(self, email)

    monkeypatch.setattr(KlickTipp, "find_contact", and_be_overtaken)
    second = browser.post(url(account), form)
    assert first[0].status_code == second.status_code == 302
    assert second.url == first[0].url
    assert service.paths().count("POST /subscriber") == 1


def test_a_form_reached_by_back_with_another_person_is_not_mistaken_for_a_double_submit(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    form = typed()
    browser.post(url(account), form)
    page = browser.post(url(account), form | {"email": "other@klick-tipp.team"})
    assert page.status_code == 422
    words = page.content.decode()
    assert "sent before, so nothing was sent this time" in words
    assert "other@klick-tipp.team" in words
    assert form["action"] not in words.replace(f"/log/action/{form['action']}/", "")
    assert service.paths() == ["POST /subscriber/search", "POST /subscriber"]


def test_a_double_submit_while_the_new_tag_is_being_created_ends_on_the_first(
    browser: Client, account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, second = typed(tags_new="Herbst 2026"), []
    create_tag = KlickTipp.create_tag

    def and_submit_again(self: KlickTipp, name: str) -> int:
        second.append(browser.post(url(account), form))
        return create_tag(self, name)

    monkeypatch.setattr(KlickTipp, "create_tag", and_submit_again)
    first = browser.post(url(account), form)
    assert second[0].status_code == first.status_code == 302
    assert second[0].url == first.url
    assert service.paths() == ["POST /subscriber/search", "POST /tag", "POST /subscriber"]


def test_while_nothing_is_logged_yet_the_page_says_that_the_add_is_under_way(
    browser: Client, account: ClientAccount
) -> None:
    origin = OriginFactory(account=account)
    assert "Being added to" in browser.get(url(account, f"added/{origin.action}/")).content.decode()
    Origin.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert "Not added to" in browser.get(url(account, f"added/{origin.action}/")).content.decode()


def test_a_refused_form_that_is_sent_again_unchanged_comes_back_with_its_entries(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    form = typed(email="blocked@klick-tipp.team", fieldFirstName="Rainer")
    browser.post(url(account), form)
    page = browser.post(url(account), form)
    assert page.status_code == 422
    assert 'value="Rainer"' in page.content.decode()
    assert service.paths() == ["POST /subscriber/search", "POST /subscriber"]


def test_an_action_of_another_kind_is_no_add(browser: Client, account: ClientAccount) -> None:
    browser.post(f"/t/{account.team.slug}/clients/{account.slug}/key/test/")
    action = AuditEntry.objects.filter(operation="list_optin_processes").get().action
    assert browser.get(url(account, f"added/{action}/")).status_code == 404


def test_an_action_that_met_an_obstacle_cannot_be_used_for_somebody_else(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    form = typed()
    credential = account.credentials.get()
    credential.delete()
    browser.post(url(account), form)
    credential.save()
    page = browser.post(url(account), form | {"email": "other@klick-tipp.team"})
    assert page.status_code == 422
    assert service.received() == []
    entry = AuditEntry.objects.get(sentence="contacts.add")
    assert entry.action == UUID(form["action"])


def test_ids_that_are_not_in_the_list_stay_chosen(browser: Client, account: ClientAccount, service: Service) -> None:
    tag_ids(account)
    browser.get(url(account, "add/choices/optin_processes/"), headers={"HX-Request": "true"})
    words = send(browser, account, email="", tags=["815, 816"], optin_process="4711").content.decode()
    for value in ("815", "816", "4711"):
        assert re.search(rf'value="{value}"[^>]* (checked|selected)', words), value


def test_a_new_tag_alone_does_not_pass_for_the_list(browser: Client, account: ClientAccount) -> None:
    send(browser, account, email="blocked@klick-tipp.team", tags_new="Herbst 2026")
    assert not ReferenceSnapshot.objects.filter(kind=ReferenceKind.TAGS).exists()


def test_the_log_names_tags_fields_and_the_optin_process(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    tags = tag_ids(account)
    for kind in ("fields", "optin_processes"):
        browser.get(url(account, f"add/choices/{kind}/"), headers={"HX-Request": "true"})
    process = next(p for p in ReferenceSnapshot.objects.get(kind="optin_processes").items if p["name"])
    send(browser, account, tags=[tags["VIP"]], optin_process=process["id"], fieldFirstName="Rainer")
    entry = AuditEntry.objects.get(operation="add_or_update_contact")
    assert entry.parameters["optin_processes"] == [{"id": process["id"], "name": process["name"]}]
    assert entry.parameters["fields"] == [{"id": "fieldFirstName", "name": "First name"}]
    page = browser.get(f"/t/{account.team.slug}/log/{entry.number}/").content.decode()
    assert f"VIP ({tags['VIP']})" in page
    assert "First name (fieldFirstName)" in page
    assert f"({process['id']})" in page


def test_a_log_that_cannot_be_written_stops_everything(
    browser: Client, account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr("integrations.audit.recorder.store", broken)
    browser.raise_request_exception = False
    assert send(browser, account).status_code == 500
    assert service.received() == []


def test_the_form_names_the_client_and_begins_with_plain_inputs(browser: Client, account: ClientAccount) -> None:
    words = browser.get(url(account)).content.decode()
    assert re.search(r'id="send"\s*>Add contact to Harbour Lane Coffee</button>', words)
    assert "<title>Add contact to Harbour Lane Coffee" in words
    assert '<select class="form-select" name="optin_process"' not in words
    for where in ("choices/fields/", "choices/optin_processes/", "tags/picker/list/"):
        assert where in words


def test_another_contact_begins_with_what_goes_for_it_too(browser: Client, account: ClientAccount) -> None:
    process = load(account, ReferenceKind.OPTIN_PROCESSES, actor()).items[0]["id"]
    chosen = list(tag_ids(account).values())[:2]
    sent = typed(fieldCity="Zwiesel", shown=["fieldFirstName", "fieldCity"], tags=chosen, optin_process=str(process))
    added = browser.post(url(account), sent, follow=True)

    page = browser.get(f"{url(account)}?like={sent['action']}")

    assert f"{url(account)}?like={sent['action']}" in added.content.decode()
    form = page.context["form"]
    assert {name: form[name].value() for name in ("basis", "source", "obtained_on")} == {
        "basis": "consent",
        "source": "Trade fair",
        "obtained_on": "2026-11-01",
    }
    assert form["optin_process"].value() == str(process)
    assert form["tags"].value().ids == tuple(map(str, chosen))
    assert form.shown == ["fieldFirstName", "fieldLastName", "fieldCity"]
    assert not form["email"].value()
    assert not form["fieldCity"].value()
    assert "Zwiesel" not in page.content.decode()


@pytest.mark.parametrize("asked", ["", "nonsense", "9e4b7b0e-6c39-4c50-9f0f-0f3f2b1c7a55"])
def test_a_form_like_no_earlier_add_is_fresh_and_has_no_day(
    browser: Client, account: ClientAccount, asked: str
) -> None:
    form = browser.get(f"{url(account)}?like={asked}").context["form"]
    assert not form["obtained_on"].value()
    assert form.shown == ["fieldFirstName", "fieldLastName"]


def test_german(browser: Client, account: ClientAccount) -> None:
    response: HttpResponse = browser.get(url(account), headers={"Accept-Language": "de"})
    assert "Kontakt" in words(response)
    assert "Opt-in-Prozess" in words(response)
