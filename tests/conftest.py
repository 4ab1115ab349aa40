from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings as django_settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.client import MULTIPART_CONTENT
from django.utils import translation
from django.utils.http import urlencode
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.models import Membership, User
from accounts.roles import Role
from integrations.audit import lines, triggers
from integrations.clients.calls.breaker import breaker_of
from integrations.clients.models import ClientAccount
from integrations.sandbox.server import SandboxServer
from ktportal import settings as delivered
from tests.factories import ClientAccountFactory, MembershipFactory
from tests.service import Service
from tests.turned_clock import TurnedClock

hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def log_can_be_flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lifts the log's triggers before a transactional test flushes the database; the flush installs them again."""
    marker = request.node.get_closest_marker("django_db")
    flushes = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not (flushes or (marker and marker.kwargs.get("transaction"))):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    triggers.lift(connection)


@pytest.fixture(autouse=True)
def lines_of_the_log_are_as_its_entries(request: pytest.FixtureRequest, log_can_be_flushed: None) -> Iterator[None]:
    """Whatever a test has done: the log's lines, kept step by step, are those that would be made of all its entries."""
    flushes = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not (flushes or "db" in request.fixturenames or request.node.get_closest_marker("django_db")):
        yield
        return
    request.getfixturevalue("transactional_db" if flushes else "db")
    yield
    if request.node.get_closest_marker("past_the_lines"):
        return
    wrong = list(lines.out_of_step())
    assert not [action for action in wrong if lines.set_right(*action, only_look=True)]


@pytest.fixture(autouse=True, scope="session")
def forms_as_browsers_send_them() -> Iterator[None]:
    """Django's test client sends every form as multipart; browsers do so only for forms that upload files."""

    def post(self: Any, path: str, data: Any = None, content_type: str = MULTIPART_CONTENT, **options: Any) -> Any:
        has_files = isinstance(data, dict) and any(hasattr(value, "read") for value in data.values())
        if content_type is MULTIPART_CONTENT and not has_files:
            data, content_type = urlencode(data or {}, doseq=True), "application/x-www-form-urlencoded"
        return by_django(self, path, data, content_type, **options)

    by_django = RequestFactory.post
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RequestFactory, "post", post)
        yield


@pytest.fixture(autouse=True)
def fresh_caches() -> None:
    """Counted attempts and kept lists would outlive a test."""
    for cache in caches.all(initialized_only=False):
        cache.clear()


@pytest.fixture(autouse=True)
def a_service_that_answers() -> None:
    """Services that were silent in a test count as unknown in the next."""
    breaker_of.cache_clear()


@pytest.fixture(autouse=True)
def address_of_live_server(request: pytest.FixtureRequest) -> None:
    """Where the portal runs as a server, that is its address."""
    if "live_server" in request.fixturenames:
        settings = request.getfixturevalue("settings")
        settings.PORTAL_URL = request.getfixturevalue("live_server").url
        settings.PORTAL_HOST = urlsplit(settings.PORTAL_URL).netloc


@pytest.fixture(autouse=True)
def starts_in_english() -> Iterator[None]:
    """The language of a test's last page would be the next test's. No parameter of a test has this name: it would take
    the fixture's place."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def as_delivered(settings: Any) -> None:
    """English as it is compiled."""
    settings.LOCALE_PATHS = delivered.LOCALE_PATHS


@pytest.fixture(scope="session")
def running_service() -> Iterator[Service]:
    server = SandboxServer(
        operator_username=django_settings.KLICKTIPP_USERNAME,
        developer_key=django_settings.KLICKTIPP_DEVELOPER_KEY,
        operator_account_id=django_settings.KLICKTIPP_OPERATOR_ID,
    )
    with server:
        yield Service(server.url)


@pytest.fixture
def service(running_service: Service, settings: Any) -> Service:
    """The sandbox in its first state; the portal talks to it."""
    running_service.reset()
    settings.KLICKTIPP_URL = running_service.url
    settings.KLICKTIPP_APP_URL = f"{running_service.url}/_sandbox"
    return running_service


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    """The clock of deadlines and pauses, which the test turns."""
    turned = TurnedClock()
    monkeypatch.setattr("integrations.klicktipp.timing.now", turned.now)
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", turned.sleep)
    return turned


@pytest.fixture(autouse=True)
def just_signed_in(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whom a test signs in by force has confirmed that it is them, as after a sign-in with a password."""

    def confirm(request: HttpRequest, user: User, **_: Any) -> None:
        record_authentication(request, user, method="password")

    user_logged_in.connect(confirm)
    yield
    user_logged_in.disconnect(confirm)


@pytest.fixture
def task_queue(settings: Any) -> None:
    """Tasks wait for a worker, as in production."""
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def owner(db: None) -> Membership:
    return MembershipFactory(role=Role.OWNER)


@pytest.fixture
def account(owner: Membership, service: Service) -> ClientAccount:
    """A client account of the owner's team, connected to the sandbox's first account."""
    return ClientAccountFactory(team=owner.team, name="Harbour Lane Coffee", customer_key=service.customer_keys[0])


@pytest.fixture
def by_api_user(owner: Membership, service: Service) -> ClientAccount:
    """A client account of the owner's team, connected to the sandbox's first account by its API user."""
    return ClientAccountFactory(team=owner.team, name="Harbour Lane Coffee", api_user=service.api_users[0])


@pytest.fixture
def browser(owner: Membership, client: Client) -> Client:
    """Django's test client, signed in as the owner."""
    client.force_login(owner.user)
    return client
