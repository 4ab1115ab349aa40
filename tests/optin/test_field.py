"""A data field by its ID."""

from typing import Any

import pytest
from django.test import Client

from tests.pages import errors, html, logged
from tests.service import Service


@pytest.mark.parametrize("field_id", ["fieldCompanyName", "CompanyName", "  CompanyName "])
def test_the_present_name_is_told(browser: Client, url: Any, service: Service, field_id: str, owner: Any) -> None:
    page = html(browser.get(url("data-field/"), {"id": field_id}))
    assert '<h2 id="result">Company</h2>' in page
    assert 'data-copy="fieldCompanyName"' in page
    assert service.paths() == ["GET /field/CompanyName"]
    assert logged(operation="get_field") == [
        f"{owner.user} looked up the data field {field_id.strip()} of Harbour Lane Coffee"
    ]


def test_each_data_field_of_the_client_leads_there(browser: Client, url: Any) -> None:
    page = html(browser.get(f"{url().removesuffix('tools/')}contacts/fields/"))
    assert f'<a class="row-link" href="{url("data-field/")}?id=fieldCompanyName">Company</a>' in page


def test_the_empty_form_asks_nothing(browser: Client, url: Any, service: Service) -> None:
    page = browser.get(url("data-field/"))
    assert "Its type stands in the list of the data fields." in html(page)
    assert page.status_code == 200
    assert not page.context["form"].errors
    assert service.paths() == []


@pytest.mark.parametrize("field_id", ["", "a/b", "../tag", "field", "x" * 61, "field 1", "a?b=c"])
def test_an_impossible_id_is_told_at_the_field(browser: Client, url: Any, service: Service, field_id: str) -> None:
    assert list(errors(browser.get(url("data-field/"), {"id": field_id}))) == ["id"]
    assert service.paths() == []


def test_an_unknown_id_is_told_at_the_field(browser: Client, url: Any) -> None:
    page = browser.get(url("data-field/"), {"id": "field4711"})
    assert errors(page) == {"id": ["KlickTipp has no data field with this ID."]}
    assert 'value="field4711"' in html(page)


def test_a_failure_is_explained(browser: Client, url: Any, service: Service) -> None:
    service.fault(status=403, body='["API access denied."]')
    page = browser.get(url("data-field/"), {"id": "CompanyName"})
    assert page.status_code == 422
    assert "KlickTipp refuses the access." in html(page)
