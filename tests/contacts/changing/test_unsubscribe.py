"""Unsubscribing a contact on its page, and deleting it; both offer that nobody adds it again."""

import pytest
from django.test import Client

from accounts.roles import Role
from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount
from integrations.contacts.showing.recent import recent_contacts
from integrations.suppression.models import Reason
from integrations.suppression.services import suppressions_among
from tests.contacts.adding.test_add import send as add
from tests.contacts.changing.helpers import ADDRESS, OnPage, changes_sent, changes_told, sms_only
from tests.contacts.showing.test_find import url
from tests.factories import MembershipFactory
from tests.pages import errors, words
from tests.service import Service

UNSUBSCRIBE, DELETE = "unsubscribe/", "delete/"
NUMBER = "+4915112000003"
BOTH = (Subject(SubjectKind.EMAIL, ADDRESS), Subject(SubjectKind.SMS, NUMBER))


def listed(account: ClientAccount) -> dict[Subject, str]:
    """Which of the contact's addresses are on the suppression list, and why."""
    return {subject: entry.reason for subject, entry in suppressions_among(account, BOTH).items()}


# --- Unsubscribing ---


def test_it_asks_once_with_the_offer_ticked(dario: OnPage, service: Service) -> None:
    asked = dario.browser.get(dario.url(UNSUBSCRIBE))
    assert f"Unsubscribe {ADDRESS}?" in words(asked)
    assert "Unsubscribe this contact of Harbour Lane Coffee" in words(asked)
    assert asked.context["form"]["never_again"].value() is True
    assert changes_sent(service.paths()) == []


def test_both_channels_are_shown_afterwards_and_where_to_end_sms(dario: OnPage, service: Service) -> None:
    answer = dario.fill(UNSUBSCRIBE, never_again="on")
    assert changes_sent(service.paths()) == ["POST /subscriber/unsubscribe"]
    assert service.paths()[-1] == f"GET /subscriber/{dario.contact_id}", "read again"
    assert f"{ADDRESS} has been unsubscribed and is on the suppression list." in answer.headers["HX-Trigger"]
    assert "SMS is still subscribed." in words(answer)
    assert "open this contact in KlickTipp itself and unsubscribe its SMS number there" in words(answer)
    assert "Unsubscribe from emails" not in words(answer)
    assert dario.contact().status == "Unsubscribed"


def test_its_addresses_are_not_added_again(dario: OnPage, browser: Client, account: ClientAccount) -> None:
    dario.fill(UNSUBSCRIBE, never_again="on")
    assert listed(account) == dict.fromkeys(BOTH, Reason.UNSUBSCRIBED)
    assert "On the suppression list since" in words(add(browser, account, email=ADDRESS))
    (told,) = (told for told in changes_told() if "unsubscribed" in told)
    assert told.endswith(" unsubscribed d•••@klick-tipp.team of Harbour Lane Coffee")


def test_the_offer_can_be_declined(dario: OnPage, account: ClientAccount) -> None:
    answer = dario.fill(UNSUBSCRIBE)
    assert f"{ADDRESS} has been unsubscribed." in answer.headers["HX-Trigger"]
    assert listed(account) == {}


def test_without_an_answer_the_addresses_are_listed_all_the_same(
    dario: OnPage, account: ClientAccount, service: Service
) -> None:
    form = dario.form(UNSUBSCRIBE, never_again="on")
    service.fault(path="/subscriber/unsubscribe", close="before", times=10)
    answer = dario.send(UNSUBSCRIBE, form)
    assert answer.status_code == 422
    assert "look at the contact before you send this again" in words(answer)
    assert "The suppression list has the address in any case." in words(answer)
    assert listed(account) == dict.fromkeys(BOTH, Reason.UNSUBSCRIBED)


