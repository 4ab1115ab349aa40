"""Subscribing a contact with a listbuilding key."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from integrations.audit.errors import AlreadyStarted
from integrations.audit.models import AuditEntry, AuditSubject, KeyOwner, Kind, Outcome, SubjectKind
from integrations.audit.sentences import tell
from integrations.audit.subjects import Subject
from integrations.clients.calls.deadline import Deadline
from integrations.clients.models import ClientAccount
from integrations.contacts.adding.submission import NewContact, Provenance, Submission
from integrations.contacts.models import Origin
from integrations.klicktipp.transport import Answer, Transport
from integrations.listbuilding.models import ListbuildingKey
from integrations.listbuilding.signing_up import ByListbuildingKey
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress
from tests.factories import ListbuildingKeyFactory, errand
from tests.listbuilding.helpers import typed as form_of
from tests.pages import Page, errors, html, logged
from tests.service import Service

EMAIL = "rainer@klick-tipp.team"
SUBSCRIBE = "Subscribe the contact to Harbour Lane Coffee"
TAG_IS_SET = "Besides, KlickTipp sets the listbuilding key's tag, which can start campaigns."
LOOK, SIGN_UP = "POST /subscriber/search", "POST /subscriber/signin"


def typed(**fields: Any) -> dict[str, Any]:
    given = {
        "email": EMAIL,
        "shown": ["fieldFirstName", "fieldLastName"],
        "basis": "consent",
        "source": "Trade fair",
        "obtained_on": "2026-11-01",
    }
    return form_of(**given | fields)


def buttons(page: Page) -> list[tuple[str, str]]:
    """The class and the words of the page's large buttons that send the form."""
    found = re.findall(
        r'<button class="(btn btn-(?:primary|secondary))"(?: formaction="[^"]*/check/[^>]*)?>([^<]+)<', html(page)
    )
    return [(kind, text.strip()) for kind, text in found]


@pytest.fixture
def address(url: Any, key: ListbuildingKey) -> str:
    return str(url(f"listbuilding/{key.pk}/sign-up/"))


@pytest.fixture
def send(browser: Client, address: str) -> Any:
    def send(**fields: Any) -> Page:
        return browser.post(address, typed(**fields))

    return send


def test_the_page_says_what_it_starts_and_asks_where_the_contact_comes_from(
    browser: Client, address: str, service: Service
) -> None:
    page = html(browser.get(address))
    assert "That can send a confirmation email and start campaigns." in page
    assert "Through listbuilding, with the key “Website form”." in page
    assert "Why may this contact be added?" in page
    assert "Opt-in process and tags" not in page
    assert service.paths() == []


def test_a_contact_is_subscribed_and_the_page_tells_where_it_is_sent_on_to(
    send: Any, service: Service, key: ListbuildingKey, owner: Any
) -> None:
    page = send(fieldFirstName="Rainer")
    assert page.status_code == 200
    assert "Subscribed to Harbour Lane Coffee" in html(page)
    assert 'href="https://harbourlane.example.com/please-confirm" target="_blank" rel="noreferrer"' in html(page)
    assert "Consent of the person: Trade fair" in html(page)
    assert f"<dd>{EMAIL}</dd>" in html(page)
    contact_id = Origin.objects.get().contact_id
    assert service.paths() == [LOOK, SIGN_UP, LOOK, f"GET /subscriber/{contact_id}"]
    assert f'/contacts/{contact_id}/">Open the contact</a>' in html(page)
    assert "opt-in pending" in html(page)
    assert logged(operation="signin") == [
        f"{owner.user} subscribed r•••@klick-tipp.team to Harbour Lane Coffee with the listbuilding key Website form"
    ]


