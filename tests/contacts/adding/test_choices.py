"""The lists of the add-contact form: fresh from KlickTipp, else the last known one with its age."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from tests.contacts.adding.test_add import url
from tests.service import Service


def load(browser: Client, account: ClientAccount, kind: str, query: str = "") -> str:
    answer = browser.get(url(account, f"add/choices/{kind}/") + query, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    return answer.content.decode()


def test_each_optin_process_says_what_it_does(browser: Client, account: ClientAccount, service: Service) -> None:
    words = load(browser, account, "optin_processes")
    assert "Predefined double opt-in process – sends a confirmation email" in words
    assert "– active at once, no confirmation" in words
    first = len(service.received())
    load(browser, account, "optin_processes")
    assert len(service.received()) == first + 1, "what a process does is asked once a day, the list each time"


def test_what_optin_processes_do_is_asked_again_after_a_day(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    load(browser, account, "optin_processes")
    snapshot = ReferenceSnapshot.objects.get()
    for item in snapshot.items:
        item["detailed_at"] = (timezone.now() - timedelta(days=2)).isoformat()
    snapshot.save()
    before = len(service.received())
    load(browser, account, "optin_processes")
    assert len(service.received()) == before + 1 + len(snapshot.items)


def test_what_was_chosen_stays_chosen(browser: Client, account: ClientAccount) -> None:
    load(browser, account, "optin_processes")
    process = ReferenceSnapshot.objects.get(kind=ReferenceKind.OPTIN_PROCESSES).items[0]
    words = load(browser, account, "optin_processes", f"?optin_process={process['id']}")
    assert f'value="{process["id"]}" selected' in words


def test_data_fields_that_were_ticked_meanwhile_stay_ticked(browser: Client, account: ClientAccount) -> None:
    words = " ".join(load(browser, account, "fields", "?further_field=fieldCity&further_field=fieldZip").split())
    assert 'value="fieldCity" checked' in words
    assert 'value="fieldZip" checked' in words
    assert words.count(" checked") == 2


def test_data_fields_that_are_shown_are_not_offered_again(browser: Client, account: ClientAccount) -> None:
    words = load(browser, account, "fields", "?shown=fieldCity")
    assert 'value="fieldCity"' not in words
    assert 'value="fieldZip"' in words


def test_the_last_known_list_is_offered_with_its_age_and_the_reason(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    load(browser, account, "fields")
    ReferenceSnapshot.objects.update(fetched_at=timezone.now() - timedelta(days=3))
    service.fault(status=500, always=True)
    words = load(browser, account, "fields")
    assert "City" in words
    assert "This is the list of" in words
    assert "Try again" in words


@pytest.mark.parametrize("kind", ["fields", "optin_processes"])
def test_without_any_list_the_plain_input_stays(
    browser: Client, account: ClientAccount, service: Service, kind: str
) -> None:
    service.fault(status=403, body='["API access denied."]', always=True)
    words = load(browser, account, kind)
    assert "The list could not be loaded. KlickTipp refuses the access." in words
    assert "<select" not in words
    assert "checkbox" not in words
    assert 'type="text"' in words


def test_an_unknown_list_is_not_found(browser: Client, account: ClientAccount) -> None:
    for kind in ("campaigns", "tags"):
        assert browser.get(url(account, f"add/choices/{kind}/"), headers={"HX-Request": "true"}).status_code == 404
