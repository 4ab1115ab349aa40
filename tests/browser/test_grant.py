"""To KlickTipp's grant page and back, in a real browser: the key shows nowhere on the way."""

from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from integrations.clients.models import Credential
from tests.service import Service


@pytest.fixture
def grant_page(live_server: Any, service: Service, settings: Any) -> None:
    """The portal at the test server's address; its forms may lead to the sandbox."""
    settings.PORTAL_URL = live_server.url
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"form-action": ["'self'", service.url]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}


@pytest.mark.usefixtures("grant_page")
def test_a_key_is_granted_confirmed_and_stored(signed_in: Page, service: Service) -> None:
    page, key = signed_in, service.customer_keys[1]
    carrying: list[str] = []

    def note(request: Request) -> None:
        if key in request.headers.get("referer", "") or (key in request.url and "/grants/" not in request.url):
            carrying.append(request.url)

    page.on("request", note)
    page.goto("/t/demo/clients/new/")
    page.get_by_label("Name of the client").fill("Bergwind Outdoor")
    page.get_by_role("button", name="Get a key from KlickTipp").click()
    expect(page.get_by_role("heading", name="Grant API access")).to_be_visible()
    page.get_by_role("radio", name="bergwind").check()
    page.get_by_role("button", name="Grant access").click()

    page.wait_for_url("**/t/demo/clients/new/confirm/")
    expect(page.get_by_text("KlickTipp has sent the key and accepts it.")).to_be_visible()
    assert key not in page.content()
    assert key not in page.evaluate("document.referrer + location.href")
    page.get_by_role("button", name=f"Store the key …{key[-4:]} for Bergwind Outdoor").click()
    expect(page.get_by_text("Bergwind Outdoor is connected.")).to_be_visible()

    assert Credential.objects.get().secret == key
    seen = []
    for _ in range(4):
        page.go_back()
        seen.append(page.url)
    assert not [url for url in seen if key in url]
    assert carrying == []
