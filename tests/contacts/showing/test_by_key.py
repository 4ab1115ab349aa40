"""A contact key in place of a contact ID: it opens the contact, and the log is about the contact that it was."""

import json
from typing import Any

import pytest
from django.core import serializers
from django.test import Client

from integrations.audit.models import AuditEntry, AuditSubject
from integrations.clients.models import ClientAccount
from tests.contacts.showing.test_find import ADDRESS, find, found_id, url
from tests.pages import Page, errors, html, logged, words
from tests.service import Service

KEY = "zk7Qm2x9"
NO_SUCH_KEY = (
    "KlickTipp has no contact with this key. It finds contacts by email address, ID or contact key only and offers no "
    "search by name or anything else."
)


@pytest.fixture
def contact_id(browser: Client, account: ClientAccount, service: Service) -> str:
    """A contact that the service knows by `KEY`, too."""
    known = found_id(find(browser, account, ADDRESS))
    service.fault(path=f"/subscriber/{KEY}", always=True, body=json.dumps({"id": known, "email": ADDRESS}))
    return known


@pytest.mark.parametrize("typed", [KEY, f" {KEY}\u200b "])
def test_a_key_leads_to_the_page_with_the_id(
    browser: Client, account: ClientAccount, service: Service, contact_id: str, typed: str
) -> None:
    answer = find(browser, account, typed)
    assert (answer.status_code, answer.url) == (302, url(account, f"{contact_id}/"))
    assert service.paths()[-1] == f"GET /subscriber/{KEY}"
    assert ADDRESS in html(browser.get(answer.url))


def test_the_log_is_about_the_contact_and_does_not_have_the_key(
    browser: Client, account: ClientAccount, contact_id: str
) -> None:
    find(browser, account, KEY)
    entry = AuditEntry.objects.get(operation="get_contact")
    assert logged(pk=entry.pk)[0].endswith("searched for the contact z••• in Harbour Lane Coffee")
    assert (entry.path, entry.request) == ("/subscriber/z•••", {"contact_id": "z•••"})
    labels = set(AuditSubject.objects.filter(entry_id=entry.pk).values_list("label", flat=True))
    assert labels == {"z•••", contact_id, "d•••@klick-tipp.team"}
    assert KEY not in serializers.serialize("json", [*AuditEntry.objects.all(), *AuditSubject.objects.all()])


def log_search(browser: Client, account: ClientAccount, typed: str) -> Page:
    return browser.post(f"/t/{account.team.slug}/log/", {"line": f"contact:{typed} kind:any"}, follow=True)


def test_the_log_finds_all_about_a_contact_by_a_key_that_it_was_opened_with(
    browser: Client, account: ClientAccount, contact_id: str
) -> None:
    browser.get(find(browser, account, KEY).url)
    page = log_search(browser, account, KEY)
    assert "searched for the contact d•••@klick-tipp.team" in words(page)
    assert "looked at the contact d•••@klick-tipp.team" in words(page)


@pytest.mark.parametrize("typed", [KEY, "Dario"])
def test_the_log_knows_no_such_key(browser: Client, account: ClientAccount, typed: str) -> None:
    page = log_search(browser, account, typed)
    assert f"The log has nothing about {typed}" in words(page)
    by_word = browser.post(f"/t/{account.team.slug}/log/", {"line": typed}, follow=True)
    assert "Nothing in the log fits these filters." in words(by_word), "a word that is no key is one to search for"


@pytest.mark.parametrize("typed", ["Dario", "abcd", "1" * 63 + "a"])
def test_a_word_that_is_no_key_is_refused_as_a_name(
    browser: Client, account: ClientAccount, service: Service, typed: str
) -> None:
    assert errors(find(browser, account, typed))["wanted"] == [NO_SUCH_KEY]
    assert service.paths() == [f"GET /subscriber/{typed}"]
    assert typed not in serializers.serialize("json", [*AuditEntry.objects.all(), *AuditSubject.objects.all()])


def test_other_failures_are_explained(browser: Client, account: ClientAccount, service: Service) -> None:
    service.fault(path=f"/subscriber/{KEY}", status=500, always=True)
    page = find(browser, account, KEY)
    assert page.status_code == 422
    assert page.context["failure"]


def test_a_contact_to_tag_may_be_named_by_its_key(browser: Client, account: ClientAccount, contact_id: str) -> None:
    page: Any = browser.get(f"/t/{account.team.slug}/clients/{account.slug}/tags/tagging/?contact={KEY}")
    assert page.context["form"]["addresses"].value() == ADDRESS
