"""A real Chromium on the portal, with the sandbox as KlickTipp. Any complaint in its console fails the test."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from accounts.models import Membership, User
from accounts.roles import Role
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.service import Service

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXPECTED = ("status of 422", "status of 403", "status of 404", "Error Code 403", "Error Code 404")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("REQUIRE_BROWSER"):
                item.add_marker(pytest.mark.skip(reason=f"Chromium is not installed: {item.name}"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("REQUIRE_BROWSER is set, but Chromium is not installed.")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context_options() -> dict[str, Any]:
    """Overridden by tests that want another language, size or no JavaScript."""
    return {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def context(chromium: Browser, context_options: dict[str, Any], live_server: Any) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=live_server.url, **context_options)
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in EXPECTED):
            complaints.append(message.text)

    page = context.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def owner(transactional_db: None) -> Membership:
    team = TeamFactory(name="Demo-Agentur", slug="demo")
    user = UserFactory(name="Alex Demo", email="alex@klick-tipp.team")
    return MembershipFactory(user=user, team=team, role=Role.OWNER)


@pytest.fixture
def signed_in(page: Page, owner: Membership, service: Service, live_server: Any) -> Page:
    sign_in(page.context, owner.user, live_server.url)
    page.goto("/t/demo/")
    return page


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    """Give a browser the session of a person who has signed in to the portal at `url`."""
    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(user)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
