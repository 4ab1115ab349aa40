"""Taking the listbuilding's tag from a contact, and unsubscribing with a listbuilding key."""

from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEntry, AuditSubject, KeyOwner, Outcome, SubjectKind
from integrations.audit.sentences import tell
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount
from integrations.listbuilding.models import ListbuildingKey
from integrations.suppression.services import suppression_of
from tests.factories import ListbuildingKeyFactory
from tests.listbuilding.helpers import typed
from tests.listbuilding.test_sign_up import EMAIL
from tests.listbuilding.test_sign_up import typed as sign_up_form
from tests.pages import errors, html, logged
from tests.service import Service

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


def is_listed(account: ClientAccount) -> bool:
    return suppression_of(account, Subject(SubjectKind.EMAIL, EMAIL)) is not None


def calls(service: Service, page: str) -> int:
    return service.paths().count(CALLS[page])


def test_the_tag_is_taken_away(browser: Client, address: Any, service: Service, url: Any, owner: Any) -> None:
    assert "The contact stays subscribed." in html(browser.get(address(REMOVE_TAG)))
    answer = browser.post(address(REMOVE_TAG), form(REMOVE_TAG))
    assert answer.url == url("listbuilding/")
    done = html(browser.get(answer.url))
    assert f"KlickTipp has taken the tag of the listbuilding key “Website form” from {EMAIL}." in done
    assert logged(operation="signout") == [
        f"{owner.user} took the tag of the listbuilding key Website form from r•••@klick-tipp.team "
        "of Harbour Lane Coffee"
    ]


def test_unsubscribing_asks_once_then_ends_on_the_contacts_page(
    browser: Client, address: Any, service: Service, account: ClientAccount, owner: Any
) -> None:
    first = typed(email=EMAIL)
    asked = browser.post(address(UNSUBSCRIBE), first)
    assert f"Unsubscribe {EMAIL} from Harbour Lane Coffee?" in html(asked)
    assert f'name="action" value="{first["action"]}"' in html(asked)
    assert asked.context["form"]["never_again"].value(), "ticked"
    assert calls(service, UNSUBSCRIBE) == 0
    answer = browser.post(address(UNSUBSCRIBE), first | {"sure": "on", "never_again": "on"})
    found = service.paths()[-1].removeprefix("GET /subscriber/")
    assert answer.url == f"/t/{account.team.slug}/clients/{account.slug}/contacts/{found}/?at=contact-status"
    page = html(browser.get(answer.url))
    assert f"{EMAIL} has been unsubscribed and is on the suppression list." in page
    assert "No SMS number." in page
    assert is_listed(account)
    assert logged(operation="signoff") == [
        f"{owner.user} unsubscribed r•••@klick-tipp.team from Harbour Lane Coffee with the listbuilding key "
        "Website form"
    ]
    assert f"{owner.user} looked how r•••@klick-tipp.team stands in Harbour Lane Coffee after listbuilding" in logged(
        operation="find_contact"
    )


def test_the_suppression_list_can_be_declined(browser: Client, address: Any, account: ClientAccount) -> None:
    page = html(browser.get(browser.post(address(UNSUBSCRIBE), form(UNSUBSCRIBE)).url))
    assert f"{EMAIL} has been unsubscribed." in page
    assert not is_listed(account)


def test_sms_that_goes_on_is_said_with_where_to_end_it(
    browser: Client, url: Any, key: ListbuildingKey, service: Service
) -> None:
    browser.post(url(f"listbuilding/{key.pk}/sign-up/"), sign_up_form(sms_number="+49 1511 2345678"))
    answer = browser.post(url(f"listbuilding/{key.pk}/unsubscribe/"), form(UNSUBSCRIBE))
    assert "SMS is still subscribed." in html(browser.get(answer.url))


def test_without_a_customer_key_it_says_what_it_cannot_know(
    browser: Client, address: Any, account: ClientAccount, service: Service, url: Any
) -> None:
    account.credentials.all().delete()
    before = len(service.paths())
    answer = browser.post(address(UNSUBSCRIBE), form(UNSUBSCRIBE, never_again="on"))
    assert answer.url == url("listbuilding/")
    assert (
        f"{EMAIL} has been unsubscribed and is on the suppression list. KlickTipp does not say whether this ends SMS "
        "messages too: please look the contact up."
    ) in html(browser.get(answer.url))
    assert service.paths()[before:] == [CALLS[UNSUBSCRIBE]]
    assert is_listed(account)


@pytest.fixture
def foreign(service: Service, account: ClientAccount) -> ListbuildingKey:
    """A listbuilding key of another KlickTipp account than the client's."""
    return ListbuildingKeyFactory(account=account, label="Shop", secret=service.accounts[1]["listbuilding_key"])


