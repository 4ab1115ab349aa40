"""Working with username and password of an API user: what the log says, and what becomes of the connection."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from integrations.audit.models import AuditEntry, KeyOwner, Kind, Outcome
from integrations.audit.presentation import LoggedAction
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.calls.sessions import StoredSession
from integrations.clients.errors import Obstructed
from integrations.clients.logins import Login
from integrations.clients.models import ClientAccount, Connection, Credential
from integrations.clients.sentences import TAGS_LOADED
from integrations.contacts.sentences import ADD_CONTACT
from integrations.klicktipp import AccessDenied, KlickTipp, Problem, Rejected, SessionToken
from integrations.messages import Obstacle
from tests.clients.calls.test_sessions import a_minute_later
from tests.factories import actor
from tests.service import Service

pytestmark = pytest.mark.django_db

DENIED = {"status": 403, "body": '["API access denied."]', "always": True}


def api_of(account: ClientAccount, sentence: Any = TAGS_LOADED) -> KlickTipp:
    return gateway.connect(account, Action(sentence, actor(), {"contact": "r•••@klick-tipp.team"}))


def with_wrong_password(account: ClientAccount) -> None:
    stored = account.credentials.get()
    stored.secret = "not-the-password"
    stored.save()


def connection(account: ClientAccount) -> str:
    return ClientAccount.objects.get(pk=account.pk).connection


def logged(browser: Client, account: ClientAccount, **filters: str) -> list[LoggedAction]:
    """What the log's list shows of the account."""
    log = reverse("log", kwargs={"team": account.team.slug})
    return list(browser.get(log, {"client": account.slug, **filters}).context["actions"])


def test_an_api_user_needs_no_developer_key(by_api_user: ClientAccount, service: Service, settings: Any) -> None:
    settings.KLICKTIPP_USERNAME = settings.KLICKTIPP_DEVELOPER_KEY = ""

    assert api_of(by_api_user).list_tags()


def test_signing_in_is_in_the_log_with_the_users_name(by_api_user: ClientAccount, service: Service) -> None:
    api_of(by_api_user).list_tags()

    login, tags = AuditEntry.objects.order_by("number")
    assert [login.operation, tags.operation] == ["login", "list_tags"]
    assert [str(entry.id) for entry in (login, tags)] == [call["request_id"] for call in service.received()]
    for entry in (login, tags):
        assert entry.parameters["api_user"] == service.api_users[0][0]
        assert (entry.key_last_four, entry.key_owner, entry.request) == ("", KeyOwner.SHARED, {})
        assert (entry.outcome, entry.kind) == (Outcome.DONE, Kind.READ)
    assert login.answer == {"account_id": str(service.accounts[0]["uid"])}


def test_the_log_entry_says_that_it_was_an_api_user(
    browser: Client, by_api_user: ClientAccount, service: Service
) -> None:
    api_of(by_api_user).list_tags()

    number = AuditEntry.objects.latest("number").number
    page = browser.get(reverse("log_entry", kwargs={"team": by_api_user.team.slug, "number": number}))

    words = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert f"API user {service.api_users[0][0]} , shared for the client" in words
    assert "Customer key" not in words


def test_signing_in_does_not_decide_how_an_action_ended(
    browser: Client, by_api_user: ClientAccount, service: Service
) -> None:
    with pytest.raises(Rejected):
        api_of(by_api_user, ADD_CONTACT).add_or_update_contact("unsubscribed@klick-tipp.team")

    (action,) = logged(browser, by_api_user)
    assert action.outcome == Outcome.REFUSED
    for outcome, found in (("refused", 1), ("done", 0), ("partly", 0)):
        assert len(logged(browser, by_api_user, outcome=outcome)) == found


def test_an_action_that_failed_at_signing_in_is_in_the_log(
    browser: Client, by_api_user: ClientAccount, service: Service
) -> None:
    with_wrong_password(by_api_user)
    with pytest.raises(AccessDenied):
        api_of(by_api_user, ADD_CONTACT).add_or_update_contact("rainer@klick-tipp.team")

    (action,) = logged(browser, by_api_user)

    assert action.outcome == Outcome.REFUSED
    assert "does not accept this username with this password" in action.problems[0].sentences()


def test_a_session_that_ends_says_nothing_about_the_connection(by_api_user: ClientAccount, service: Service) -> None:
    api_of(by_api_user).list_tags()
    service.expire_sessions()
    with pytest.raises(AccessDenied):
        api_of(by_api_user).list_tags()
    assert connection(by_api_user) == Connection.CONNECTED

    a_minute_later()
    api_of(by_api_user).list_tags()

    assert connection(by_api_user) == Connection.CONNECTED


def test_a_wrong_password_marks_the_connection(by_api_user: ClientAccount, service: Service) -> None:
    with_wrong_password(by_api_user)

    with pytest.raises(AccessDenied) as raised:
        api_of(by_api_user).list_tags()

    assert raised.value.problem is Problem.WRONG_LOGIN
    assert connection(by_api_user) == Connection.REFUSED


@pytest.mark.parametrize("had_session", [False, True])
def test_what_is_refused_after_signing_in_marks_the_connection(
    by_api_user: ClientAccount, service: Service, had_session: bool
) -> None:
    if had_session:
        api_of(by_api_user).list_fields()
        a_minute_later()
    service.fault(path="/tag", **DENIED)

    with pytest.raises(AccessDenied) as raised:
        api_of(by_api_user).list_tags()

    assert raised.value.problem is Problem.USER_DENIED
    assert connection(by_api_user) == Connection.REFUSED


def test_what_is_refused_with_somebody_elses_new_session_marks_the_connection(
    by_api_user: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    api_of(by_api_user).list_fields()
    newer = StoredSession(by_api_user.credentials.get()).load()
    loads = [SessionToken("SSESS", "ended"), newer]
    monkeypatch.setattr(StoredSession, "load", lambda store: loads.pop(0))
    service.fault(path="/tag", **DENIED)

    with pytest.raises(AccessDenied):
        api_of(by_api_user).list_tags()

    assert service.paths()[-2:] == ["GET /tag", "GET /tag"]
    assert connection(by_api_user) == Connection.REFUSED


def test_an_api_user_that_may_not_read_the_account_is_connected(by_api_user: ClientAccount, service: Service) -> None:
    service.fault(path="/account", **DENIED)

    with pytest.raises(AccessDenied):
        api_of(by_api_user).get_account()

    assert connection(by_api_user) == Connection.CONNECTED


def test_an_own_api_user_is_used_for_its_owner_and_says_nothing_about_the_others(
    account: ClientAccount, owner: Membership, service: Service
) -> None:
    own = Credential(account=account, user=owner.user, stored_at=account.checked_at)
    own.login = Login.by_api_user(service.api_users[0][0], "not-the-password")
    own.save()

    with pytest.raises(AccessDenied):
        gateway.connect(account, Action(TAGS_LOADED, actor(owner.user))).list_tags()

    entry = AuditEntry.objects.latest("number")
    assert (entry.parameters["api_user"], entry.key_owner) == (service.api_users[0][0], KeyOwner.OWN)
    assert connection(account) == Connection.CONNECTED


def test_a_password_that_no_key_decrypts_is_said_so(by_api_user: ClientAccount, service: Service) -> None:
    Credential.objects.update(encrypted_secret="gAAAA")

    with pytest.raises(Obstructed) as obstructed:
        api_of(by_api_user)

    assert obstructed.value.obstacle == Obstacle.PASSWORD_UNDECRYPTABLE
    assert service.received() == []
