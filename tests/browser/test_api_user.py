"""Username and password of an API user in a real browser, in both languages: new client, own one, removal."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from integrations.audit.models import AuditEntry
from integrations.clients.models import Credential
from tests.browser.settled import wait_until_settled
from tests.factories import PASSWORD
from tests.service import Service

WORDS = {
    "en-GB": {
        "instead": "Use username and password of an API user instead, for tests",
        "for tests": "For tests only",
        "test": "Test the API user",
        "refused": "KlickTipp does not accept this username with this password.",
        "store": "Store the API user {user} for Hafenkaffee",
        "connected": "Hafenkaffee is connected.",
        "shared": "the shared API user",
        "replace": "Replace the API user",
        "key": "Use a customer key instead",
        "present": "The present API user is {user}.",
        "remove": "Remove the API user",
        "revoke": "deletes this sub-account there",
        "really": "Remove the API user of Hafenkaffee",
        "removed": "The API user is removed from this portal.",
    },
    "de-DE": {
        "instead": "Zum Testen stattdessen Benutzername und Passwort eines API-Benutzers verwenden",
        "for tests": "Nur zum Testen",
        "test": "API-Benutzer prüfen",
        "refused": "KlickTipp nimmt diesen Benutzernamen mit diesem Passwort nicht an.",
        "store": "API-Benutzer {user} für Hafenkaffee hinterlegen",
        "connected": "Hafenkaffee ist verbunden.",
        "shared": "der gemeinsame API-Benutzer",
        "replace": "API-Benutzer ersetzen",
        "key": "Stattdessen einen Kundenschlüssel verwenden",
        "present": "Der jetzige API-Benutzer ist {user}.",
        "remove": "API-Benutzer entfernen",
        "revoke": "dieses Unterkonto dort löschen",
        "really": "API-Benutzer von Hafenkaffee entfernen",
        "removed": "Der API-Benutzer ist aus diesem Portal entfernt.",
    },
}


@pytest.fixture(params=WORDS)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def context_options(language: str) -> dict[str, Any]:
    return {"locale": language, "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def signed_in(page: Page, owner: Membership, service: Service) -> Page:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(owner.user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/t/demo/")
    return page


def test_from_a_wrong_password_to_the_removal(signed_in: Page, service: Service, language: str) -> None:
    page = signed_in
    username, password = service.api_users[0]
    say = {name: words.format(user=username) for name, words in WORDS[language].items()}

    page.goto("/t/demo/clients/new/")
    page.get_by_role("link", name=say["instead"]).click()
    expect(page.get_by_text(say["for tests"])).to_be_visible()
    page.locator("[name=name]").fill("Hafenkaffee")
    page.locator("[name=username]").fill(f" {username} ")
    page.locator("[name=password]").fill("not-the-password")
    page.get_by_role("button", name=say["test"]).click()
    expect(page.get_by_role("alert").first).to_contain_text(say["refused"])
    expect(page.locator("[name=name]")).to_have_value("Hafenkaffee")
    expect(page.locator("[name=password]")).to_have_value("")

    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name=say["test"]).click()
    page.get_by_role("button", name=say["store"]).click()
    expect(page.get_by_text(say["connected"])).to_be_visible()
    page.goto("/t/demo/clients/hafenkaffee/keys/")
    expect(page.get_by_text(say["shared"], exact=False).last).to_be_visible()
    assert password not in page.content()
    page.goto("/t/demo/clients/hafenkaffee/contacts/add/")
    expect(page.locator(".tag-live")).to_be_visible()
    wait_until_settled(page)
    assert service.paths().count("POST /account/login") == 3

    page.goto("/t/demo/clients/hafenkaffee/keys/")
    page.get_by_role("link", name=say["replace"], exact=True).click()
    expect(page.get_by_text(say["present"])).to_be_visible()
    expect(page.locator("[name=username]")).to_have_value(username)
    page.get_by_role("link", name=say["key"]).click()
    expect(page.get_by_text(say["present"])).to_be_visible()

    page.goto("/t/demo/clients/hafenkaffee/keys/")
    page.locator(".row-menu summary").press("Enter")
    page.get_by_role("link", name=say["remove"], exact=True).click()
    expect(page.get_by_text(say["revoke"])).to_be_visible()
    page.get_by_role("button", name=say["really"]).click()
    expect(page.get_by_text(say["removed"])).to_be_visible()
    assert not Credential.objects.exists()
    received = {call["request_id"] for call in service.received()}
    assert received == {str(entry.id) for entry in AuditEntry.objects.exclude(operation="")}