def test_a_key_of_another_account_is_noticed_by_the_missing_contact(
    browser: Client, foreign: ListbuildingKey, url: Any, account: ClientAccount, owner: Any
) -> None:
    browser.post(url(f"listbuilding/{foreign.pk}/sign-up/"), sign_up_form())
    answer = browser.post(url(f"listbuilding/{foreign.pk}/unsubscribe/"), form(UNSUBSCRIBE, never_again="on"))
    assert answer.url == url("listbuilding/")
    assert (
        f"Harbour Lane Coffee has no contact {EMAIL}: the listbuilding key “Shop” probably belongs to another "
        "KlickTipp account. The suppression list has the address in any case."
    ) in html(browser.get(answer.url))
    events = AuditEntry.objects.filter(sentence="tools.contact_missing")
    assert tell(events[0].sentence, events[0].parameters) == (
        f"{owner.user} used the listbuilding key Shop for r•••@klick-tipp.team, but Harbour Lane Coffee has no such "
        "contact: the key probably belongs to another KlickTipp account"
    )


def test_a_tag_that_was_taken_away_in_another_account_is_claimed_for_no_contact_of_this_one(
    browser: Client, foreign: ListbuildingKey, url: Any
) -> None:
    browser.post(url(f"listbuilding/{foreign.pk}/sign-up/"), sign_up_form())
    address, sent = url(f"listbuilding/{foreign.pk}/remove-tag/"), form(REMOVE_TAG)
    for _first_and_second_submit in range(2):
        answer = browser.post(address, sent)
        assert answer.url == url("listbuilding/")
        page = html(browser.get(answer.url))
        assert (
            f"KlickTipp has accepted this, but Harbour Lane Coffee has no contact {EMAIL}: the listbuilding key “Shop” "
            "probably belongs to another KlickTipp account."
        ) in page
        assert "has taken the tag" not in page
    events = AuditEntry.objects.filter(sentence="tools.contact_missing")
    assert len(events) == 2, "the sign-up's and this one's"


def test_a_tag_is_taken_away_also_where_the_contact_cannot_be_looked_up(
    browser: Client, address: Any, service: Service
) -> None:
    service.fault(path="/subscriber/search", status=403, body='["API access denied."]')
    assert "KlickTipp has taken the tag" in html(browser.get(browser.post(address(REMOVE_TAG), form(REMOVE_TAG)).url))


def test_a_key_of_another_account_is_noticed_by_a_contact_that_is_still_subscribed(
    browser: Client, key: ListbuildingKey, foreign: ListbuildingKey, url: Any
) -> None:
    for one in (foreign, key):
        browser.post(url(f"listbuilding/{one.pk}/sign-up/"), sign_up_form())
    answer = browser.post(url(f"listbuilding/{foreign.pk}/unsubscribe/"), form(UNSUBSCRIBE))
    page = html(browser.get(answer.url))
    assert f"KlickTipp has accepted this, but {EMAIL} is still subscribed to Harbour Lane Coffee" in page
    assert "Unsubscribe from emails" in page


def test_a_contact_that_cannot_be_looked_up_afterwards_is_unsubscribed_all_the_same(
    browser: Client, address: Any, service: Service, url: Any
) -> None:
    service.fault(path="/subscriber/search", status=403, body='["API access denied."]')
    answer = browser.post(address(UNSUBSCRIBE), form(UNSUBSCRIBE))
    assert answer.url == url("listbuilding/")
    assert f"{EMAIL} has been unsubscribed. KlickTipp does not say" in html(browser.get(answer.url))


