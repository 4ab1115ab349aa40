import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Membership

pytestmark = pytest.mark.django_db

PROFILE = "/profile/"


def save(browser: Client, **typed: str) -> Any:
    return browser.post(PROFILE, typed, headers={"accept-language": "en"})


def test_the_page_shows_the_name_and_the_address(browser: Client, owner: Membership) -> None:
    page = browser.get(PROFILE).content.decode()

    assert f'value="{owner.user.name}"' in page
    assert owner.user.email in page


def test_saving_is_what_the_page_is_for_and_the_rest_are_links(browser: Client) -> None:
    page = browser.get(PROFILE).content.decode().partition("<main")[2].partition("</main>")[0]

    assert re.findall(r'class="btn ([^"]+)"', page) == ["btn-primary"]
    for name in ("account_change_password", "account_email", "mfa_index", "sessions"):
        assert f'<a class="icon-text" href="{reverse(name)}"' in page


def test_name_and_language_can_be_changed(browser: Client, owner: Membership) -> None:
    response = save(browser, name="Alex Berg", language="de")

    assert response["Location"] == PROFILE
    owner.user.refresh_from_db()
    assert (owner.user.name, owner.user.language) == ("Alex Berg", "de")


def test_the_page_after_saving_says_so_in_the_new_language(browser: Client) -> None:
    save(browser, name="Alex Berg", language="de")

    page = browser.get(PROFILE, headers={"accept-language": "en"})

    assert page["Content-Language"] == "de"
    (said,) = page.context["messages"]
    assert "Profil" in str(said)


def test_without_a_language_of_their_own_a_person_gets_the_browsers(browser: Client, owner: Membership) -> None:
    browser.post(reverse("set_language"), {"language": "de"})

    save(browser, name="Alex Berg", language="")

    owner.user.refresh_from_db()
    assert owner.user.language == ""
    page = browser.get(PROFILE, headers={"accept-language": "en"})
    assert page["Content-Language"] == "en-gb"
    assert "Your profile is saved." in page.content.decode()


def test_a_person_without_a_name_is_called_by_the_address(browser: Client, owner: Membership) -> None:
    save(browser, name="", language="")

    owner.user.refresh_from_db()
    assert str(owner.user) == owner.user.email


@pytest.mark.parametrize(("field", "typed"), [("name", "x" * 101), ("language", "fr")])
def test_what_cannot_be_taken_is_said_at_its_field(browser: Client, owner: Membership, field: str, typed: str) -> None:
    response = save(browser, **{"name": "Alex Berg", "language": "de", field: typed})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    before = (owner.user.name, owner.user.language)
    owner.user.refresh_from_db()
    assert (owner.user.name, owner.user.language) == before


def test_the_address_cannot_be_changed_here(browser: Client, owner: Membership) -> None:
    save(browser, name="Alex Berg", language="", email="other@example.com")

    before = owner.user.email
    owner.user.refresh_from_db()
    assert owner.user.email == before


def test_the_language_cookie_is_gone_from_the_browser(browser: Client) -> None:
    browser.post(reverse("set_language"), {"language": "de"})
    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"

    save(browser, name="Alex Berg", language="")

    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] == 0


def test_control_characters_in_the_name_are_refused(browser: Client, owner: Membership) -> None:
    page = save(browser, name="Alex\x07Demo", language="")
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["name"]
