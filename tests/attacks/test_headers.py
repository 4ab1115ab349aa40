"""What browsers are told on every page, and what they may tell."""

import json
import logging
from collections import deque
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from ktportal import browsers

pytestmark = pytest.mark.django_db


def test_every_answer_has_them(browser: Client, client: Client) -> None:
    for answer in (browser.get("/profile/"), Client().get("/accounts/login/"), Client().get("/no-such-page/")):
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "require-trusted-types-for 'script'" in answer.headers["Content-Security-Policy"]
        assert "trusted-types default" in answer.headers["Content-Security-Policy"]
        assert "report-uri /csp-reports/" in answer.headers["Content-Security-Policy"]
        assert "Clear-Site-Data" not in answer.headers


def test_a_sign_out_leaves_nothing_behind(browser: Client) -> None:
    assert browser.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_reports_of_the_policy_are_a_line_each_and_do_not_flood(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "ktportal.csp")
    report = {
        "csp-report": {"violated-directive": "script-src", "blocked-uri": "https://evil.example/x.js", "extra": "z"}
    }

    def send(body: Any) -> int:
        return (
            Client(enforce_csrf_checks=True)
            .post("/csp-reports/", body, content_type="application/csp-report")
            .status_code
        )

    assert send(json.dumps(report)) == 204
    for nonsense in ("", "[]", "null", '{"csp-report": 7}', "x" * 20_000):
        assert send(nonsense) == 204
    (record,) = [record for record in caplog.records if record.name == "ktportal.csp"]
    assert "https://evil.example/x.js" in record.getMessage()
    for _ in range(100):
        send(json.dumps(report))
    assert len([record for record in caplog.records if record.name == "ktportal.csp"]) <= 60


def test_reports_need_no_database_and_may_be_deep(
    client: Client, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsers, "_reported", deque(maxlen=60))
    deep = '{"csp-report":' + "[" * 3900 + "]" * 3900 + "}"
    monkeypatch.setattr("django.core.cache.cache.add", lambda *_: pytest.fail("the database may be locked"))
    with django_assert_num_queries(0):
        for body in (deep, "[" * 8000):
            assert client.post("/csp-reports/", body, content_type="application/csp-report").status_code == 204


def test_an_answer_of_a_passkey_may_be_deep(client: Client) -> None:
    answer = client.post("/accounts/second-factor/webauthn/login/", {"credential": "[" * 20_000})
    assert answer.status_code == 302


def test_who_looks_for_it_finds_where_to_report_and_to_change_a_password(client: Client, settings: Any) -> None:
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@example.com" in text
    assert "Expires: 20" in text
    assert client.get("/.well-known/change-password")["Location"] == "/accounts/password/change/"
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404


def test_a_language_and_a_place_that_is_none_is_no_error(browser: Client, owner: Membership) -> None:
    for back in ("foo", "//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", ""):
        answer = browser.post("/language/", {"language": "de", "next": back})
        assert (answer.status_code, answer["Location"]) == (302, "/")
