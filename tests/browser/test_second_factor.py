"""A passkey of a virtual authenticator, an app's code, and the pages around them."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Membership
from tests.browser.axe import assert_accessible_in_light_and_dark
from tests.factories import PASSWORD


@pytest.fixture
def device(context: BrowserContext, page: Page) -> Any:
    """A device with a fingerprint reader, on which somebody always puts the right finger."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_and_signs_in_without_a_password(page: Page, owner: Membership, device: Any) -> None:
    sign_in_by_password(page, owner)
    page.goto("/accounts/second-factor/")
    assert_accessible_in_light_and_dark(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name, to know it by").fill("My laptop")
    page.get_by_label("Sign in with it alone").check()
    assert_accessible_in_light_and_dark(page)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    page.goto("/accounts/second-factor/")
    expect(page.get_by_text("My laptop")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"/t/"))


def test_a_passkey_that_is_not_there_is_said(page: Page, owner: Membership, device: Any) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()


def test_an_app_is_set_up_by_its_picture_or_its_text(page: Page, owner: Membership) -> None:
    sign_in_by_password(page, owner)
    page.goto("/accounts/second-factor/")
    page.get_by_role("link", name="Set up an app").click()
    picture = page.get_by_alt_text("QR code for the authenticator app")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert_accessible_in_light_and_dark(page)
    secret = page.locator(".totp-secret").inner_text()
    page.get_by_label("Authenticator code").fill(code(secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    fill_password(page, owner)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    assert_accessible_in_light_and_dark(page)
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/t/"))


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_in_by_password(page: Page, owner: Membership) -> None:
    page.goto("/accounts/login/")
    fill_password(page, owner)
    page.wait_for_url(re.compile(r"/t/"))


def fill_password(page: Page, owner: Membership) -> None:
    page.get_by_label("Email").fill(owner.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
