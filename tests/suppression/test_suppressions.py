"""The suppression list and finding somebody on it."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from integrations.audit.models import AuditEntry, SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress
from integrations.suppression.views import PAGE_SIZE
from tests.factories import SuppressionFactory, errand
from tests.pages import words
from tests.suppression.conftest import Listed


def test_an_empty_list_says_how_somebody_gets_on_it(browser: Client, list_url: str) -> None:
    assert "Nobody is on the list." in browser.get(list_url).content.decode()


def test_people_are_shown_masked_with_who_and_why(browser: Client, list_url: str, listed: Listed) -> None:
    listed("rainer@klick-tipp.team")
    page = browser.get(list_url).content.decode()
    assert "r•••@klick-tipp.team" in page
    assert "rainer@" not in page
    assert "deleted here" in page
    assert "Alex" in page


@pytest.mark.parametrize("typed", ["rainer@klick-tipp.team", " Rainer@Klick-Tipp.TEAM "])
def test_somebody_is_found_by_the_address(browser: Client, list_url: str, listed: Listed, typed: str) -> None:
    wanted = listed("rainer@klick-tipp.team")
    listed("uta@klick-tipp.team")
    assert browser.post(list_url, {"address": typed}).context["entries"] == [wanted]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("uta@klick-tipp.team", "uta@klick-tipp.team"),
        ("0049171/1234567", "+49 171 1234567"),
        ("0171 1234567", "+49 171 1234567"),
    ],
)
def test_who_is_not_on_the_list_is_said_as_it_was_read(
    browser: Client, list_url: str, listed: Listed, typed: str, read: str
) -> None:
    listed("rainer@klick-tipp.team")
    assert f"{read} is not on the list." in words(browser.post(list_url, {"address": typed}))


@pytest.mark.parametrize("typed", ["rainer", "rainer@", "+49 1", "x" * 300])
def test_what_is_no_address_is_said_at_the_field(browser: Client, list_url: str, typed: str) -> None:
    page = browser.post(list_url, {"address": typed})
    assert page.status_code == 422
    assert page.context["form"].errors["address"]


@pytest.mark.parametrize(
    ("country", "number", "typed"), [("", "+49 171 1234567", "0171 1234567"), ("AT", "+43 664 1234567", "0664/1234567")]
)
def test_a_number_without_country_code_is_one_of_the_clients_country(
    browser: Client, account: ClientAccount, list_url: str, country: str, number: str, typed: str
) -> None:
    ClientAccount.objects.update(country=country)
    subject = Subject(SubjectKind.SMS, number)
    suppress(errand(account), [subject], Reason.ENTERED)
    assert [entry.label for entry in browser.post(list_url, {"address": typed}).context["entries"]] == [subject.label]


def test_an_entry_is_found_under_a_new_hash_key_too(
    browser: Client, list_url: str, listed: Listed, settings: Any
) -> None:
    wanted = listed("rainer@klick-tipp.team")
    settings.AUDIT_HASH_KEYS = ["ab" * 32, *settings.AUDIT_HASH_KEYS]
    assert browser.post(list_url, {"address": "rainer@klick-tipp.team"}).context["entries"] == [wanted]


def test_a_long_list_has_pages_and_few_queries(
    browser: Client, list_url: str, account: ClientAccount, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    entries = SuppressionFactory.create_batch(PAGE_SIZE + 3, account=account)
    with django_assert_max_num_queries(7):
        first = browser.get(list_url)
    assert first.context["entries"] == entries[:2:-1]
    second = browser.get(f"{list_url}?before={first.context['older']}")
    assert second.context["entries"] == entries[2::-1]
    assert second.context["older"] is None


def test_what_another_client_has_is_not_shown(browser: Client, list_url: str) -> None:
    SuppressionFactory()
    assert browser.get(list_url).context["entries"] == []


def test_looking_leaves_no_address_in_the_log(browser: Client, list_url: str) -> None:
    browser.post(list_url, {"address": "rainer@klick-tipp.team"})
    assert not AuditEntry.objects.filter(sentence__startswith="suppression").exists()