def test_the_log_names_the_key_by_its_last_four_and_the_person_by_a_hash(
    send: Any, key: ListbuildingKey, browser: Client, account: ClientAccount
) -> None:
    send(sms_number="+49 170 1234567", fieldFirstName="Rainer")
    entry = AuditEntry.objects.get(operation="signin")
    assert (entry.key_last_four, entry.key_owner, entry.kind) == (key.last_four, KeyOwner.LISTBUILDING, Kind.CHANGE)
    assert entry.request == {"fields": ["fieldFirstName"]}
    assert entry.answer == {}
    kept = repr(list(AuditEntry.objects.values_list()))
    for secret in (key.secret, EMAIL, "1701234567", "Rainer", "please-confirm"):
        assert secret not in kept
    subjects = AuditSubject.objects.filter(entry_id=entry.id)
    assert {subject.label for subject in subjects} == {"r•••@klick-tipp.team", "0049•••67"}
    shown = html(browser.get(f"/t/{account.team.slug}/log/{entry.number}/"))
    assert f'<dt>Listbuilding key</dt> <dd><span class="id whole">…{key.last_four}</span></dd>' in " ".join(
        shown.split()
    )


def test_no_account_key_goes_along(
    send: Any, key: ListbuildingKey, monkeypatch: pytest.MonkeyPatch, account: ClientAccount
) -> None:
    sent: list[dict[str, str]] = []

    def spy(transport: Transport, method: str, url: str, headers: dict[str, str], *rest: Any, **options: Any) -> Answer:
        sent.append(headers)
        return Answer(200, {}, b'[""]')

    account.credentials.all().delete()
    monkeypatch.setattr(Transport, "send", spy)
    assert send().status_code == 200
    assert not {"X-Un", "X-Ci", "Cookie"} & sent[0].keys()


def test_the_origin_is_kept(send: Any) -> None:
    send(basis="existing_customer", source="Order 4711", obtained_on="2026-10-31")
    origin = Origin.objects.get()
    assert (origin.basis, origin.source, str(origin.obtained_on)) == ("existing_customer", "Order 4711", "2026-10-31")
    assert origin.action == AuditEntry.objects.get(operation="signin").action


def test_an_sms_number_is_enough(send: Any) -> None:
    page = send(email="", sms_number="0049 170 1234567")
    assert page.status_code == 200
    assert "<dd>+491701234567</dd>" in html(page)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"sms_number": "0170 1234567"}, "sms_number"),
        ({"basis": ""}, "basis"),
        ({"source": ""}, "source"),
        ({"obtained_on": "2999-01-01"}, "obtained_on"),
        ({"shown": ["fieldLeadValue"], "fieldLeadValue": "1,5"}, "fieldLeadValue"),
    ],
)
def test_impossible_entries_are_told_at_the_field_and_nothing_is_sent(
    send: Any, service: Service, fields: dict[str, Any], field: str
) -> None:
    page = send(**fields)
    assert list(errors(page)) == [field]
    assert service.paths() == []
    assert not Origin.objects.exists()


@pytest.mark.parametrize(
    ("fields", "body", "field"),
    [
        ({"email": "unsubscribed@klick-tipp.team"}, None, "email"),
        ({}, '{"error": 5}', "email"),
        ({}, '{"error": 7}', "email"),
        ({}, '{"error": 30}', "email"),
        ({"sms_number": "+491701234567"}, '{"error": 9}', "sms_number"),
        ({"sms_number": "+491701234567"}, '{"error": 10, "code": 11}', "sms_number"),
        (
            {"fieldFirstName": "x"},
            '{"error": 8, "field": "First name", "name": "fieldFirstName", "field_value": "x", "reason": "Too short."}',
            "fieldFirstName",
        ),
    ],
)
def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(
    send: Any, service: Service, fields: dict[str, Any], body: str | None, field: str
) -> None:
    if body:
        service.fault(path="/subscriber/signin", status=406, body=body)
    page = send(**fields)
    if page.status_code == 200:
        page = send(**fields, seen=page.context["page"].preview.seen)
    assert list(errors(page)) == [field]
    assert "KlickTipp refused this; no contact was added." in html(page)
    assert 'value="Trade fair"' in html(page)
    assert not Origin.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"), [({}, "email"), ({"email": "", "sms_number": "0049 1701234567"}, "sms_number")]
)
def test_who_is_on_the_suppression_list_is_not_subscribed(
    send: Any, account: ClientAccount, service: Service, fields: dict[str, str], field: str
) -> None:
    listed = [Subject(SubjectKind.EMAIL, EMAIL.upper()), Subject(SubjectKind.SMS, "00491701234567")]
    suppress(errand(account), listed, Reason.ENTERED)

    page = send(**fields)

    assert list(errors(page)) == [field]
    assert "On the suppression list since" in errors(page)[field][0]
    assert "No contact was added." in html(page)
    assert 'value="Trade fair"' in html(page)
    assert service.paths() == []
    assert not Origin.objects.exists()
    entry = AuditEntry.objects.get(sentence="tools.signed_up")
    assert (entry.outcome, entry.answer) == (Outcome.REFUSED, {"problem": "suppressed"})


