import re
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from integrations.audit.events import record
from integrations.audit.people_sentences import LOG_SEARCHED
from integrations.audit.recorder import Scope
from integrations.clients.models import ClientAccount
from tests.factories import actor

pytestmark = pytest.mark.django_db

YEAR = 365 * 24 * 3600


def choose(browser: Client, language: str, **more: str) -> Any:
    return browser.post(reverse("set_language"), {"language": language, **more})


def language_of(browser: Client, page: str, asked: str) -> str:
    """The language of a page for a browser that asks for one."""
    response = browser.get(page, headers={"accept-language": asked})
    assert f'<html lang="{response["Content-Language"]}">' in response.content.decode()
    return str(response["Content-Language"])


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en-gb"),
        ("en-US,en;q=0.9,de;q=0.8", "en-us"),
        ("en-AU,en;q=0.9", "en-gb"),
        ("en", "en-gb"),
        ("fr-FR,fr;q=0.9", "en-gb"),
        ("fr,de;q=0.5", "de"),
        ("", "en-gb"),
    ],
)
def test_the_browser_decides_at_first(client: Client, asked: str, language: str) -> None:
    assert language_of(client, reverse("account_login"), asked) == language


def test_a_choice_is_kept_in_a_cookie_for_a_year(client: Client) -> None:
    choose(client, "de")

    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["max-age"], cookie["samesite"], cookie["httponly"]) == ("de", YEAR, "Lax", True)
    assert language_of(client, reverse("account_login"), "en") == "de"


def test_the_choice_of_a_signed_in_person_goes_with_them_to_another_browser(
    browser: Client, other_browser: Client, owner: Membership
) -> None:
    choose(browser, "de")

    owner.user.refresh_from_db()
    assert owner.user.language == "de"
    other_browser.force_login(owner.user)
    assert language_of(other_browser, reverse("profile"), "en") == "de"


def test_the_persons_choice_goes_before_cookie_and_browser(client: Client, owner: Membership) -> None:
    choose(client, "de")
    owner.user.language = "en-gb"
    owner.user.save()

    client.force_login(owner.user)

    assert language_of(client, reverse("profile"), "de") == "en-gb"


def test_english_without_a_country_is_british(client: Client, owner: Membership) -> None:
    """A page of the time when there was one English asks for it, and a browser still has its cookie."""
    client.force_login(owner.user)
    choose(client, "en")
    owner.user.refresh_from_db()
    assert owner.user.language == "en-gb"

    client.logout()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert language_of(client, reverse("account_login"), "de") == "en-gb"


@pytest.mark.usefixtures("as_delivered")
def test_each_reader_gets_words_and_dates_of_their_english(
    browser: Client, owner: Membership, account: ClientAccount
) -> None:
    Membership.objects.filter(pk=owner.pk).update(created_at=datetime(2026, 3, 4, 15, 30, tzinfo=UTC))
    pages = (
        reverse("client_settings", kwargs={"team": owner.team.slug, "account": account.slug}),
        reverse("members", kwargs={"team": owner.team.slug}),
    )
    british, american = ["Name, colour and country", "04/03/2026"], ["Name, color and country", "03/04/2026"]

    for asked, expected in (("en-GB", british), ("en", british), ("en-AU", british), ("en-US", american)):
        told = "".join(browser.get(page, headers={"accept-language": asked}).content.decode() for page in pages)
        assert [words for words in british + american if words in told] == expected, asked


def test_each_language_has_one_clock(browser: Client, owner: Membership) -> None:
    """Also where seconds are told: in the log's list, of an entry, and on paper."""
    log = reverse("log", kwargs={"team": owner.team.slug})
    record(LOG_SEARCHED, actor(owner.user), Scope(owner.team_id), contact="b•••@klick-tipp.team")

    for asked, clock in (
        ("en-US", r"1?\d:\d\d(:\d\d)? [AP]M"),
        ("en-GB", r"\d\d:\d\d(:\d\d)?"),
        ("de", r"\d\d:\d\d(:\d\d)?"),
    ):
        for page in (f"{log}?q=kind:any", f"{log}1/"):
            text = browser.get(page, headers={"accept-language": asked}).content.decode()
            told = re.findall(r'<time [^>]*>(.*?)</time>|<p class="print-only">(.*?)</p>', text, re.DOTALL)
            times = [re.search(r"\d+:\d\d[^U·]*", "".join(each)) for each in told]
            assert times, page
            assert all(time and re.fullmatch(clock, time[0].strip()) for time in times), (asked, page, times)


def test_who_chose_english_reads_british_english_after_the_update(owner: Membership) -> None:
    User.objects.filter(pk=owner.user_id).update(language="en")

    import_module("accounts.migrations.0005_british_english").name_the_english(apps, None)

    owner.user.refresh_from_db()
    assert owner.user.language == "en-gb"


def test_a_language_that_the_portal_does_not_speak_changes_nothing(browser: Client, owner: Membership) -> None:
    response = choose(browser, "fr")

    assert response.status_code == 302
    assert settings.LANGUAGE_COOKIE_NAME not in browser.cookies
    owner.user.refresh_from_db()
    assert owner.user.language == ""


def test_the_person_comes_back_to_the_page(client: Client) -> None:
    assert choose(client, "de", next="/accounts/login/?next=/profile/")["Location"] == "/accounts/login/?next=/profile/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        "",
    ],
)
def test_the_choice_leads_to_no_foreign_site(client: Client, elsewhere: str) -> None:
    assert choose(client, "de", next=elsewhere)["Location"] == "/"


def test_a_link_cannot_change_the_language(client: Client) -> None:
    response = client.get(reverse("set_language"), {"language": "de"})

    assert response.status_code == 302
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies
