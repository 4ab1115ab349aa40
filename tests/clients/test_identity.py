"""Which KlickTipp account a client is bound to: by uid, by the opt-in process without a name, or by both."""

from uuid import uuid4

import pytest

from accounts.models import Membership
from integrations.clients.errors import OtherAccount, TakenByOtherClient, UntoldAccount
from integrations.clients.explain import explain
from integrations.clients.identity import Identity
from integrations.clients.keys import services
from integrations.clients.models import ClientAccount
from integrations.klicktipp import ServiceError
from tests.factories import ClientAccountFactory, actor, add_client, store_key
from tests.service import Service

pytestmark = pytest.mark.django_db


def refuse_account(service: Service, status: int = 403) -> None:
    service.fault(path="/account", status=status, body='["API access denied."]', always=True)


def name_all_processes(service: Service) -> None:
    service.fault(path="/list", status=200, body='{"71": "Newsletter"}', always=True)


def add(owner: Membership, customer_key: str, name: str = "Bergwind") -> ClientAccount:
    return add_client(owner.team, name, customer_key)


def replace(account: ClientAccount, customer_key: str) -> None:
    store_key(account, customer_key)
    account.refresh_from_db()


def check(account: ClientAccount) -> None:
    services.check_connection(account, actor(), uuid4())
    account.refresh_from_db()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Identity("1", 7), Identity("1", 7), True),
        (Identity("1", 7), Identity("1", 8), True),
        (Identity("1", 7), Identity("2", 7), True),
        (Identity("1", 7), Identity("2", 8), False),
        (Identity("1", None), Identity("2", 8), False),
        (Identity("1", 7), Identity("", 7), True),
        (Identity("1", 7), Identity("", 8), False),
        (Identity("1", None), Identity("", 8), None),
        (Identity(), Identity("1", 8), None),
        (Identity(), Identity(), None),
    ],
)
def test_accounts_are_compared_by_what_both_sides_know(one: Identity, other: Identity, same: bool | None) -> None:
    assert one.is_same(other) is same
    assert other.is_same(one) is same


@pytest.mark.parametrize("status", [401, 403, 404])
def test_where_the_account_is_refused_the_predefined_process_is_the_identity(
    owner: Membership, service: Service, status: int
) -> None:
    refuse_account(service, status)
    account = add(owner, service.customer_keys[0])
    assert account.uid == ""
    assert account.predefined_process_id


@pytest.mark.parametrize(("status", "body"), [(200, "<html>"), (500, "")])
def test_an_account_that_cannot_be_read_is_an_error(
    owner: Membership, service: Service, status: int, body: str
) -> None:
    service.fault(path="/account", status=status, body=body, always=True)
    with pytest.raises(ServiceError):
        add(owner, service.customer_keys[0])
    assert not ClientAccount.objects.exists()


def test_a_client_bound_by_uid_is_not_locked_out_when_the_account_is_refused(
    owner: Membership, service: Service
) -> None:
    account = add(owner, service.customer_keys[0])
    uid, name = account.uid, account.identity_name
    refuse_account(service)
    replace(account, service.customer_keys[0])
    assert (account.uid, account.identity_name) == (uid, name)
    with pytest.raises(OtherAccount) as refused:
        replace(account, service.customer_keys[1])
    assert f"bound to ({name})" in explain(refused.value).what
    assert "(opt-in process " in explain(refused.value).what


def test_the_uid_is_learned_later(owner: Membership, service: Service) -> None:
    refuse_account(service)
    account = add(owner, service.customer_keys[0])
    service.reset()
    check(account)
    assert account.uid == str(service.accounts[0]["uid"])
    assert account.identity_name


def test_the_process_is_learned_later(account: ClientAccount, service: Service) -> None:
    ClientAccount.objects.update(uid=service.accounts[0]["uid"])
    check(account)
    assert account.predefined_process_id


def test_the_same_account_known_in_two_ways_is_taken(owner: Membership, service: Service) -> None:
    first = add(owner, service.customer_keys[0])
    refuse_account(service)
    with pytest.raises(TakenByOtherClient) as taken:
        add(owner, service.customer_keys[0], "Second")
    assert taken.value.account == first


def test_a_key_of_another_clients_account_is_refused_by_name(owner: Membership, service: Service) -> None:
    first = add(owner, service.customer_keys[0])
    unbound = ClientAccountFactory(team=owner.team)
    with pytest.raises(TakenByOtherClient) as taken:
        replace(unbound, service.customer_keys[0])
    assert taken.value.account == first


def test_accounts_without_an_unnamed_process_are_not_one_account(owner: Membership, service: Service) -> None:
    name_all_processes(service)
    for key in service.customer_keys[:2]:
        add(owner, key)
    assert ClientAccount.objects.count() == 2


def test_a_key_that_tells_nothing_of_its_account_is_refused(owner: Membership, service: Service) -> None:
    name_all_processes(service)
    refuse_account(service)
    with pytest.raises(UntoldAccount) as refused:
        add(owner, service.customer_keys[0])
    assert "does not tell which KlickTipp account" in explain(refused.value).what
    assert not ClientAccount.objects.exists()


def test_a_key_that_cannot_be_compared_is_refused(owner: Membership, account: ClientAccount, service: Service) -> None:
    ClientAccount.objects.update(uid=service.accounts[0]["uid"])
    refuse_account(service)
    with pytest.raises(UntoldAccount):
        replace(account, service.customer_keys[0])


def test_the_check_tells_when_the_stored_key_is_another_accounts(account: ClientAccount, service: Service) -> None:
    ClientAccount.objects.update(uid="1")
    with pytest.raises(OtherAccount):
        check(account)
