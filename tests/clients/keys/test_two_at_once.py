"""Two people, or two tabs, do the same thing at the same time."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from accounts.models import Membership
from integrations.clients.errors import TakenByOtherClient
from integrations.clients.keys import services
from integrations.clients.models import ClientAccount, Credential
from integrations.klicktipp import KlickTipp
from tests.factories import ClientAccountFactory, add_client, store_key
from tests.service import Service
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def both_tests_end_together(monkeypatch: pytest.MonkeyPatch) -> None:
    together, identify = Barrier(2, timeout=10), services._identify

    def meet(api: KlickTipp, optin_processes: Any) -> Any:
        identity = identify(api, optin_processes)
        together.wait()
        return identity

    monkeypatch.setattr(services, "_identify", meet)


def test_one_klicktipp_account_is_added_once(owner: Membership, service: Service) -> None:
    def add(name: str) -> Callable[[], object]:
        return lambda: add_client(owner.team, name, service.customer_keys[0])

    assert at_once(add("Bergwind"), add("Hafenkaffee")) == ["", TakenByOtherClient.__name__]
    assert ClientAccount.objects.count() == Credential.objects.count() == 1


def test_one_klicktipp_account_is_bound_to_one_client(owner: Membership, service: Service) -> None:
    def store(account: ClientAccount) -> Callable[[], object]:
        return lambda: store_key(account, service.customer_keys[0])

    accounts = ClientAccountFactory.create_batch(2, team=owner.team)
    assert at_once(*map(store, accounts)) == ["", TakenByOtherClient.__name__]
    assert Credential.objects.count() == 1


def test_clients_of_one_name_get_slugs_of_their_own(owner: Membership, service: Service) -> None:
    def add(key: str) -> Callable[[], object]:
        return lambda: add_client(owner.team, "Bergwind", key)

    assert at_once(*map(add, service.customer_keys[:2])) == ["", ""]
    assert sorted(ClientAccount.objects.values_list("slug", flat=True)) == ["bergwind", "bergwind-2"]


def test_two_keys_are_stored_one_after_the_other(account: ClientAccount, service: Service) -> None:
    def store() -> None:
        store_key(ClientAccount.objects.get(), service.customer_keys[0])

    assert at_once(store, store) == ["", ""]
    assert Credential.objects.shared().count() == 1


def test_two_own_keys_are_stored_one_after_the_other(
    owner: Membership, account: ClientAccount, service: Service
) -> None:
    def store() -> None:
        store_key(ClientAccount.objects.get(), service.customer_keys[0], owner.user)

    assert at_once(store, store) == ["", ""]
    assert Credential.objects.held_by(owner.user_id).count() == 1
    assert Credential.objects.shared().count() == 1
