"""Data fields whose type nobody knows: what can mean several things is asked about before it is sent."""

import pytest
from django.test import Client

from integrations.clients.models import ClientAccount
from integrations.klicktipp import KlickTipp
from tests.contacts.adding.test_add import send, typed, url
from tests.contacts.changing.helpers import OnPage, changes_sent
from tests.contacts.changing.test_change_fields import PART
from tests.contacts.changing.test_change_fields import send as send_fields
from tests.pages import errors, html, words
from tests.service import Service

TOTAL = "field10000005"
AS_DECIMAL = "a decimal number would become 12.34, and a date another day. Please set the type first."
AS_DATE = "one for dates or times would refuse this, or keep something else. Please set the type first."


def test_it_is_said_in_the_form_with_the_way_to_set_it(browser: Client, account: ClientAccount, lists: None) -> None:
    page = browser.post(url(account, "add/field/"), {"further_field": TOTAL, "shown": ["fieldFirstName"]})
    link = f'href="{url(account, f"fields/?at={TOTAL}#type-{TOTAL}")}" target="_blank">Type not set'
    assert html(page).count(link) == html(page).count("Type not set") == 1
    browser.post(url(account, "fields/types/"), {TOTAL: "decimal"})
    page = browser.post(url(account, "add/field/"), {"further_field": TOTAL})
    assert "Type not set" not in html(page)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("1234", AS_DECIMAL),
        (" 1234 ", AS_DECIMAL),
        ("31.12.2026", AS_DATE),
        ("2026-12-31", AS_DATE),
        ("03/04/2026", AS_DATE),
        ("31.12.2026 14:30", AS_DATE),
        ("14:30", AS_DATE),
    ],
)
def test_what_can_mean_several_things_is_asked_about(
    browser: Client, account: ClientAccount, lists: None, service: Service, value: str, told: str
) -> None:
    before = len(service.paths())
    page = send(browser, account, shown=[TOTAL], **{TOTAL: value})
    assert errors(page).keys() == {TOTAL}
    assert errors(page)[TOTAL][0].endswith(told)
    assert "Send it exactly as typed" in words(page)
    assert len(service.paths()) == before


@pytest.mark.parametrize("value", ["C-1234", "12.34", "1 234", "two", "31.12."])
def test_plain_text_is_not(browser: Client, account: ClientAccount, value: str) -> None:
    assert send(browser, account, shown=["field10000001"], field10000001=value).status_code == 302


def test_as_typed_it_is_sent_and_what_klicktipp_made_of_it_is_told(
    browser: Client, account: ClientAccount, lists: None, api: KlickTipp
) -> None:
    form = typed(shown=[TOTAL], as_typed=[TOTAL], **{TOTAL: "1234"})
    page = browser.post(url(account), form, follow=True)
    assert "Order total: you typed “1234”, KlickTipp now has “12.34”." in words(page)


def test_the_tick_stays_while_something_else_is_put_right(browser: Client, account: ClientAccount) -> None:
    page = send(browser, account, source="", shown=[TOTAL], as_typed=[TOTAL], **{TOTAL: "1234"})
    assert errors(page).keys() == {"source"}
    assert f'name="as_typed" value="{TOTAL}" id="id_{TOTAL}_as_typed" checked' in " ".join(html(page).split())


def test_changing_a_field_asks_too_and_tells_what_came_of_it(dario: OnPage, service: Service) -> None:
    asked = dario.fill(PART, **{TOTAL: "1234"})
    assert errors(asked)[TOTAL][0].endswith(AS_DECIMAL)
    form = dario.form(PART, **{TOTAL: "1234", "as_typed": TOTAL})
    assert f'<input type="hidden" name="as_typed" value="{TOTAL}">' in html(dario.send(PART, form))
    answer = send_fields(dario, form)
    assert "Order total: you typed “1234”, KlickTipp now has “12.34”." in words(answer)
    assert changes_sent(service.paths()) == [f"PUT /subscriber/{dario.contact_id}"]


def test_the_same_without_javascript(dario: OnPage) -> None:
    send_fields(dario, dario.form(PART, **{TOTAL: "1234", "as_typed": TOTAL}), htmx=False)
    assert "Order total: you typed “1234”, KlickTipp now has “12.34”." in words(dario.browser.get(dario.url()))


def test_what_is_left_as_it_was_shown_is_not_asked_about(dario: OnPage) -> None:
    assert "Dario → becomes Reiner" in words(dario.fill(PART, fieldFirstName="Reiner"))
