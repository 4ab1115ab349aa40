"""Another email address or SMS number for a contact."""

from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount
from integrations.suppression.models import Reason
from integrations.suppression.services import suppress
from tests.contacts.changing.helpers import ADDRESS, OnPage, changes_sent, changes_told, sms_only
from tests.factories import errand
from tests.pages import errors, words
from tests.service import Service

EMAIL, SMS = "email/", "sms/"
NEW, NUMBER = "dario.new@klick-tipp.team", "+4915112000003"
NOBODYS = (
    "This is no phone number of the client's country (Germany). Please begin it with + or 00 and the country code."
)
OTHERS_NUMBER = "+4915113000001"


def test_an_email_address_is_changed(dario: OnPage, service: Service) -> None:
    answer = dario.fill(EMAIL, address=NEW)
    assert f"The email address is {NEW} now." in answer.headers["HX-Trigger"]
    assert 'id="contact-address" aria-labelledby="address" data-focus' in answer.content.decode()
    assert dario.contact().email == NEW
    assert changes_sent(service.paths()) == [f"PUT /subscriber/{dario.contact_id}"]
    assert changes_told()[-1].endswith(" changed the email address of d•••@klick-tipp.team in Harbour Lane Coffee")


def test_an_sms_number_is_changed(dario: OnPage) -> None:
    answer = dario.fill(SMS, address="0049 151 1234 5678")
    assert "The SMS number is +49 1511 2345678 now." in answer.headers["HX-Trigger"]
    assert dario.contact().sms_number == "004915112345678"
    assert changes_told()[-1].endswith(
        " changed the SMS number of d•••@klick-tipp.team in Harbour Lane Coffee to +49•••78"
    )


def test_the_way_without_javascript(dario: OnPage) -> None:
    assert "<!doctype html>" in dario.browser.get(dario.url(EMAIL)).content.decode()
    answer = dario.send(EMAIL, dario.form(EMAIL, address=NEW), htmx=False)
    assert (answer.status_code, answer.url) == (302, f"{dario.url()}#contact-address")
    assert f"The email address is {NEW} now." in words(dario.browser.get(dario.url()))


@pytest.mark.parametrize(
    ("part", "typed", "told"),
    [
        (EMAIL, "", "Please type an email address. KlickTipp's API cannot take one away."),
        (EMAIL, "dario", "Please enter a complete email address, such as name@example.com."),
        (EMAIL, f"{'x' * 65}@example.com", "The part before the @ is too long for an email address."),
        (SMS, "", "Please type an SMS number. KlickTipp's API cannot take one away."),
        (SMS, "0111 1234567", NOBODYS),
        (SMS, "+49 151", "This phone number is too short."),
        (SMS, "+49 151 1234567890123", "This phone number is too long."),
        (SMS, "+999 151 1234567", "There is no country with this country code. Please check the beginning."),
    ],
)
def test_what_is_no_address_is_told_at_its_field(
    dario: OnPage, service: Service, part: str, typed: str, told: str
) -> None:
    answer = dario.fill(part, address=typed)
    assert errors(answer) == {"address": [told]}
    assert answer.context["form"]["address"].value() == typed
    assert changes_sent(service.paths()) == []


@pytest.mark.parametrize(
    ("part", "typed", "told", "code"),
    [
        (EMAIL, "pending@klick-tipp.team", "The email address already belongs to another contact.", "507"),
        (SMS, OTHERS_NUMBER, "The SMS number already belongs to another contact.", "10/9"),
        (EMAIL, "error-30@klick-tipp.team", "The email address must not be changed.", "30"),
    ],
)
def test_what_klicktipp_refuses_is_told_at_the_field(
    dario: OnPage, part: str, typed: str, told: str, code: str
) -> None:
    answer = dario.fill(part, address=typed)
    assert errors(answer)["address"][0].startswith(told)
    assert f"(Error code {code})" in words(answer)
    assert "KlickTipp refused this; nothing was changed." in words(answer)
    assert answer.context["form"]["address"].value() == typed


@pytest.mark.parametrize(
    ("part", "kind", "typed"), [(EMAIL, SubjectKind.EMAIL, NEW), (SMS, SubjectKind.SMS, "+4915112345678")]
)
def test_who_must_not_be_added_again_is_refused(
    dario: OnPage, account: ClientAccount, service: Service, part: str, kind: SubjectKind, typed: str
) -> None:
    suppress(errand(account), [Subject(kind, typed)], Reason.ENTERED)
    answer = dario.fill(part, address=typed)
    assert errors(answer)["address"][0].startswith("On the suppression list since")
    assert "on the client's suppression list, so nothing was sent" in words(answer)
    assert changes_sent(service.paths()) == []


def test_the_same_address_is_no_change(dario: OnPage, service: Service) -> None:
    assert "Nothing was changed" in dario.fill(EMAIL, address=ADDRESS).headers["HX-Trigger"]
    assert "Nothing was changed" in dario.fill(SMS, address="0049 151 12000003").headers["HX-Trigger"]
    assert changes_sent(service.paths()) == []


def test_somebody_elses_change_is_told_with_both_addresses(dario: OnPage, service: Service) -> None:
    mine = dario.form(EMAIL, address=NEW)
    dario.fill(EMAIL, address="other@klick-tipp.team")
    before = changes_sent(service.paths())
    answer = dario.send(EMAIL, mine)
    assert errors(answer) == {
        "address": [f"It was “{ADDRESS}” when you opened the form; in KlickTipp it is “other@klick-tipp.team” now."]
    }
    assert answer.context["form"]["address"].value() == NEW
    assert changes_sent(service.paths()) == before
    again = mine | {"action": str(answer.context["action"]), "shown": answer.context["signed"]}
    assert dario.send(EMAIL, again).status_code == 200
    assert dario.contact().email == NEW


def test_a_second_submit_changes_nothing_twice(dario: OnPage, service: Service) -> None:
    form = dario.form(EMAIL, address=NEW)
    dario.send(EMAIL, form)
    assert f"The email address is {NEW} now." in dario.send(EMAIL, form).headers["HX-Trigger"]
    assert len(changes_sent(service.paths())) == 1


def test_a_contact_deleted_in_another_tab_is_told(dario: OnPage) -> None:
    forms: dict[str, Any] = {EMAIL: dario.form(EMAIL, address=NEW), SMS: dario.form(SMS, address="+4915112345678")}
    dario.fill("delete/", typed=ADDRESS)
    for part, form in forms.items():
        answer = dario.send(part, form)
        assert answer.status_code == 422
        assert "KlickTipp has no such contact any more, so nothing was changed." in words(answer)
        assert answer.context["form"]["address"].value() == form["address"]


def test_a_contact_with_an_sms_number_only_gets_an_email_address(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    page = sms_only(browser, account)
    assert page.fill(EMAIL, address=NEW).status_code == 200
    assert page.contact().email == NEW
    assert "changed the email address of +49•••78" in changes_told()[-1]