def test_a_refusal_lists_nobody(dario: OnPage, account: ClientAccount, service: Service) -> None:
    form = dario.form(UNSUBSCRIBE, never_again="on")
    service.fault(path="/subscriber/unsubscribe", status=406, body='{"error": 9}')
    answer = dario.send(UNSUBSCRIBE, form)
    assert "The contact is not subscribed." in words(answer)
    assert "Unsubscribe this contact of" not in words(answer)
    assert listed(account) == {}


@pytest.mark.parametrize(("part", "typed"), [(UNSUBSCRIBE, {}), (DELETE, {"typed": ADDRESS})])
def test_who_has_another_address_meanwhile_is_asked_about_again(
    dario: OnPage, account: ClientAccount, service: Service, part: str, typed: dict[str, str]
) -> None:
    form = dario.form(part, never_again="on", **typed)
    dario.fill("email/", address="dario.new@klick-tipp.team")
    before = changes_sent(service.paths())
    answer = dario.send(part, form)
    assert answer.status_code == 422
    assert "This contact has been changed meanwhile, so nothing was sent." in words(answer)
    assert "dario.new@klick-tipp.team?" in words(answer)
    assert changes_sent(service.paths()) == before
    assert listed(account) == {}


def test_with_only_an_sms_number_it_is_said_that_it_cannot_be_done(browser: Client, account: ClientAccount) -> None:
    page = sms_only(browser, account)
    assert page.url(UNSUBSCRIBE) not in browser.get(page.url()).content.decode()
    asked = browser.get(page.url(UNSUBSCRIBE))
    assert "please unsubscribe this contact in KlickTipp itself" in words(asked)
    form = {"action": str(asked.context["action"]), "shown": asked.context["signed"], "never_again": "on"}
    assert "This contact has no email address." in words(page.send(UNSUBSCRIBE, form))


@pytest.mark.parametrize(("part", "typed"), [(UNSUBSCRIBE, {}), (DELETE, {"typed": ADDRESS})])
def test_a_second_submit_does_nothing_twice(dario: OnPage, service: Service, part: str, typed: dict[str, str]) -> None:
    form = dario.form(part, **typed)
    first, second = dario.send(part, form), dario.send(part, form)
    assert (first.status_code, second.status_code) == (200, 200)
    assert len(changes_sent(service.paths())) == 1


# --- Deleting ---


def test_the_address_has_to_be_typed(dario: OnPage, service: Service) -> None:
    asked = dario.browser.get(dario.url(DELETE))
    assert "Delete this contact of Harbour Lane Coffee" in words(asked)
    assert asked.context["form"]["never_again"].value() is True
    for typed in ("", "dario", "pending@klick-tipp.team"):
        answer = dario.fill(DELETE, typed=typed)
        assert errors(answer) == {"typed": ["This is not what stands above. Nothing was deleted."]}
        assert answer.context["form"]["typed"].value() == typed
    assert changes_sent(service.paths()) == []


@pytest.mark.parametrize("htmx", [True, False])
def test_deleting_leads_to_where_contacts_are_found(
    dario: OnPage, account: ClientAccount, service: Service, htmx: bool
) -> None:
    dario.browser.get(dario.url())
    assert recent_contacts(dario.browser.session, account)
    answer = dario.send(DELETE, dario.form(DELETE, typed=ADDRESS.upper(), never_again="on"), htmx=htmx)
    found = answer["HX-Redirect"] if htmx else answer.url
    assert found == url(account)
    assert changes_sent(service.paths()) == [f"DELETE /subscriber/{dario.contact_id}"]
    assert recent_contacts(dario.browser.session, account) == []
    assert f"{ADDRESS} has been deleted and is on the suppression list." in words(dario.browser.get(found))
    gone = dario.browser.get(dario.url())
    assert gone.status_code == 404
    assert "deleted the contact d•••@klick-tipp.team of Harbour Lane Coffee" in words(gone)
    assert listed(account) == dict.fromkeys(BOTH, Reason.DELETED)


