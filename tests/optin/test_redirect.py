"""The page that a contact sees after signing up."""

from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry, AuditSubject
from tests.optin.test_processes import known
from tests.pages import Page, errors, html, logged
from tests.service import Service

EMAIL = "pending@klick-tipp.team"


@pytest.fixture
def process_id(browser: Client, url: Any) -> int:
    browser.get(url("page-after-sign-up/"))
    return next(item["id"] for item in known() if item["name"] == "Newsletter sign-up")


@pytest.fixture
def ask(browser: Client, url: Any, process_id: int) -> Any:
    def ask(**typed: Any) -> Page:
        return browser.post(url("page-after-sign-up/"), {"optin_process": process_id, "email": EMAIL} | typed)

    return ask


def test_the_page_is_told_to_copy_and_as_a_link(ask: Any, service: Service, owner: Any) -> None:
    page = html(ask())
    assert f"Page for {EMAIL}" in page
    assert 'href="https://harbourlane.example.com/please-confirm" target="_blank" rel="noreferrer"' in page
    assert 'data-copy="https://harbourlane.example.com/please-confirm"' in page
    assert service.paths() == ["GET /list", "POST /list/redirect"]
    assert logged(operation="get_optin_redirect") == [
        f"{owner.user} looked up which page p•••@klick-tipp.team sees after signing up with Newsletter sign-up "
        "of Harbour Lane Coffee"
    ]


def test_the_address_is_in_no_url_and_in_the_log_only_masked(ask: Any, service: Service) -> None:
    ask()
    entry = AuditEntry.objects.get(operation="get_optin_redirect")
    assert AuditSubject.objects.get(entry_id=entry.id).label == "p•••@klick-tipp.team"
    assert EMAIL not in repr([list(row) for row in AuditEntry.objects.values_list()])
    assert "please-confirm" not in repr([list(row) for row in AuditEntry.objects.values_list()])
    assert all(EMAIL not in call["path"] + str(call.get("query", "")) for call in service.received())


def test_the_process_can_be_chosen_before(browser: Client, url: Any, process_id: int) -> None:
    page = html(browser.get(url(f"page-after-sign-up/?process={process_id}")))
    assert f'<option value="{process_id}" selected>' in page
    assert "Predefined double opt-in process" in page


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": f"{'x' * 65}@example.com"}, "email"),
        ({"optin_process": ""}, "optin_process"),
        ({"optin_process": "x"}, "optin_process"),
        ({"optin_process": 10**30}, "optin_process"),
    ],
)
def test_impossible_entries_are_told_at_the_field_and_nothing_is_sent(
    ask: Any, service: Service, typed: dict[str, Any], field: str
) -> None:
    assert list(errors(ask(**typed))) == [field]
    assert "POST /list/redirect" not in service.paths()


@pytest.mark.parametrize("typed", [{"email": "nobody@example.com"}, {"optin_process": 4711}])
def test_an_unknown_contact_or_process_is_told_at_the_address(ask: Any, typed: dict[str, Any]) -> None:
    page = ask(**typed)
    assert errors(page) == {
        "email": ["KlickTipp does not find this contact, or the opt-in process. Please check both."]
    }
    assert f'value="{typed.get("email", EMAIL)}"' in html(page)


def test_other_failures_are_explained_above_the_form(ask: Any, service: Service) -> None:
    service.fault(path="/list/redirect", close="after", always=True)
    page = ask()
    assert page.status_code == 422
    assert "KlickTipp did not answer. Please try again in a few minutes." in html(page).replace(
        "</strong>\n    <p>", " "
    )
    assert f'value="{EMAIL}"' in html(page)


def test_no_page_is_said_too(ask: Any, service: Service) -> None:
    service.fault(path="/list/redirect", status=200, body="[]")
    assert "KlickTipp names no page for this contact." in html(ask())


def test_a_hostile_answer_is_shown_as_text(ask: Any, service: Service) -> None:
    service.fault(path="/list/redirect", status=200, body="[\"javascript:alert('<script>')\"]")
    page = html(ask())
    assert "This is no web address, so there is no link." in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page


def test_without_a_list_the_id_can_be_typed(browser: Client, url: Any, service: Service) -> None:
    service.fault(path="/list", status=403, body='["API access denied."]')
    page = html(browser.get(url("page-after-sign-up/")))
    assert "The opt-in processes could not be loaded." in page
    assert 'inputmode="numeric"' in page
