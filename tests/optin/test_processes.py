"""The list of opt-in processes, and one with its details."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind, ReferenceSnapshot
from tests.factories import actor
from tests.pages import html, logged
from tests.service import Service


@pytest.fixture
def process_ids(browser: Client, url: Any) -> dict[str, int]:
    """The sandbox's processes by name, after the list has been opened."""
    browser.get(url("optin-processes/"))
    return {item["name"]: item["id"] for item in known()}


def known() -> list[dict[str, Any]]:
    return list(ReferenceSnapshot.objects.get(kind=ReferenceKind.OPTIN_PROCESSES).items)


def forget_details() -> None:
    """As if the list had come without them."""
    names = [{"id": item["id"], "name": item["name"]} for item in known()]
    ReferenceSnapshot.objects.filter(kind=ReferenceKind.OPTIN_PROCESSES).update(items=names)


def test_the_list_names_all_and_says_what_each_does(
    browser: Client, service: Service, url: Any, owner: Membership
) -> None:
    page = html(browser.get(url("optin-processes/")))
    for name in ("Predefined double opt-in process", "Newsletter sign-up", "Existing customers (single opt-in)"):
        assert name in page
    assert page.count("is asked by email to confirm (double opt-in)") == 3
    assert page.count("is active at once (single opt-in)") == 1
    assert "Where a dash stands" not in page
    assert set(logged(operation="list_optin_processes") + logged(operation="get_optin_process")) == {
        f"{owner.user} looked at the opt-in processes of Harbour Lane Coffee"
    }


def test_what_is_known_since_today_is_not_asked_again(browser: Client, service: Service, url: Any) -> None:
    browser.get(url("optin-processes/"))
    before = len(service.paths())
    assert html(browser.get(url("optin-processes/?load=now"))).count("(double opt-in)") == 3
    assert service.paths()[before:] == ["GET /list"]


def test_what_could_not_be_asked_is_a_dash_with_one_sentence(browser: Client, service: Service, url: Any) -> None:
    service.fault(path="/list/*", status=500, always=True)
    page = html(browser.get(url("optin-processes/")))
    assert page.count("Where a dash stands, KlickTipp has not told it yet") == 1
    assert "(double opt-in)" not in page


def test_details_are_shown_when_one_is_opened(
    browser: Client, service: Service, url: Any, process_ids: dict[str, int], owner: Membership
) -> None:
    page = html(browser.get(url(f"optin-processes/{process_ids['Newsletter sign-up']}/")))
    assert "Opt-in process “Newsletter sign-up” of Harbour Lane Coffee" in page
    assert "Double opt-in: a new contact gets an email and is active once it has confirmed there." in page
    for part in ("please-confirm", "thank-you"):
        assert (
            f'<a class="icon-text" href="https://harbourlane.example.com/{part}" target="_blank" rel="norefer' in page
        )
    assert page.index("switched off") < page.index("switched on")
    assert logged(operation="get_optin_process")[-1] == (
        f"{owner.user} looked at the opt-in process Newsletter sign-up of Harbour Lane Coffee"
    )


def test_single_opt_in_and_the_one_without_a_name(browser: Client, url: Any, process_ids: dict[str, int]) -> None:
    single = html(browser.get(url(f"optin-processes/{process_ids['Existing customers (single opt-in)']}/")))
    assert "Single opt-in: a new contact is active at once and gets no confirmation email." in single
    predefined = html(browser.get(url(f"optin-processes/{process_ids['']}/")))
    assert "Opt-in process “Predefined double opt-in process” of" in predefined
    assert predefined.count("none set") == 2


def test_loading_the_list_again_keeps_the_known_pages(account: ClientAccount) -> None:
    for _ in range(2):
        load(account, ReferenceKind.OPTIN_PROCESSES, actor())
        urls = {item["name"]: item["thank_you_url"] for item in known()}
        assert urls["Newsletter sign-up"] == "https://harbourlane.example.com/thank-you"


def test_details_that_cannot_be_loaded_are_shown_as_they_were_known(
    browser: Client, service: Service, url: Any, process_ids: dict[str, int]
) -> None:
    address = url(f"optin-processes/{process_ids['Newsletter sign-up']}/")
    forget_details()
    service.fault(status=500, always=True, path="/list/*")
    before = browser.get(address)
    assert before.status_code == 422
    assert "KlickTipp answered in a way that cannot be understood." in html(before)
    assert "Nothing more is known of it yet." in html(before)
    assert "Double opt-in:" not in html(before)
    service.reset()
    browser.get(address)
    service.fault(status=500, always=True, path="/list/*")
    after = html(browser.get(address))
    assert "This is what KlickTipp told on" in after
    assert "Double opt-in:" in after


def test_a_list_that_cannot_be_loaded_is_the_last_known_one(
    browser: Client, service: Service, url: Any, process_ids: dict[str, int]
) -> None:
    service.fault(status=403, body='["API access denied."]')
    page = html(browser.get(url("optin-processes/?load=now")))
    assert "The opt-in processes could not be loaded. KlickTipp refuses the access." in page
    assert "This is the list of" in page
    assert "Webinar" in page


def test_a_process_that_has_gone_is_told_so(browser: Client, url: Any) -> None:
    page = browser.get(url("optin-processes/4711/"))
    assert page.status_code == 404
    assert "KlickTipp has no such opt-in process" in html(page)
    assert browser.get(url(f"optin-processes/{10**30}/")).status_code == 404


@pytest.mark.parametrize(
    "hostile",
    ["javascript:alert(1)", "http://", "https://a b.example", "data:text/html,x", "https://x.example/\u202e", "//x.y"],
)
def test_what_is_no_web_address_is_never_a_link(
    browser: Client, service: Service, url: Any, process_ids: dict[str, int], hostile: str
) -> None:
    number = process_ids["Webinar"]
    body = f'{{"listid": {number}, "name": "<b>x</b>", "thankyouurl": "{hostile}", "pendingurl": "https://ok.example"}}'
    service.fault(status=200, body=body, path=f"/list/{number}")
    page = html(browser.get(url(f"optin-processes/{number}/")))
    assert "This is no web address, so there is no link." in page
    assert f'href="{hostile}' not in page
    assert 'href="https://ok.example"' in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page