@pytest.mark.parametrize("code", [31, 402, 403])
def test_a_refusal_that_is_about_no_field_of_this_form_stands_above_it(send: Any, service: Service, code: int) -> None:
    service.fault(path="/subscriber/signin", status=406, body=f'{{"error": {code}}}')
    page = send()
    assert errors(page) == {}
    assert "No contact was added." in html(page)
    assert f"(Error code {code})" in html(page)


@pytest.mark.parametrize(("status", "body"), [(406, '{"error": 100}'), (401, '["x"]'), (403, '["API access denied."]')])
def test_an_unknown_key_is_said_in_its_own_words(send: Any, service: Service, status: int, body: str) -> None:
    service.fault(path="/subscriber/signin", status=status, body=body)
    page = html(send())
    assert "KlickTipp does not know this listbuilding key." in page
    assert "Copy the key from KlickTipp again and add it anew." in page
    assert "customer key is wrong" not in page


def test_a_key_that_klicktipp_repeats_does_not_reach_the_log(send: Any, service: Service, key: ListbuildingKey) -> None:
    service.fault(path="/subscriber/signin", status=406, body=f'["The key {key.secret} is unknown."]')
    assert key.secret not in html(send())
    assert AuditEntry.objects.get(operation="signin").answer["message"] == "The key ••• is unknown."


def test_an_error_500_may_mean_an_unknown_key(send: Any, service: Service) -> None:
    service.fault(path="/subscriber/signin", status=500, body="")
    page = send()
    assert "KlickTipp also answers like this when it does not know the listbuilding key." in html(page)
    assert "The contact may have been added all the same" in html(page)
    assert Origin.objects.count() == 1


def test_an_unknown_outcome_is_said_and_the_origin_stays(send: Any, service: Service) -> None:
    service.fault(path="/subscriber/signin", close="after")
    page = send()
    assert page.status_code == 422
    assert (
        "The contact may have been added all the same. The button “Check at KlickTipp” below tells it; please use it "
        "before you send this again."
    ) in html(page)
    assert "look it up in KlickTipp" not in html(page)
    assert f'value="{EMAIL}"' in html(page)
    assert Origin.objects.count() == 1
    assert AuditEntry.objects.get(operation="signin").outcome == Outcome.UNKNOWN


def test_a_key_that_cannot_be_decrypted_is_told_and_nothing_is_sent(
    send: Any, service: Service, key: ListbuildingKey
) -> None:
    ListbuildingKey.objects.update(encrypted_secret="lost")
    page = send()
    assert page.status_code == 422
    assert "The stored listbuilding key cannot be decrypted" in html(page)
    assert service.paths() == []
    assert not Origin.objects.exists()


def test_without_a_customer_key_it_says_what_it_cannot_know(
    send: Any, account: ClientAccount, service: Service
) -> None:
    account.credentials.all().delete()
    page = html(send())
    assert "Subscribed through listbuilding" in page
    assert "Whether it is in the account of Harbour Lane Coffee is not known." in page
    assert "without a customer key of the client the portal cannot look" in page
    assert "Subscribed to Harbour Lane Coffee" not in page
    assert service.paths() == [SIGN_UP]
    assert Origin.objects.get().contact_id == ""


def test_an_sms_number_alone_cannot_be_looked_up(send: Any, service: Service) -> None:
    page = html(send(email="", sms_number="+49 1511 2345678"))
    assert "KlickTipp's API offers no search by SMS number." in page
    assert service.paths() == [SIGN_UP]


def test_a_contact_that_cannot_be_looked_up_afterwards_is_subscribed_all_the_same(send: Any, service: Service) -> None:
    service.fault(path="/subscriber/search", status=404, body="[]")
    service.fault(path="/subscriber/search", status=403, body='["API access denied."]')
    page = html(send())
    assert "Whether it is in the account of Harbour Lane Coffee is not known." in page
    assert "KlickTipp refuses the access." in page
    assert Origin.objects.count() == 1