def test_a_contact_that_has_gone_is_told_in_the_same_words_on_the_page_and_in_the_log(
    dario: OnPage, service: Service
) -> None:
    form = dario.form(DELETE, typed=ADDRESS)
    service.fault(method="DELETE", status=406, body='{"error": 4}')
    assert "KlickTipp has no such contact" in words(dario.send(DELETE, form, htmx=False))
    log = words(dario.browser.get(f"/t/{dario.account.team.slug}/log/"))
    assert "KlickTipp has no such contact" in log
    assert "no subscription" not in log


def test_with_only_an_sms_number_that_is_typed(browser: Client, account: ClientAccount) -> None:
    page = sms_only(browser, account)
    assert page.fill(DELETE, typed="0049 1511 2345678")["HX-Redirect"] == url(account)
    assert browser.get(page.url()).status_code == 404


def test_without_an_answer_the_deleted_are_listed_all_the_same(
    dario: OnPage, account: ClientAccount, service: Service
) -> None:
    form = dario.form(DELETE, typed=ADDRESS, never_again="on")
    service.fault(method="DELETE", close="after")
    answer = dario.send(DELETE, form)
    assert "look at the contact before you send this again" in words(answer)
    assert answer.context["form"]["typed"].value() == ADDRESS
    assert listed(account) == dict.fromkeys(BOTH, Reason.DELETED)
    assert dario.browser.get(dario.url()).status_code == 404


def test_editors_cannot_delete(client: Client, dario: OnPage) -> None:
    client.force_login(MembershipFactory(team=dario.account.team, role=Role.EDITOR).user)
    shown = client.get(dario.url()).content.decode()
    assert dario.url(DELETE) not in shown
    assert dario.url(UNSUBSCRIBE) in shown
    assert client.get(dario.url(DELETE)).status_code == 403


def test_viewers_see_no_forms_and_are_refused(client: Client, dario: OnPage, service: Service) -> None:
    client.force_login(MembershipFactory(team=dario.account.team, role=Role.VIEWER).user)
    shown = client.get(dario.url()).content.decode()
    before = service.paths()
    for part in ("data/", "email/", "sms/", "tags/add/", "tags/remove/", UNSUBSCRIBE, DELETE):
        assert dario.url(part) not in shown
        assert client.get(dario.url(part)).status_code in (403, 405)
        assert client.post(dario.url(part)).status_code == 403
    assert service.paths() == before


@pytest.mark.parametrize(("part", "typed"), [(UNSUBSCRIBE, {}), (DELETE, {"typed": ADDRESS})])
def test_what_went_wrong_for_good_is_not_offered_again(
    dario: OnPage, service: Service, part: str, typed: dict[str, str]
) -> None:
    buttons = {UNSUBSCRIBE: "Unsubscribe this contact of", DELETE: "Delete this contact of"}
    form = dario.form(part, **typed)
    service.fault(path=f"/subscriber/{dario.contact_id}", status=403, body='["no"]')
    answer = dario.send(part, form)
    assert answer.status_code == 422
    assert "KlickTipp refuses the access." in words(answer)
    assert buttons[part] not in words(answer)


def test_who_ticks_it_on_the_second_submit_has_it_on_the_list(browser: Client, account: ClientAccount) -> None:
    page = OnPage(browser, account)
    form = page.form("unsubscribe/")
    page.send("unsubscribe/", form)
    assert not listed(account)
    page.send("unsubscribe/", form | {"never_again": "on"})
    assert set(listed(account)) == set(BOTH)


def test_what_was_sent_for_one_contact_is_not_told_of_another(browser: Client, account: ClientAccount) -> None:
    page, other = OnPage(browser, account), OnPage(browser, account, "jule.dorn21@klick-tipp.team")
    form = page.form("unsubscribe/")
    page.send("unsubscribe/", form)
    other.send("unsubscribe/", other.form("unsubscribe/", action=form["action"]))
    assert other.contact().is_unsubscribed
