"""What KlickTipp says of a stored key is remembered, for that key and no other."""

from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Membership
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway, health
from integrations.clients.errors import Obstructed
from integrations.clients.keys import services
from integrations.clients.models import ClientAccount, Connection, Credential
from integrations.clients.sentences import TAGS_LOADED
from integrations.klicktipp import OPERATIONS, AccessDenied, Attempt, AuthKind, Ending, KlickTipp, Rejected
from integrations.messages import Obstacle
from tests.factories import actor, store_key
from tests.service import Service

pytestmark = pytest.mark.django_db

DENIED = {"status": 403, "body": '["API access denied."]', "always": True}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is given to it happens while KlickTipp lists the opt-in processes."""

    def arrange(happen: Any) -> None:
        ask = KlickTipp.list_optin_processes

        def slowly(api: KlickTipp) -> Any:
            monkeypatch.setattr(KlickTipp, "list_optin_processes", ask)
            try:
                return ask(api)
            finally:
                happen()

        monkeypatch.setattr(KlickTipp, "list_optin_processes", slowly)

    return arrange


def own_credential(account: ClientAccount, owner: Membership, customer_key: str) -> Credential:
    credential = Credential(account=account, user=owner.user, stored_at=timezone.now())
    credential.secret = customer_key
    credential.save()
    return credential


def check(account: ClientAccount, membership: Membership | None = None) -> None:
    services.check_connection(account, actor(membership.user if membership else None), uuid4())


def connection(account: ClientAccount) -> str:
    return ClientAccount.objects.get(pk=account.pk).connection


def test_any_refused_call_marks_the_connection(account: ClientAccount, service: Service) -> None:
    api = gateway.connect(account, Action(TAGS_LOADED, actor()))
    api.list_tags()
    assert connection(account) == Connection.CONNECTED
    service.fault(**DENIED)
    with pytest.raises(AccessDenied):
        api.add_or_update_contact("rainer@klick-tipp.team")
    assert connection(account) == Connection.REFUSED
    service.reset()
    check(account)
    assert connection(account) == Connection.CONNECTED


def test_a_call_that_works_after_a_refusal_mends_the_connection(account: ClientAccount, service: Service) -> None:
    service.fault(status=401, body='["API access denied."]', times=1)
    with pytest.raises(AccessDenied):
        gateway.connect(account, Action(TAGS_LOADED, actor())).list_tags()
    assert connection(account) == Connection.REFUSED
    gateway.connect(ClientAccount.objects.get(), Action(TAGS_LOADED, actor())).list_tags()
    assert connection(account) == Connection.CONNECTED


def test_other_errors_say_nothing_about_the_key(account: ClientAccount) -> None:
    with pytest.raises(Rejected):
        gateway.connect(account, Action(TAGS_LOADED, actor())).add_or_update_contact("unsubscribed@klick-tipp.team")
    assert connection(account) == Connection.CONNECTED


def test_a_refusal_tells_of_the_key_whatever_was_asked_but_for_two_operations(
    account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Connection] = []
    monkeypatch.setattr(health, "remember", lambda credential, connection: noted.append(connection))
    watch = health.Watch(Mock(), Credential.objects.get())
    silent = set()
    for name, operation in OPERATIONS.items():
        if operation.auth is AuthKind.LISTBUILDING:
            continue
        attempt = Attempt(uuid4(), uuid4(), 1, operation, operation.method, operation.path, {})
        noted.clear()
        watch.note(attempt, Ending(0.1, 403, AccessDenied(name), None))
        assert noted in ([], [Connection.REFUSED])
        silent |= set() if noted else {name}
    assert silent == {"get_account", "logout"}


def test_a_key_that_may_not_read_the_account_is_connected(account: ClientAccount, service: Service) -> None:
    service.fault(path="/account", **DENIED)
    check(account)
    assert connection(account) == Connection.CONNECTED


def test_only_a_refusal_costs_queries(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = []
    monkeypatch.setattr(health, "remember", lambda credential, connection: noted.append(connection))
    api = gateway.connect(account, Action(TAGS_LOADED, actor()))
    api.list_tags()
    assert noted == []
    service.fault(**DENIED)
    with pytest.raises(AccessDenied):
        api.list_tags()
    assert noted == [Connection.REFUSED]


def test_a_failing_note_does_not_hide_the_refusal(
    account: ClientAccount, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remember(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(health, "remember", remember)
    service.fault(**DENIED)
    with pytest.raises(AccessDenied):
        gateway.connect(account, Action(TAGS_LOADED, actor())).list_tags()


def test_a_users_own_refused_key_says_nothing_about_the_shared_one(
    account: ClientAccount, owner: Membership, service: Service
) -> None:
    own_credential(account, owner, "not-a-key-of-anybody")
    with pytest.raises(AccessDenied):
        gateway.connect(account, Action(TAGS_LOADED, actor(owner.user))).list_tags()
    assert connection(account) == Connection.CONNECTED


def test_the_check_uses_the_shared_key(account: ClientAccount, owner: Membership, service: Service) -> None:
    own_credential(account, owner, "not-a-key-of-anybody")
    check(account, owner)
    assert connection(account) == Connection.CONNECTED
    Credential.objects.shared().delete()
    with pytest.raises(Obstructed) as obstructed:
        check(account, owner)
    assert obstructed.value.obstacle == Obstacle.NOT_CONNECTED


def test_a_key_removed_during_the_check_stays_removed(account: ClientAccount, meanwhile: Any) -> None:
    meanwhile(lambda: services.remove_key(ClientAccount.objects.get(), actor()))
    check(account)
    assert connection(account) == Connection.NONE


def test_a_refusal_of_a_key_that_was_replaced_meanwhile_is_not_remembered(
    account: ClientAccount, service: Service
) -> None:
    api = gateway.connect(account, Action(TAGS_LOADED, actor()))
    store_key(ClientAccount.objects.get(), service.customer_keys[0])
    service.fault(**DENIED)
    with pytest.raises(AccessDenied):
        api.list_tags()
    assert connection(account) == Connection.CONNECTED


def test_a_change_during_the_test_of_a_new_key_stays(account: ClientAccount, service: Service, meanwhile: Any) -> None:
    meanwhile(lambda: ClientAccount.objects.update(name="Hafenkaffee", colour="pink"))
    store_key(account, service.customer_keys[0])
    account.refresh_from_db()
    assert (account.name, account.colour) == ("Hafenkaffee", "pink")


def test_the_page_shows_what_the_check_found(browser: Any, account: ClientAccount, service: Service) -> None:
    service.fault(**DENIED)
    page = browser.post(f"/t/{account.team.slug}/clients/{account.slug}/key/test/").content.decode()
    assert "access refused" in page
