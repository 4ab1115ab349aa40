"""Email addresses in every form whose address goes to KlickTipp: what is refused before, and how it is sent."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from integrations.clients.models import ClientAccount
from integrations.contacts.models import Origin
from tests.contacts.adding.test_add import look, send, typed
from tests.contacts.changing.helpers import OnPage, changes_sent
from tests.contacts.showing.test_find import find
from tests.factories import ListbuildingKeyFactory
from tests.pages import Page, errors, html, words
from tests.service import Service

UMLAUT = "KlickTipp takes no letters such as “ü” before the @. Please ask for another email address."
INCOMPLETE = "Please enter a complete email address, such as name@example.com."
REFUSED = [
    ("jürgen@klick-tipp.team", UMLAUT),
    ("ju\u0308rgen@klick-tipp.team", UMLAUT),
    ("Jürgen Müller <j@klick-tipp.team>", INCOMPLETE),
    ("max@[127.0.0.1]", INCOMPLETE),
    ("max@10.0.0.10", INCOMPLETE),
    ("root@localhost", INCOMPLETE),
    ("max@☕.example", INCOMPLETE),
    (f"max@{'ü' * 300}.example", "Ensure this value has at most 254 characters (it has 312)."),
    (f"{'x' * 60}@{'.'.join(['ü'] * 24)}.example", "This is too long for an email address."),
    ("team\u202e@klick-tipp.team", "This contains control characters. Please type it again instead of pasting it."),
]

Fill = Callable[[str], Page]


@pytest.fixture
def url(account: ClientAccount) -> Callable[..., str]:
    return lambda name, **more: reverse(name, kwargs={"team": account.team.slug, "account": account.slug, **more})


@pytest.fixture(params=["contact_add", "tools_redirect", "tools_sign_up", "tools_remove_tag", "tools_unsubscribe"])
def fill(request: Any, browser: Client, account: ClientAccount, url: Any) -> Fill:
    """Sends one of the forms that have an address of a contact."""
    more = {}
    if request.param not in ("contact_add", "tools_redirect"):
        more["key_id"] = ListbuildingKeyFactory(account=account).pk
    return lambda email: browser.post(url(request.param, **more), typed(email=email, optin_process="1", sure="on"))


@pytest.mark.parametrize(("email", "told"), REFUSED)
def test_what_klicktipp_takes_from_nobody_is_told_at_the_field(
    fill: Fill, service: Service, email: str, told: str
) -> None:
    assert errors(fill(email))["email"] == [told]
    assert service.paths() == []


@pytest.mark.parametrize(("email", "told"), REFUSED)
def test_it_is_not_the_new_address_of_a_contact_either(dario: OnPage, service: Service, email: str, told: str) -> None:
    assert errors(dario.fill("email/", address=email))["address"] == [told]
    assert changes_sent(service.paths()) == []


@pytest.mark.parametrize(("email", "told"), [REFUSED[0], REFUSED[3], REFUSED[5]])
def test_it_is_not_looked_for_either(
    browser: Client, account: ClientAccount, service: Service, email: str, told: str
) -> None:
    assert errors(find(browser, account, email))["wanted"] == [told]
    assert html(look(browser, account, email)).strip() == html(look(browser, account, "")).strip()
    assert service.paths() == []


def test_a_pasted_list_with_an_umlaut_before_the_at_says_so(
    browser: Client, url: Callable[..., str], service: Service
) -> None:
    form = {"action": str(uuid4()), "addresses": "ada@klick-tipp.team; jürgen@klick-tipp.team", "tags": ["1"]}
    assert errors(browser.post(url("tagging"), form))["addresses"] == [
        f"This email address cannot be right: “jürgen@klick-tipp.team”. {UMLAUT} Nothing was sent."
    ]
    assert service.paths() == []


@pytest.mark.parametrize("domain", ["Müller.example", "mu\u0308ller.example", "\u200bmüller.example\u202c\u00a0"])
def test_a_domain_goes_to_klicktipp_in_its_idna_form_the_rest_as_typed(
    browser: Client, account: ClientAccount, domain: str
) -> None:
    answer = send(browser, account, email=f"\u202aInfo@{domain}")
    assert answer.status_code == 302, words(answer)
    added = browser.get(find(browser, account, "info@müller.example").url)
    assert added.context["contact"].contact.email == "Info@xn--mller-kva.example"


def test_a_contact_is_looked_up_and_shown_by_any_spelling(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    send(browser, account, email="info@müller.example")
    contact_id = Origin.objects.get().contact_id
    assert find(browser, account, "info@mu\u0308ller.example").url.endswith(f"/{contact_id}/")
    assert "INFO@xn--mller-kva.example is a contact already" in words(look(browser, account, "INFO@müller.example"))
    assert "Trade fair" in words(browser.get(find(browser, account, "info@müller.example").url))


@pytest.mark.parametrize("number", ["\u202a+49 1511 2345678\u202c", "\u200e0049 1511\u200b 2345678"])
def test_an_sms_number_is_taken_as_it_was_copied(browser: Client, account: ClientAccount, number: str) -> None:
    assert send(browser, account, email="", sms_number=number).status_code == 302