# --- Who is a contact already ---


def test_who_is_a_contact_already_is_updated_once_it_was_seen_what_changes(send: Any, service: Service) -> None:
    send(fieldFirstName="Rainer")
    before = len(service.paths())
    asked = send(fieldFirstName="Reiner")
    assert asked.status_code == 200
    assert f"{EMAIL} is a contact of Harbour Lane Coffee already" in html(asked)
    assert "Nothing was sent yet. This is what sending changes" in html(asked)
    assert 'value="Reiner"' in html(asked)
    assert service.paths()[before] == LOOK
    assert TAG_IS_SET in html(asked)
    assert "everything else stays as it is" not in html(asked)
    assert buttons(asked) == [("btn btn-primary", SUBSCRIBE)]
    assert SIGN_UP not in service.paths()[before:]
    other = send(fieldFirstName="Rainier", seen=asked.context["page"].preview.seen)
    assert other.context["page"].preview, "something else than what was seen"
    page = send(fieldFirstName="Reiner", seen=asked.context["page"].preview.seen)
    assert "Subscribed to Harbour Lane Coffee" in html(page)
    assert service.paths()[before:].count(SIGN_UP) == 1


def test_a_contact_that_stays_as_it_was_is_no_proof_of_anything(send: Any) -> None:
    send(fieldFirstName="Rainer")
    asked = send(fieldFirstName="Rainer")
    assert "Nothing was sent yet. Everything you typed stands there already; sending changes nothing of it." in html(
        asked
    )
    assert TAG_IS_SET in html(asked)
    assert "nothing would change" not in html(asked)
    page = html(send(fieldFirstName="Rainer", seen=asked.context["page"].preview.seen))
    assert f"{EMAIL} is a contact of Harbour Lane Coffee, just as before." in page
    assert "Subscribed to Harbour Lane Coffee" not in page


def test_where_it_cannot_be_looked_up_before_the_person_decides(send: Any, service: Service) -> None:
    service.fault(path="/subscriber/search", status=403, body='["API access denied."]')
    page = send()
    assert page.status_code == 422
    assert "It could not be looked up whether this address belongs to a contact already." in html(page)
    assert "KlickTipp refuses the access. Nothing was sent." in html(page)
    assert service.paths() == [LOOK]
    (given_up,) = AuditEntry.objects.filter(sentence="tools.signed_up")
    assert (given_up.outcome, given_up.answer["problem"]) == (Outcome.FAILED, "access_denied")
    somebody_else = send(email="pending@klick-tipp.team", unlooked=page.context["unlooked"])
    assert somebody_else.context["page"].preview
    assert "Subscribed to Harbour Lane Coffee" in html(send(unlooked=page.context["unlooked"]))


# --- A key of another KlickTipp account ---


@pytest.fixture
def foreign(account: ClientAccount, service: Service) -> ListbuildingKey:
    return ListbuildingKeyFactory(account=account, label="Shop", secret=service.accounts[1]["listbuilding_key"])


def test_a_key_of_another_account_is_noticed_and_nothing_is_claimed(
    browser: Client, url: Any, foreign: ListbuildingKey, owner: Any
) -> None:
    form = typed()
    address = url(f"listbuilding/{foreign.pk}/sign-up/")
    page = html(browser.post(address, form))
    assert "Accepted by KlickTipp, but not found at Harbour Lane Coffee" in page
    assert f"The KlickTipp account of Harbour Lane Coffee has no contact {EMAIL}." in page
    assert "The listbuilding key “Shop” probably belongs to another KlickTipp account" in page
    assert "Subscribed to" not in page
    assert not Origin.objects.exists()
    again = html(browser.post(address, form))
    assert "This form was sent before, so nothing was sent this time." in again
    assert "Accepted by KlickTipp, but not found at Harbour Lane Coffee" in again
    (event,) = AuditEntry.objects.filter(sentence="tools.contact_missing")
    assert tell(event.sentence, event.parameters) == (
        f"{owner.user} used the listbuilding key Shop for r•••@klick-tipp.team, but Harbour Lane Coffee has no such "
        "contact: the key probably belongs to another KlickTipp account"
    )


