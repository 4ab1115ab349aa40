"""Finding a contact by its address or ID, and the contacts that were opened in this visit."""

import json
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import serializers
from django.test import Client

from accounts.roles import Role
from integrations.audit.models import AuditEntry, AuditSubject, Kind
from integrations.audit.sentences import tell
from integrations.audit.subjects import Subject, SubjectKind, hash_subject, newest_key_version
from integrations.clients.models import ClientAccount
from tests.factories import ClientAccountFactory, MembershipFactory, OriginFactory
from tests.pages import html, words
from tests.service import Service

ADDRESS = "dario.jansson3@klick-tipp.team"
Page = Any


def url(account: ClientAccount, rest: str = "") -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/contacts/{rest}"


def find(browser: Client, account: ClientAccount, wanted: str) -> Page:
    return browser.post(url(account), {"wanted": wanted})


def found_id(answer: Page) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url.rstrip("/").rpartition("/")[2])


def error(answer: Page) -> str:
    assert answer.status_code == 422
    return str(answer.context["form"].errors["wanted"][0])


@pytest.mark.parametrize("typed", [ADDRESS, ADDRESS.upper(), f" Dario Jansson <{ADDRESS}>, "])
def test_by_address_one_gets_to_the_page_with_its_id(
    browser: Client, account: ClientAccount, service: Service, typed: str
) -> None:
    answer = find(browser, account, typed)
    assert answer.url == url(account, f"{found_id(answer)}/")
    assert service.paths() == ["POST /subscriber/search"]
    assert ADDRESS in browser.get(answer.url).content.decode()


def test_the_log_tells_of_the_search_without_the_address(browser: Client, account: ClientAccount) -> None:
    contact_id = found_id(find(browser, account, ADDRESS))
    entry = AuditEntry.objects.get(operation="find_contact")
    assert entry.kind == Kind.READ
    assert tell(entry.sentence, entry.parameters).endswith(
        "searched for the contact d•••@klick-tipp.team in Harbour Lane Coffee"
    )
    assert {row.label for row in AuditSubject.objects.filter(entry_id=entry.pk)} == {"d•••@klick-tipp.team", contact_id}
    assert "dario" not in serializers.serialize("json", [*AuditEntry.objects.all(), *AuditSubject.objects.all()])


def test_by_id_klicktipp_is_not_asked_before_the_page_is_opened(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    assert found_id(find(browser, account, " 4711 ")) == "4711"
    assert service.paths() == []


def test_an_sms_number_is_found_if_the_contact_was_added_with_it_here(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    subject = Subject(SubjectKind.SMS, "+4915113000001")
    hashed = hash_subject(subject, account.team_id, newest_key_version())
    OriginFactory(account=account, subject_hash=hashed, contact_id="4711")
    assert found_id(find(browser, account, "0049 1511 3000001")) == "4711"
    assert service.paths() == []

    elsewhere = ClientAccountFactory(team=account.team, customer_key=service.customer_keys[1])
    page = find(browser, elsewhere, "0049 1511 3000001")
    assert f"The portal knows no contact of {elsewhere} with +49 1511 3000001" in words(page)
    assert 'name="sms_number" value="+4915113000001"' in html(page)
    assert f"subject:{hashed}" in html(page)


def test_a_number_without_country_code_is_read_as_in_the_clients_country(
    browser: Client, account: ClientAccount
) -> None:
    ClientAccount.objects.update(country="AT")
    page = find(browser, account, "0660 1234567")
    assert "The portal knows no contact of Harbour Lane Coffee with +43 660 1234567" in words(page)
    assert 'name="sms_number" value="+436601234567"' in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Jo", "no search by name"),
        ("Dario Jansson 3", "no search by name"),
        ("", "Please type an email address or a contact ID."),
        ("dario@", "one complete email address"),
        ("a@example.com, b@example.com", "one complete email address"),
        ("0171 1", "too short"),
        ("0171 123456789123", "no phone number of the client's country (Germany)"),
        ("1" * 20, "no search by name"),
        ("a\0b@example.com", "control characters"),
        ("x" * 401, "at most 400 characters"),
    ],
)
def test_what_cannot_be_searched_is_told_at_the_field(
    browser: Client, account: ClientAccount, service: Service, typed: str, says: str
) -> None:
    answer = find(browser, account, typed)
    assert says in error(answer)
    assert service.paths() == []
    if "\0" not in typed:
        assert f'value="{typed}"' in answer.content.decode() or typed == ""


