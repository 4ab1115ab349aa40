"""Phone numbers of a new contact: read with the client's country, and shown before they are sent."""

from typing import Any

import pytest
from django.test import Client

from integrations.clients.models import ClientAccount
from integrations.klicktipp import KlickTipp
from tests.contacts.adding.test_add import send, typed, url
from tests.pages import errors
from tests.service import Service

Page = Any
PHONES = ["fieldPrivatePhone", "fieldMobilePhone", "fieldPhone", "fieldFax"]


def kept(api: KlickTipp) -> dict[str, str]:
    contact_id = api.find_contact("rainer@klick-tipp.team")
    assert contact_id
    contact = api.get_contact(contact_id)
    return {"sms": contact.sms_number, **{name: contact.fields.get(name, "") for name in PHONES}}


def test_numbers_without_country_code_are_shown_with_it_and_sent_the_second_time(
    browser: Client, account: ClientAccount, service: Service, api: KlickTipp
) -> None:
    form = typed(shown=PHONES, sms_number="0151 12345678", fieldMobilePhone="0171 1234567", fieldFax="0049 30 1234560")
    seen = browser.post(url(account), form)

    told = errors(seen)
    assert told.keys() == {"sms_number", "fieldMobilePhone"}
    assert "was read as +49 1511 2345678, as the client's country is Germany." in told["sms_number"][0]
    assert seen.content.decode().count("field-question") == 2
    assert service.received() == []
    assert seen.context["form"]["sms_number"].value() == "+49 1511 2345678"
    assert seen.context["form"]["fieldMobilePhone"].value() == "+49 171 1234567"
    again = form | {name: seen.context["form"][name].value() for name in ("sms_number", "fieldMobilePhone")}
    assert browser.post(url(account), again).status_code == 302
    assert kept(api) == {
        "sms": "004915112345678",
        "fieldPrivatePhone": "",
        "fieldMobilePhone": "00491711234567",
        "fieldPhone": "",
        "fieldFax": "0049301234560",
    }


def test_the_clients_country_is_the_one_of_its_numbers(browser: Client, account: ClientAccount) -> None:
    ClientAccount.objects.update(country="AT")
    page = send(browser, account, sms_number="0664 1234567")
    assert page.context["form"]["sms_number"].value() == "+43 664 1234567"
    assert "country is Austria." in errors(page)["sms_number"][0]
    assert (
        "Without a country code it is one of the client's country (Austria)."
        in page.context["form"]["sms_number"].help_text
    )


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("12", "This phone number is too short."),
        ("0111 1234567", "This is no phone number of the client's country (Germany)."),
        ("+49 151 1234567890123", "This phone number is too long."),
        ("ask Rainer", "This is not a phone number."),
    ],
)
def test_what_cannot_be_dialled_is_refused_in_every_field(
    browser: Client, account: ClientAccount, service: Service, number: str, told: str
) -> None:
    page = send(browser, account, shown=PHONES, sms_number=number, **dict.fromkeys(PHONES, number))
    found = errors(page)
    assert found.keys() == {"sms_number", *PHONES}
    assert all(told in error for (error,) in found.values())
    assert service.received() == []


def test_a_number_that_stands_there_in_the_other_form_is_no_difference(
    browser: Client, account: ClientAccount, api: KlickTipp
) -> None:
    api.add_or_update_contact("rainer@klick-tipp.team", fields={"fieldPhone": "0049301234560"})
    page = send(browser, account, shown=["fieldPhone"], fieldPhone="+49 30 1234560")
    assert page.context["page"].preview.differences.values == []
