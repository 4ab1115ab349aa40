"""What people who have not signed in leave behind."""

import io
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.mail import EmailMessage, get_connection
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Membership
from integrations.audit.listeners import write_not_signed_in
from integrations.audit.models import AuditEntry
from integrations.clock import signs
from ktportal.mail import forget_delivered
from tests.accounts.helpers import log_of, sign_in
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_their_pages_make_no_sessions() -> None:
    for number in range(5):
        answer = Client().get(f"/grants/never-begun-{number}/?customerkey=secret-key", follow=True)
        assert answer.status_code == 200
        assert "not begun in this browser" in answer.content.decode()
    assert not Session.objects.exists()


def test_their_guesses_and_made_up_grants_are_counted_in_an_entry_a_minute() -> None:
    for number in range(9):
        Client().post("/accounts/login/", {"login": f"nobody{number}@example.com", "password": "guess"})
        Client().get(f"/grants/never-begun-{number}/", REMOTE_ADDR=f"192.0.2.{number}")
    assert AuditEntry.objects.count() == 2

    caches["default"].delete("strangers:people.sign_in_failed:told")
    sign_in(Client(), "nobody@example.com")
    assert log_of(None)[-1].endswith("after 8 tries of strangers as others")
    caches["default"].delete("strangers:grants:told")
    Client().get("/grants/never-begun/")
    assert "as did 8 others before" in log_of(None)[-1]


@pytest.mark.usefixtures("task_queue")
def test_a_failed_sign_in_does_the_same_whether_or_not_there_is_an_account(owner: Membership) -> None:
    """Writing it into the logs of ten teams took twice as long as finding that there is no account."""
    for _ in range(10):
        MembershipFactory(user=owner.user)
    asked = []
    for number, email in enumerate([owner.user.email, "nobody@example.com", "nobody-else@example.com"]):
        with CaptureQueriesContext(connection) as queries:
            sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), email, "a wrong password")
        asked.append([query["sql"].split(" ")[0].replace("DECLARE", "SELECT") for query in queries])
    # django-allauth looks in one more table for an address that it does not know.
    assert asked == [["SELECT", "INSERT"], ["SELECT", "SELECT", "INSERT"], ["SELECT", "SELECT", "INSERT"]]
    assert log_of(owner.team) == log_of(None) == []
    left = [row.args_kwargs["args"] for row in DBTaskResult.objects.all()]
    assert "nobody" not in str(left)

    tried_before = timezone.now()
    for arguments in left:
        write_not_signed_in.call(*arguments)
    assert log_of(owner.team) == [f"Somebody tried to sign in as {owner.user}"]
    assert len(log_of(None)) == 1
    assert not AuditEntry.objects.filter(started_at__gt=tried_before).exists()


def test_a_line_of_the_access_log_cannot_be_forged(
    browser: Client, owner: Membership, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(settings_formatter(settings))
    logger = logging.getLogger("ktportal.access_log")
    logger.addHandler(handler)
    try:
        forged = "/x%0a2026-01-01%20INFO%20ktportal:%20owner%20signed%20in%0d%1b[2J"
        browser.get(forged, HTTP_X_FORWARDED_FOR="203.0.113.9", HTTP_USER_AGENT="a\nb")
        logging.getLogger("ktportal.access_log").warning("said by a stranger: %s", "one\ntwo\u2028three\x1b[0m")
    finally:
        logger.removeHandler(handler)
    first, second = output.getvalue().splitlines()
    assert f'203.0.113.9 user {owner.user.pk} "GET {forged.replace("%20", "%20")}'.split("%0a")[0] in first
    assert "\x1b" not in output.getvalue()
    assert "one\\ntwo\\u2028three\\x1b[0m" in second
    assert first[:4].isdigit()


def settings_formatter(settings: Any) -> logging.Formatter:
    from ktportal.logs import OneLine

    return OneLine(settings.LOGGING["formatters"]["line"]["format"])


def test_what_is_said_once_is_not_kept_in_clear(browser: Client, owner: Membership) -> None:
    url = f"/t/{owner.team.slug}/members/invite/"
    browser.post(url, {"email": "kim@example.com", "role": "editor", "sees": "all"})
    kept = str(browser.session["_messages"])
    assert "kim@example.com" not in kept
    assert "kim@example.com is on its way" in browser.get(f"/t/{owner.team.slug}/members/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_links_they_ask_for_leave_no_rows_for_long_and_wait_behind_all_other_work(
    owner: Membership, task_queue: None, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "ktportal.mail.Queued"
    for email in ("nobody@example.com", owner.user.email):
        Client().post("/accounts/password/reset/", {"email": email})
    owner_is_told = EmailMessage("Invitation", "Welcome", to=["kim@example.com"])
    get_connection().send_messages([owner_is_told])
    signs.ask_worker()
    waiting = [row.task_path.rpartition(".")[2] for row in DBTaskResult.objects.ready()]
    assert waiting == ["answer", "deliver", "send_links", "send_links"]

    call_command("worker", batch=True, verbosity=0)
    forget_delivered()
    assert DBTaskResult.objects.count() == 5
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    forget_delivered()
    assert [row.task_path.rpartition(".")[2] for row in DBTaskResult.objects.all()] == ["answer"]


def test_asking_for_the_state_of_the_portal_asks_the_database_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("ktportal.health._last", [])
    Client().get("/health/")
    with django_assert_num_queries(0):
        assert Client().get("/health/").status_code == 200
    monkeypatch.setattr("ktportal.health._last", [])
