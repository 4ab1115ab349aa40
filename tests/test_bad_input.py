"""What no browser sends by itself: a megabyte in a field, null bytes, broken UTF-8, too much, too many."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.service import Service
from tests.test_access import GET_ONLY, POST_ONLY, TABLE, Tenant, make_tenant

FORMS = [name for name in TABLE if name not in GET_ONLY and name != "set_language"]
FORM_ENCODED = "application/x-www-form-urlencoded"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def tenant(db: None, service: Service) -> Tenant:
    return make_tenant(service.customer_keys[0])


def fields_of(client: Client, url: str) -> dict[str, str]:
    """The fields of the page's forms with what they hold at first, but for the token."""
    found = {}
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", main_of(client.get(url))):
        name, value = (re.search(rf' {attribute}="([^"]*)"', tag) for attribute in ("name", "value"))
        if name and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def main_of(answer: Any) -> str:
    is_page = not answer.streaming and answer["Content-Type"].startswith("text/html")  # a download has no form
    text = answer.content.decode() if is_page else ""
    return str(text.partition("<main")[2].partition("</main>")[0])


def changes(service: Service) -> list[str]:
    return [call for call in service.paths() if not call.startswith("GET")]


def is_typed(value: str) -> bool:
    return not UUID.fullmatch(value)


@pytest.mark.parametrize("name", FORMS)
def test_no_form_stumbles_over_null_bytes_and_broken_utf8(
    client: Client, tenant: Tenant, service: Service, name: str
) -> None:
    client.force_login(tenant.owner.user)
    url = tenant.url(name)
    fields = fields_of(client, url) if name not in POST_ONLY else {}
    for bad in ("%00", "a%00b", "%ff%fe", "%ed%a0%80", "%F0%9F"):
        body = "&".join(f"{field}={bad if is_typed(value) else value}" for field, value in fields.items())
        answer = client.post(url, body, content_type=FORM_ENCODED)
        assert answer.status_code < 500, f"{bad}: {answer.status_code}"


@pytest.mark.parametrize("name", FORMS)
def test_a_megabyte_in_a_field_is_told_and_goes_nowhere(
    client: Client, tenant: Tenant, service: Service, name: str
) -> None:
    client.force_login(tenant.owner.user)
    url = tenant.url(name)
    fields = fields_of(client, url) if name not in POST_ONLY else {}
    before = changes(service)
    for field in (field for field, value in fields.items() if is_typed(value)):
        body = "&".join(f"{name}={quote(value)}" for name, value in (fields | {field: "x" * 1_000_000}).items())
        answer = client.post(url, body, content_type=FORM_ENCODED)
        assert answer.status_code in (200, 302, 422), f"{field}: {answer.status_code}"
        if answer.status_code == 422:
            assert re.search('class="field-error"|role="alert"', main_of(answer)), field
    assert changes(service) == before


@pytest.mark.parametrize(
    ("body", "says"), [("x=" + "y" * 3_000_000, "That was too much"), ("x&" * 1_100, "That was too much")]
)
def test_too_much_is_told_in_the_portals_looks(client: Client, tenant: Tenant, body: str, says: str) -> None:
    client.force_login(tenant.owner.user)
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(tenant.url("contact_add"), body, content_type=FORM_ENCODED, headers=headers)
        assert answer.status_code == 413
        words = main_of(answer)
        assert says in words
        assert 'id="problem"' in words
        assert ("What you typed is still here" in words) is bool(headers)
        assert tenant.owner.user.name in answer.content.decode()


def test_a_request_for_another_host_gets_a_page_too(client: Client, settings: Any, db: None) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]
    answer = client.get("/accounts/login/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "This request could not be read" in answer.content.decode()


def test_german(client: Client, tenant: Tenant) -> None:
    client.force_login(tenant.owner.user)
    answer = client.post(
        tenant.url("contact_add"), "x=" + "y" * 3_000_000, content_type=FORM_ENCODED, headers={"Accept-Language": "de"}
    )
    assert "Das war zu viel auf einmal" in answer.content.decode()