def test_a_key_of_another_account_does_not_update_the_clients_contact_and_that_is_said(
    browser: Client, send: Any, url: Any, foreign: ListbuildingKey
) -> None:
    send(fieldFirstName="Rainer")
    address = url(f"listbuilding/{foreign.pk}/sign-up/")
    asked = browser.post(address, typed(fieldFirstName="Reiner"))
    page = browser.post(address, typed(fieldFirstName="Reiner", seen=asked.context["page"].preview.seen))
    assert "Accepted by KlickTipp, but not updated at Harbour Lane Coffee" in html(page)
    assert f"{EMAIL} is a contact of Harbour Lane Coffee, but nothing has changed in it." in html(page)
    assert "<dt>First name</dt>" in html(page)
    assert "there “Rainer”, typed “Reiner”" in html(page)
    assert "Open the contact" in html(page)
    assert Origin.objects.get().contact_id, "the first one's only"
    (event,) = AuditEntry.objects.filter(sentence="tools.contact_unreached")
    assert "the contact of Harbour Lane Coffee stayed as it was" in tell(event.sentence, event.parameters)


def test_where_nobody_looked_before_no_more_is_said_than_that_it_differs(
    browser: Client, send: Any, url: Any, foreign: ListbuildingKey
) -> None:
    send(fieldFirstName="Rainer")
    form = typed(fieldFirstName="Reiner", unlooked=EMAIL)
    page = html(browser.post(url(f"listbuilding/{foreign.pk}/sign-up/"), form))
    assert "Accepted by KlickTipp, but different at Harbour Lane Coffee" in page
    assert "there “Rainer”, typed “Reiner”" in page
    assert Origin.objects.get(action=form["action"]).contact_id == ""


# --- A sign-up that KlickTipp did not answer ---


def check(browser: Client, address: str, service: Service, **fault: Any) -> Page:
    """Send a form that gets no answer, then ask what came of it."""
    service.fault(path="/subscriber/signin", **fault)
    form = typed(fieldFirstName="Rainer")
    page = browser.post(address, form)
    assert "Check at KlickTipp" in html(page)
    return browser.post(f"{address}check/{page.context['page'].unsure.action}/", form)


def test_a_sign_up_that_has_happened_is_told_as_such(browser: Client, address: str, service: Service) -> None:
    page = html(check(browser, address, service, close="after"))
    assert "A check has found the contact there since." in page
    assert "Subscribed to Harbour Lane Coffee" in page
    assert Origin.objects.get().contact_id in page
    assert service.paths().count(SIGN_UP) == 1


def test_a_sign_up_that_was_lost_can_be_sent_again(browser: Client, address: str, service: Service) -> None:
    page = check(browser, address, service, close="before")
    assert buttons(page)[1:] == [("btn btn-secondary", SUBSCRIBE)]
    assert f"{EMAIL} is not among the contacts of Harbour Lane Coffee" in html(page)
    assert "may belong to another KlickTipp account than that of Harbour Lane Coffee" in html(page)
    assert 'value="Rainer"' in html(page)
    again = browser.post(address, typed(action=str(page.context["action"])))
    assert "Subscribed to Harbour Lane Coffee" in html(again)


def test_another_address_than_the_one_that_was_sent_is_not_checked(
    browser: Client, address: str, service: Service
) -> None:
    service.fault(path="/subscriber/signin", close="before")
    unsure = browser.post(address, typed()).context["page"].unsure
    before = service.paths()
    page = browser.post(f"{address}check/{unsure.action}/", typed(email="ada@klick-tipp.team"))
    assert errors(page)["email"][0].startswith("Another address than this one was sent.")
    assert service.paths() == before
    assert browser.post(f"{address}check/{uuid4()}/", typed()).status_code == 404
    assert browser.post(f"{address}check/x/", typed()).status_code == 404


def test_without_a_customer_key_there_is_nothing_to_check_with(
    send: Any, service: Service, account: ClientAccount
) -> None:
    account.credentials.all().delete()
    service.fault(path="/subscriber/signin", close="before")
    page = send()
    assert "The contact may have been added all the same. Please look it up in KlickTipp" in html(page)
    assert "Check at KlickTipp" not in html(page)


