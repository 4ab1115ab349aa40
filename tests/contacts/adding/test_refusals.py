"""KlickTipp's refusals of an add: each code of the reference stands at the field that it is about."""

import json

import pytest
from django.test import Client

from integrations.clients.models import ClientAccount
from tests.contacts.adding.test_add import send
from tests.facts import CODES, DETAILS
from tests.pages import errors, html
from tests.service import Service

FIELDS = {
    4: "email",
    5: "email",
    6: "email",
    7: "email",
    8: "",
    9: "sms_number",
    10: "",
    11: "sms_number",
    12: "",
    15: "",
    30: "email",
    31: "tags",
    32: "email",
    401: "",
    402: "optin_process",
    403: "tags",
    507: "email",
}
"""The field of the form for each code; "" where it is about none, so that it stands above the form."""

DETAILS_FIELDS = {5: "email", 6: "email", 9: "sms_number", 10: "sms_number", 11: "sms_number", 30: "email"}


def test_the_table_knows_every_code_of_the_reference() -> None:
    assert sorted(FIELDS) == [code for code, (when_adding, _) in CODES.items() if when_adding]
    assert list(DETAILS_FIELDS) == list(DETAILS)


@pytest.mark.parametrize(
    ("refusal", "field"),
    [
        *(({"error": code}, field) for code, field in FIELDS.items()),
        *(({"error": 10, "code": detail}, field) for detail, field in DETAILS_FIELDS.items()),
        ({"error": 8, "field": "City", "name": "fieldCity", "field_value": "x", "reason": "Too strange."}, "fieldCity"),
        ({"error": 8, "field": "Hat size", "name": "field4711", "field_value": "x", "reason": "Too strange."}, ""),
        ({"error": 999}, ""),
    ],
)
def test_a_refusal_stands_at_its_field(
    browser: Client, account: ClientAccount, service: Service, refusal: dict[str, object], field: str
) -> None:
    service.fault(path="/subscriber", status=406, body=json.dumps(refusal))
    page = send(
        browser, account, sms_number="+4915112345678", shown=["fieldCity"], fieldCity="Zwiesel", tags_new=["Herbst"]
    )
    assert list(errors(page)) == ([field] if field else [])
    words = page.content.decode()
    assert "No contact was added." in words or "no contact was added." in words
    for typed in ("+4915112345678", "Zwiesel", "Herbst"):
        assert f'value="{typed}"' in words
    if refusal["error"] == 999:
        assert "Something went wrong. Error: 999." in words
    else:
        assert f"Error code {refusal['error']}" in words
    if field == "" and "reason" in refusal:
        assert "the data field “Hat size”. In KlickTipp's words: “Too strange.”" in html(page)


def test_a_smarttag_is_refused_at_the_picker(browser: Client, account: ClientAccount, service: Service) -> None:
    service.fault(path="/subscriber", status=406, body='{"error": 31}')
    page = send(browser, account, tags=["815"])
    assert errors(page) == {"tags": ["SmartTags are set by KlickTipp only. Please choose a tag of your own."]}