def test_who_is_not_found_can_be_added_prefilled(browser: Client, account: ClientAccount) -> None:
    page = html(find(browser, account, "nobody@klick-tipp.team"))
    assert "Harbour Lane Coffee has no contact nobody@klick-tipp.team" in page
    assert 'name="email" value="nobody@klick-tipp.team"' in page

    form = browser.post(url(account, "add/prefill/"), {"email": "nobody@klick-tipp.team"})
    assert form.status_code == 200
    assert form.context["form"]["email"].value() == "nobody@klick-tipp.team"
    assert [field.name for field in form.context["form"].data_fields()] == ["fieldFirstName", "fieldLastName"]
    assert 'hx-trigger="load"' in form.content.decode()
    assert "nobody@klick-tipp.team" not in form.request["PATH_INFO"] + form.request["QUERY_STRING"]


def test_a_viewer_finds_but_is_not_offered_to_add(client: Client, account: ClientAccount) -> None:
    client.force_login(MembershipFactory(team=account.team, role=Role.VIEWER).user)
    words = find(client, account, "nobody@klick-tipp.team").content.decode()
    assert "has no contact nobody@klick-tipp.team" in words
    assert "Add this contact" not in words
    assert found_id(find(client, account, ADDRESS))


def test_what_was_typed_is_escaped(browser: Client, account: ClientAccount) -> None:
    words = find(browser, account, '"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in words
    missing = find(browser, account, "<b>x</b>@y&amp").content.decode()
    assert "<b>x" not in missing


def test_a_failure_is_explained_and_what_was_typed_stays(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    service.fault(path="/subscriber/search", status=403, body='["API access denied."]')
    answer = find(browser, account, ADDRESS)
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "KlickTipp refuses the access." in words
    assert f'value="{ADDRESS}"' in words
    assert f"/log/action/{AuditEntry.objects.get(operation='find_contact').action}/" in words


def test_an_empty_answer_is_nobody(browser: Client, account: ClientAccount, service: Service) -> None:
    service.fault(path="/subscriber/search", status=200, body="[]")
    assert "has no contact" in find(browser, account, ADDRESS).content.decode()


def test_without_a_key_the_page_says_who_can_store_one(browser: Client, account: ClientAccount) -> None:
    account.credentials.all().delete()
    words = browser.get(url(account)).content.decode()
    assert f"/clients/{account.slug}/key/" in words
    assert 'name="wanted"' not in words.partition("<main")[2]


# --- Opened in this visit ---


def open_contacts(browser: Client, account: ClientAccount, *addresses: str) -> None:
    for address in addresses:
        assert browser.get(find(browser, account, address).url).status_code == 200


def recent(browser: Client, account: ClientAccount) -> list[str]:
    return [contact.address for contact in browser.get(url(account)).context["recent"]]


def test_the_last_ten_opened_contacts_are_beside_the_form(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    names = [f"person{number}@klick-tipp.team" for number in range(11)]
    for number, name in enumerate(names, 1):
        service.fault(path=f"/subscriber/{number}", body=json.dumps({"id": str(number), "email": name}))
        browser.get(url(account, f"{number}/"))
    assert recent(browser, account) == names[:0:-1]
    service.fault(path="/subscriber/5", body=json.dumps({"id": "5", "email": names[4]}))
    browser.get(url(account, "5/"))
    assert recent(browser, account)[:2] == [names[4], names[10]]
    assert len(recent(browser, account)) == 10


def test_they_are_those_of_this_client_and_this_visit(
    browser: Client, client: Client, account: ClientAccount, service: Service
) -> None:
    other = ClientAccountFactory(team=account.team, customer_key=service.customer_keys[1])
    open_contacts(browser, account, ADDRESS)
    open_contacts(browser, other, "unsubscribed@klick-tipp.team")
    assert recent(browser, account) == [ADDRESS]
    assert recent(browser, other) == ["unsubscribed@klick-tipp.team"]
    colleague = Client()
    colleague.force_login(MembershipFactory(team=account.team).user)
    assert recent(colleague, account) == []


def test_the_session_table_tells_nobodys_address_and_signing_out_ends_it(
    browser: Client, account: ClientAccount
) -> None:
    def stored() -> str:
        return json.dumps([row.get_decoded() for row in Session.objects.all()])

    user = account.team.memberships.get().user
    open_contacts(browser, account, ADDRESS)
    assert "recent_contacts" in stored()
    assert "dario" not in stored().casefold()
    browser.post("/accounts/logout/")
    assert "recent_contacts" not in stored()
    browser.force_login(user)
    assert recent(browser, account) == []


def test_a_lost_encryption_key_only_empties_the_list(browser: Client, account: ClientAccount) -> None:
    open_contacts(browser, account, ADDRESS)
    session = browser.session
    session["recent_contacts"] = {str(account.pk): "of another key"}
    session.save()
    assert recent(browser, account) == []