def test_without_an_answer_the_address_is_listed_all_the_same_and_the_choice_stays(
    browser: Client, address: Any, service: Service, account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    service.fault(path="/subscriber/signoff", close="after", always=True)
    answer = browser.post(address(UNSUBSCRIBE), form(UNSUBSCRIBE, never_again="on"))
    assert "The suppression list has the address in any case." in html(answer)
    assert is_listed(account)
    assert answer.context["form"]["never_again"].value()
    declined = browser.post(address(UNSUBSCRIBE), form(UNSUBSCRIBE))
    assert "The suppression list has" not in html(declined)
    assert not declined.context["form"]["never_again"].value()


def test_a_refusal_lists_nobody(browser: Client, address: Any, service: Service, account: ClientAccount) -> None:
    service.fault(path="/subscriber/signoff", status=406, body='{"error": 9}')
    answer = browser.post(address(UNSUBSCRIBE), form(UNSUBSCRIBE, never_again="on"))
    assert "So there is nothing to unsubscribe" in html(answer)
    assert 'class="btn btn-danger"' not in html(answer)
    assert not is_listed(account)


@pytest.mark.parametrize("code", [4, 5, 7, 9, 12])
def test_after_a_refusal_the_question_stays_and_leads_to_the_suppression_list(
    browser: Client, address: Any, service: Service, account: ClientAccount, code: int
) -> None:
    service.fault(path="/subscriber/signoff", status=406, body=f'{{"error": {code}}}', always=True)
    for never_again in ({"never_again": "on"}, {}):
        answer = browser.post(address(UNSUBSCRIBE), form(UNSUBSCRIBE, **never_again))
        assert answer.status_code == 422
        assert f"Unsubscribe {EMAIL} from Harbour Lane Coffee?" in html(answer)
        assert bool(answer.context["form"]["never_again"].value()) is bool(never_again)
        assert ('class="btn btn-danger"' in html(answer)) is (code == 12)
        assert "You can put it there all the same." in html(answer)
        assert f'href="/t/{account.team.slug}/clients/{account.slug}/suppression/new/"' in html(answer)


def test_after_a_refusal_the_address_can_be_changed(browser: Client, address: Any, service: Service) -> None:
    refused = form(UNSUBSCRIBE, email="nobody@example.com", never_again="on")
    assert '/unsubscribe/change/"' in html(browser.post(address(UNSUBSCRIBE), refused))
    page = browser.post(f"{address(UNSUBSCRIBE)}change/", refused)
    assert page.status_code == 200
    assert '<input type="email" name="email" value="nobody@example.com"' in html(page)
    assert f'action="{address(UNSUBSCRIBE)}"' in html(page)
    assert calls(service, UNSUBSCRIBE) == 1


@pytest.mark.parametrize("page", CALLS)
def test_the_log_keeps_neither_address_nor_key(browser: Client, address: Any, key: ListbuildingKey, page: str) -> None:
    browser.post(address(page), form(page))
    entry = AuditEntry.objects.filter(operation=CALLS[page].rpartition("/")[2]).get()
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


def test_an_unknown_contact_is_told_at_the_address(browser: Client, address: Any) -> None:
    answer = browser.post(address(REMOVE_TAG), form(REMOVE_TAG, email="nobody@example.com"))
    assert errors(answer) == {"email": ["The email address was not found. Please check the address, then try again."]}
    assert "KlickTipp refused this; nothing was changed." in html(answer)
    assert 'value="nobody@example.com"' in html(answer)


@pytest.mark.parametrize(("status", "body"), [(406, '{"error": 100}'), (401, '["x"]'), (403, '["API access denied."]')])
@pytest.mark.parametrize("page", CALLS)
def test_an_unknown_key_is_said_in_its_own_words(
    browser: Client, address: Any, service: Service, page: str, status: int, body: str
) -> None:
    service.fault(path="/subscriber/sign*", status=status, body=body)
    answer = browser.post(address(page), form(page))
    assert answer.status_code == 422
    assert "KlickTipp does not know this listbuilding key." in html(answer)
    assert f'value="{EMAIL}"' in html(answer)


@pytest.mark.parametrize("page", CALLS)
def test_an_unknown_outcome_is_said(
    browser: Client, address: Any, service: Service, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    service.fault(path="/subscriber/sign*", close="after", always=True)
    answer = browser.post(address(page), form(page))
    assert answer.status_code == 422
    assert "It may have happened all the same" in html(answer)


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
    assert "This form was sent before, so nothing was sent this time." in html(answer)
    assert 'value="pending@klick-tipp.team"' in html(answer)
    assert str(answer.context["action"]) != same["action"]
    assert calls(service, page) == 1


@pytest.mark.parametrize("page", CALLS)
def test_a_form_after_a_refusal_can_be_sent_again(browser: Client, address: Any, service: Service, page: str) -> None:
    refused = form(page, email="nobody@example.com")
    again = browser.post(address(page), refused).context["action"]
    assert browser.post(address(page), form(page) | {"action": str(again)}).status_code == 302


@pytest.mark.parametrize("page", CALLS)
def test_a_key_that_has_been_removed_meanwhile_is_named_and_the_address_kept(
    browser: Client, address: Any, service: Service, url: Any, page: str
) -> None:
    there = address(page)
    ListbuildingKey.objects.all().delete()
    answer = browser.post(there, form(page))
    assert answer.status_code == 404
    assert "This listbuilding key has been removed meanwhile, so nothing was sent." in html(answer)
    assert f'value="{EMAIL}"' in html(answer)
    assert url("listbuilding/") in html(answer)
    assert calls(service, page) == 0