def test_an_sms_number_alone_is_nothing_to_check_with(send: Any, service: Service) -> None:
    service.fault(path="/subscriber/signin", close="before")
    page = html(send(email="", sms_number="+49 1511 2345678"))
    assert "Please look it up in KlickTipp before you send this again." in page
    assert "Check at KlickTipp" not in page


# --- A key that has been removed while its form was open ---


def test_the_form_of_a_removed_key_is_kept_and_can_be_sent_with_another(
    browser: Client, address: str, url: Any, key: ListbuildingKey, foreign: ListbuildingKey, service: Service
) -> None:
    key.delete()
    page = browser.post(address, typed(fieldFirstName="Rainer"))
    assert page.status_code == 404
    assert "This listbuilding key has been removed meanwhile, so nothing was sent." in html(page)
    assert f'value="{EMAIL}"' in html(page)
    assert 'value="Rainer"' in html(page)
    assert f'formaction="{url(f"listbuilding/{foreign.pk}/sign-up/")}"' in html(page)
    assert "with the key “Shop”" in html(page)
    assert url("listbuilding/") in html(page)
    assert service.paths() == []


def test_the_page_of_a_removed_key_says_so(browser: Client, address: str, url: Any, key: ListbuildingKey) -> None:
    key.delete()
    page = browser.get(address)
    assert page.status_code == 404
    assert "It has been removed from this portal, or never was a key of Harbour Lane Coffee." in html(page)
    assert url("listbuilding/") in html(page)


def test_a_second_submit_sends_nothing_and_ends_on_what_came_of_the_first(
    browser: Client, address: str, service: Service
) -> None:
    form = typed()
    browser.post(address, form)
    page = browser.post(address, form)
    assert page.status_code == 200
    assert "This form was sent before, so nothing was sent this time." in html(page)
    assert "Subscribed to Harbour Lane Coffee" in html(page)
    assert service.paths().count("POST /subscriber/signin") == 1


def test_the_same_form_for_somebody_else_can_be_sent_anew(browser: Client, address: str, service: Service) -> None:
    form = typed()
    browser.post(address, form)
    page = browser.post(address, form | {"email": "ada@klick-tipp.team"})
    assert page.status_code == 422
    assert 'value="ada@klick-tipp.team"' in html(page)
    assert str(page.context["action"]) != form["action"]
    assert service.paths().count("POST /subscriber/signin") == 1


def test_a_submit_while_the_first_is_under_way_says_so(
    browser: Client, address: str, key: ListbuildingKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = typed()
    browser.post(address, form)
    monkeypatch.setattr("integrations.listbuilding.signing_up.calls_of", lambda scope, action: [])
    page = html(browser.post(address, form))
    assert "Being subscribed to Harbour Lane Coffee" in page
    assert "KlickTipp has not answered yet." in page


def test_a_further_data_field_is_shown_and_sent(browser: Client, address: str, service: Service) -> None:
    page = browser.post(f"{address}field/", typed(further_field="fieldCity"))
    assert page.status_code == 200
    assert 'name="fieldCity"' in html(page)
    assert f'value="{EMAIL}"' in html(page)
    fragment = browser.post(f"{address}field/", typed(further_field="fieldCity"), headers={"HX-Request": "true"})
    assert "<html" not in html(fragment)
    assert 'name="fieldCity"' in html(fragment)
    assert service.paths() == []
    browser.post(address, typed(shown=["fieldCity"], fieldCity="Bristol"))
    assert AuditEntry.objects.get(operation="signin").request == {"fields": ["fieldCity"]}


@pytest.mark.django_db(transaction=True)
def test_one_of_several_simultaneous_submits_is_sent(key: ListbuildingKey, service: Service) -> None:
    service.fault(path="/subscriber/signin", delay_ms=100, always=True)
    action, together = uuid4(), Barrier(4)

    def submit(_: int) -> str:
        together.wait()
        try:
            provenance = Provenance("consent", "Fair", date(2026, 11, 1))
            form = Submission(errand(key.account), NewContact(EMAIL), provenance, action)
            ByListbuildingKey(form, key).send(None, Deadline())
        except AlreadyStarted:
            return "started before"
        finally:
            connection.close()
        return "sent"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(submit, range(4))) == ["sent", *["started before"] * 3]
    assert [call for call in service.paths() if call == SIGN_UP] == [SIGN_UP]
