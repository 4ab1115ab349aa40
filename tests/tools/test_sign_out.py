"""Taking the listbuilding's tag from a contact, and unsubscribing with a listbuilding key."""

from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry, AuditSubject, KeyOwner, Outcome
from integrations.tools.models import ListbuildingKey
from tests.service import Service
from tests.tools.helpers import errors, told, typed, words
from tests.tools.test_sign_up import EMAIL
from tests.tools.test_sign_up import typed as sign_up_form

REMOVE_TAG, UNSUBSCRIBE = "remove-tag/", "unsubscribe/"
CALLS = {REMOVE_TAG: "POST /subscriber/signout", UNSUBSCRIBE: "POST /subscriber/signoff"}


@pytest.fixture
def address(browser: Client, url: Any, key: ListbuildingKey, service: Service) -> Any:
    """The addresses of the pages, after a contact has been subscribed with the key."""
    browser.post(url(f"listbuilding/{key.pk}/sign-up/"), sign_up_form())

    def address(rest: str) -> str:
        return str(url(f"listbuilding/{key.pk}/{rest}"))

    return address


def form(page: str, **fields: Any) -> dict[str, Any]:
    return typed(email=EMAIL, **({"sure": "on"} if page == UNSUBSCRIBE else {})) | fields


def calls(service: Service, page: str) -> int:
    return service.paths().count(CALLS[page])


def test_the_tag_is_taken_away(browser: Client, address: Any, service: Service, url: Any, owner: Any) -> None:
    assert "The contact stays subscribed." in words(browser.get(address(REMOVE_TAG)))
    answer = browser.post(address(REMOVE_TAG), form(REMOVE_TAG))
    assert answer.url == url("listbuilding/")
    done = words(browser.get(answer.url))
    assert f"KlickTipp has taken the tag of the listbuilding key “Website form” from {EMAIL}." in done
    assert told("signout") == [
        f"{owner.user} took the tag of the listbuilding key Website form from r•••@klick-tipp.team "
        "of Harbour Lane Coffee"
    ]


def test_unsubscribing_asks_once_then_says_what_happened(
    browser: Client, address: Any, service: Service, url: Any, owner: Any
) -> None:
    first = typed(email=EMAIL)
    asked = browser.post(address(UNSUBSCRIBE), first)
    assert f"Unsubscribe {EMAIL} from Harbour Lane Coffee?" in words(asked)
    assert f'name="action" value="{first["action"]}"' in words(asked)
    assert calls(service, UNSUBSCRIBE) == 0
    answer = browser.post(address(UNSUBSCRIBE), first | {"sure": "on"})
    assert answer.url == url("listbuilding/")
    assert f"{EMAIL} is unsubscribed from emails. KlickTipp does not say whether this ends SMS" in words(
        browser.get(answer.url)
    )
    assert told("signoff") == [
        f"{owner.user} unsubscribed r•••@klick-tipp.team from Harbour Lane Coffee with the listbuilding key "
        "Website form"
    ]


@pytest.mark.parametrize("page", CALLS)
def test_the_log_keeps_neither_address_nor_key(browser: Client, address: Any, key: ListbuildingKey, page: str) -> None:
    browser.post(address(page), form(page))
    entry = AuditEntry.objects.latest("number")
    assert (entry.key_owner, entry.key_last_four) == (KeyOwner.LISTBUILDING, key.last_four)
    assert (entry.request, entry.answer, entry.outcome) == ({}, {}, Outcome.DONE)
    kept = repr(list(AuditEntry.objects.values_list()))
    assert EMAIL not in kept
    assert key.secret not in kept
    assert [subject.label for subject in AuditSubject.objects.filter(entry_id=entry.id)] == ["r•••@klick-tipp.team"]


@pytest.mark.parametrize("email", ["", "nobody", f"{'x' * 65}@example.com"])
@pytest.mark.parametrize("page", CALLS)
def test_an_impossible_address_is_told_at_the_field(
    browser: Client, address: Any, service: Service, page: str, email: str
) -> None:
    assert list(errors(browser.post(address(page), form(page, email=email)))) == ["email"]
    assert calls(service, page) == 0


@pytest.mark.parametrize("page", CALLS)
def test_an_unknown_contact_is_told_at_the_address(browser: Client, address: Any, page: str) -> None:
    answer = browser.post(address(page), form(page, email="nobody@example.com"))
    assert errors(answer) == {
        "email": ["The email address was not found. Please check the address and send the form again."]
    }
    assert "KlickTipp refused this; nothing was changed." in words(answer)
    assert 'value="nobody@example.com"' in words(answer)


@pytest.mark.parametrize(("status", "body"), [(406, '{"error": 100}'), (401, '["x"]'), (403, '["API access denied."]')])
@pytest.mark.parametrize("page", CALLS)
def test_an_unknown_key_is_said_in_its_own_words(
    browser: Client, address: Any, service: Service, page: str, status: int, body: str
) -> None:
    service.fault(path="/subscriber/sign*", status=status, body=body)
    answer = browser.post(address(page), form(page))
    assert answer.status_code == 422
    assert "KlickTipp does not know this listbuilding key." in words(answer)
    assert f'value="{EMAIL}"' in words(answer)


@pytest.mark.parametrize("page", CALLS)
def test_an_unknown_outcome_is_said(
    browser: Client, address: Any, service: Service, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.retries.sleep", lambda seconds: None)
    service.fault(path="/subscriber/sign*", close="after", always=True)
    answer = browser.post(address(page), form(page))
    assert answer.status_code == 422
    assert "It may have happened all the same" in words(answer)


@pytest.mark.parametrize("page", CALLS)
def test_a_second_submit_sends_nothing_and_ends_like_the_first(
    browser: Client, address: Any, service: Service, page: str
) -> None:
    same = form(page)
    assert browser.post(address(page), same).url == browser.post(address(page), same).url
    assert calls(service, page) == 1


@pytest.mark.parametrize("page", CALLS)
def test_a_used_form_for_somebody_else_says_that_nothing_was_sent(
    browser: Client, address: Any, service: Service, page: str
) -> None:
    same = form(page)
    browser.post(address(page), same)
    answer = browser.post(address(page), same | {"email": "pending@klick-tipp.team"})
    assert answer.status_code == 422
    assert "This form was sent before, so nothing was sent this time." in words(answer)
    assert 'value="pending@klick-tipp.team"' in words(answer)
    assert str(answer.context["action"]) != same["action"]
    assert calls(service, page) == 1


@pytest.mark.parametrize("page", CALLS)
def test_a_form_after_a_refusal_can_be_sent_again(browser: Client, address: Any, service: Service, page: str) -> None:
    refused = form(page, email="nobody@example.com")
    again = browser.post(address(page), refused).context["action"]
    assert browser.post(address(page), form(page) | {"action": str(again)}).status_code == 302
