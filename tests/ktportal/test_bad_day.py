"""A database that is locked or away, and static files that are missing."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Team
from ktportal.static_files import StaticFiles
from tests.pages import words

OWN = {"Origin": "http://testserver"}


@pytest.fixture
def locked(transactional_db: None, owner: Membership) -> Iterator[None]:
    """Somebody else holds the teams; who waits for them does not wait for long."""
    other = connection.copy()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout = 100")
            other.connect()
            other.connection.execute("BEGIN EXCLUSIVE")
        else:
            cursor.execute("SET lock_timeout = 100")
            other.set_autocommit(False)
            with other.cursor() as held:
                held.execute("LOCK TABLE accounts_team IN EXCLUSIVE MODE")
    yield
    other.rollback()
    other.close()


def test_a_locked_database_is_said_and_the_form_kept(browser: Client, owner: Membership, locked: None) -> None:
    browser.raise_request_exception = False
    url = reverse("team_name", kwargs={"team": owner.team.slug})
    page = browser.post(url, {"name": "Zoë <b>", "api_key": "secret"}, headers=OWN)

    assert page.status_code == 503
    assert page.headers["Retry-After"]
    text = page.content.decode()
    assert "database does not answer" in words(page)
    assert 'name="name" value="Zoë &lt;b&gt;"' in text
    assert 'name="csrfmiddlewaretoken"' in text
    assert "secret" not in text
    assert Team.objects.get().name == owner.team.name


def test_a_form_of_another_site_is_not_kept(browser: Client, owner: Membership, locked: None) -> None:
    browser.raise_request_exception = False
    url = reverse("team_name", kwargs={"team": owner.team.slug})
    page = browser.post(url, {"name": "Mallory"}, headers={"Origin": "https://evil.example"})
    assert page.status_code == 503
    assert "Mallory" not in page.content.decode()


@pytest.mark.django_db
def test_the_page_comes_also_when_not_even_the_person_can_be_looked_up(
    client: Client, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(owner.user)
    client.raise_request_exception = False

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    page = client.post(reverse("profile"), {"name": "Zoë"}, headers=OWN)
    assert page.status_code == 503
    assert 'value="Zoë"' in page.content.decode()
    assert client.get("/").status_code == 503


@pytest.mark.django_db
def test_other_errors_are_500_and_need_no_collected_files(
    browser: Client, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "ktportal.static_files.StaticFiles"}}
    browser.raise_request_exception = False

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("accounts.views.render", broken)
    page = browser.get(reverse("profile"))
    assert page.status_code == 500
    assert "The portal has stumbled" in page.content.decode()
    assert browser.get("/no-such-page/").status_code == 404


def test_a_file_that_was_not_collected_keeps_its_name(tmp_path: Any, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    assert StaticFiles(location=tmp_path, base_url="/static/").url("css/frame.css") == "/static/css/frame.css"
