"""No secret is in an error report, neither on the debug page nor in mail to admins."""

import logging
import re
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.log import AdminEmailHandler
from django.views.debug import ExceptionReporter

from accounts.models import Membership
from tests.accounts.helpers import sign_in

SECRET = "s3cret-s3cret-s3cret"
TYPED = {"first_name": "Rainer", "email": "rainer@klick-tipp.team"}
COOKIES = "session=the-session; csrf=the-csrf-secret"
SERVICE = "postgres://portal:its-word@127.0.0.1/portal"


class Broken(Exception):
    pass


def break_down(*anything: Any, **anything_else: Any) -> None:
    customer_key, typed, parts = SECRET, {"customer_key": SECRET}, [SimpleNamespace(value=SECRET)]
    raise Broken(f"with {len(customer_key)}, {len(typed)}, {len(parts)}")


@pytest.fixture(params=["debug page", "mail"])
def reports(request: pytest.FixtureRequest, settings: Any, client: Client) -> Any:
    """Gives the error report of a response, or the mail that it caused."""
    client.raise_request_exception = False
    if request.param == "debug page":
        settings.DEBUG = True
        yield lambda response: response.content.decode()
        return
    settings.ADMINS = [("Admin", "admin@example.com")]
    handler = AdminEmailHandler(include_html=True)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield lambda response: str(mail.outbox[-1].body) + str(mail.outbox[-1].alternatives)
    logger.removeHandler(handler)


@pytest.mark.django_db
def test_a_customer_key_is_in_no_report(
    reports: Any, browser: Client, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests.Session, "send", break_down)
    form = {"name": "Harbour Lane Coffee", "colour": "teal", "customer_key": SECRET}

    report = reports(browser.post(reverse("client_new", kwargs={"team": owner.team.slug}), form))

    assert "Broken" in report
    assert "break_down" in report
    assert SECRET not in report
    assert "Harbour Lane" not in report


@pytest.mark.django_db
def test_a_password_is_in_no_report(
    reports: Any, client: Client, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allauth.account.auth_backends.AuthenticationBackend.authenticate", break_down)

    report = reports(sign_in(client, owner.user.email, SECRET))

    assert "Broken" in report
    assert SECRET not in report


def reported() -> str:
    request = RequestFactory().post("/", TYPED, headers={"Cookie": COOKIES}, DATABASE_URL=SERVICE)
    try:
        number, note = 4711, TYPED
        raise Broken(len(note) + number)
    except Broken as error:
        return ExceptionReporter(request, Broken, error, error.__traceback__).get_traceback_html()


def test_a_report_shows_names_and_types_and_plain_numbers(db: None) -> None:
    report = reported()

    assert re.search(r"<td>note</td>\s*<td class=\"code\"><pre>&lt;class &#x27;dict&#x27;&gt;</pre>", report)
    assert re.search(r"<td>number</td>\s*<td class=\"code\"><pre>4711</pre>", report)
    assert re.search(r"<td>first_name</td>\s*<td class=\"code\"><pre>&#x27;\*+&#x27;</pre>", report)


@pytest.mark.parametrize("value", [*TYPED.values(), "the-session", "the-csrf-secret", SERVICE])
def test_neither_what_was_typed_nor_cookies_nor_a_services_address_are_in_a_report(db: None, value: str) -> None:
    assert value not in reported()
