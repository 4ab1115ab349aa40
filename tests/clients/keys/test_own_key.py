"""Storing, replacing, testing and removing a customer key of one's own beside the shared one."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry, KeyOwner
from integrations.audit.recorder import Action
from integrations.clients.calls import gateway
from integrations.clients.models import ClientAccount, Connection, Credential
from integrations.clients.sentences import TAGS_LOADED
from tests.factories import MembershipFactory, actor, store_key
from tests.pages import logged, words
from tests.service import Service

DENIED = {"status": 403, "body": '["API access denied."]', "always": True}


@pytest.fixture
def bound(account: ClientAccount, service: Service) -> ClientAccount:
    """The client account with a shared key that is not the one that people store."""
    account.uid, account.identity_name = str(service.accounts[0]["uid"]), "harbourlane"
    account.save()
    shared = account.credentials.get()
    shared.secret = "the-shared-key-of-the-client"
    shared.save()
    return account


@pytest.fixture
def editor(owner: Membership, client: Client) -> Membership:
    """An editor, signed in."""
    membership = MembershipFactory(team=owner.team, role=Role.EDITOR)
    client.force_login(membership.user)
    return membership


def url(name: str, account: ClientAccount) -> str:
    return reverse(name, kwargs={"team": account.team.slug, "account": account.slug})


def page(client: Client, account: ClientAccount) -> str:
    return client.get(url("client_keys", account)).content.decode()


def store(client: Client, account: ClientAccount, customer_key: str) -> str:
    answer = client.post(url("client_own_key", account), {"customer_key": customer_key}, follow=True)
    return str(answer.content.decode())


def told() -> list[str]:
    return logged(sentence__startswith="clients.own_key", operation="")


def test_a_key_of_ones_own_is_stored_beside_the_shared_one(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    assert "KlickTipp accepts it" in store(client, bound, service.customer_keys[0])

    own = Credential.objects.get(user=editor.user)
    assert (own.secret, own.stored_by) == (service.customer_keys[0], editor.user)
    assert Credential.objects.shared().get().secret == "the-shared-key-of-the-client"
    four = service.customer_keys[0][-4:]
    assert told() == [f"{editor.user} stored a customer key of their own, …{four}, for Harbour Lane Coffee"]


def test_storing_again_replaces_the_own_key(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    store(client, bound, service.customer_keys[0])
    before = Credential.objects.get(user=editor.user)
    form = client.get(url("client_own_key", bound)).content.decode()
    assert service.customer_keys[0] not in form
    assert f"ends in {service.customer_keys[0][-4:]}" in form

    store(client, bound, service.customer_keys[0])

    assert Credential.objects.get(user=editor.user).pk != before.pk


def test_it_is_used_for_the_calls_of_its_owner_alone(
    client: Client, editor: Membership, owner: Membership, bound: ClientAccount, service: Service
) -> None:
    store(client, bound, service.customer_keys[0])

    gateway.connect(bound, Action(TAGS_LOADED, actor(editor.user))).list_tags()

    entry = AuditEntry.objects.latest("number")
    assert (entry.key_last_four, entry.key_owner) == (service.customer_keys[0][-4:], KeyOwner.OWN)
    others = gateway.credential_for(bound, owner.user_id)
    assert others is not None
    assert others.owner == KeyOwner.SHARED


def test_the_client_page_says_which_key_is_used(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    words = page(client, bound)
    assert "the shared customer key" in words
    assert "your own customer key" not in words

    store(client, bound, service.customer_keys[0])

    words = page(client, bound)
    assert "your own customer key" in words
    assert f"…{service.customer_keys[0][-4:]}" in words


def test_who_may_not_store_one_is_told_which_key_is_used_and_offered_nothing(
    client: Client, owner: Membership, bound: ClientAccount
) -> None:
    client.force_login(MembershipFactory(team=owner.team, role=Role.VIEWER).user)

    words = page(client, bound)

    assert "the shared customer key" in words
    assert "own-key" not in words


def test_an_own_key_is_enough_to_work(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    Credential.objects.shared().delete()
    ClientAccount.objects.update(connection=Connection.NONE)
    assert "no key yet" in page(client, bound)
    assert "contacts/add/" not in client.get(f"/t/{bound.team.slug}/").content.decode()
    form = client.get(url("contact_add", bound)).content.decode()
    assert "has no customer key" in form
    assert url("client_own_key", bound) in form

    store(client, bound, service.customer_keys[0])

    assert "This client has no shared customer key." in page(client, bound)
    assert "contacts/add/" in client.get(f"/t/{bound.team.slug}/").content.decode()
    assert "has no customer key" not in client.get(url("contact_add", bound)).content.decode()


@pytest.mark.parametrize("owner_of_key", [KeyOwner.SHARED, KeyOwner.OWN])
def test_the_log_entry_says_which_key_was_used(
    browser: Client, owner: Membership, account: ClientAccount, service: Service, owner_of_key: KeyOwner
) -> None:
    if owner_of_key is KeyOwner.OWN:
        store_key(account, service.customer_keys[0], owner.user)
    gateway.connect(account, Action(TAGS_LOADED, actor(owner.user))).list_tags()

    number = AuditEntry.objects.latest("number").number
    entry = browser.get(reverse("log_entry", kwargs={"team": owner.team.slug, "number": number})).content.decode()

    assert f"…{service.customer_keys[0][-4:]}</span>, " in entry
    assert ("the person&#x27;s own key" in entry) == (owner_of_key is KeyOwner.OWN)
    assert ("the client&#x27;s shared key" in entry) == (owner_of_key is KeyOwner.SHARED)


def test_a_key_that_is_tested_is_called_nobodys_yet(
    browser: Client, owner: Membership, bound: ClientAccount, service: Service
) -> None:
    store(browser, bound, service.customer_keys[0])

    tested = AuditEntry.objects.filter(sentence="clients.own_key_tested").latest("number")
    shown = browser.get(reverse("log_entry", kwargs={"team": owner.team.slug, "number": tested.number}))
    assert f"…{service.customer_keys[0][-4:]} , not stored, only tested" in words(shown)


def test_another_accounts_key_is_refused_by_name(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    answer = client.post(url("client_own_key", bound), {"customer_key": service.customer_keys[1]})

    assert answer.status_code == 422
    assert "bound to (harbourlane)" in answer.content.decode()
    assert not Credential.objects.filter(user=editor.user).exists()


def test_a_working_own_key_is_confirmed(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    store(client, bound, service.customer_keys[0])

    answer = client.post(url("client_own_key_test", bound), follow=True)

    assert "KlickTipp accepts the customer key." in answer.content.decode()


def test_its_owner_is_told_that_it_is_refused_and_the_connection_of_the_others_stays(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    store(client, bound, service.customer_keys[0])
    checked = ClientAccount.objects.get().checked_at
    service.fault(**DENIED)

    answer = client.post(url("client_own_key_test", bound))

    assert answer.status_code == 422
    assert "KlickTipp refuses the access." in answer.content.decode()
    bound.refresh_from_db()
    assert (bound.connection, bound.checked_at) == (Connection.CONNECTED, checked)


def test_a_refused_shared_connection_is_not_mended_by_an_own_key(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    ClientAccount.objects.update(connection=Connection.REFUSED)

    store(client, bound, service.customer_keys[0])
    client.post(url("client_own_key_test", bound))

    bound.refresh_from_db()
    assert bound.connection == Connection.REFUSED


def test_who_has_none_is_told_so_when_it_is_tested_or_removed(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    tested = client.post(url("client_own_key_test", bound))

    assert tested.status_code == 422
    assert "No own customer key is stored for this client." in tested.content.decode()
    assert "You have no customer key of your own" in client.get(url("client_own_key_remove", bound)).content.decode()
    assert service.received() == []


def test_removing_asks_once_says_what_stays_and_leaves_the_shared_key(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    store(client, bound, service.customer_keys[0])
    asked = client.get(url("client_own_key_remove", bound)).content.decode()
    assert "is then done with the shared key …ient" in asked
    assert "At KlickTipp the key stays valid." in asked
    assert Credential.objects.filter(user=editor.user).exists()

    client.post(url("client_own_key_remove", bound))

    assert Credential.objects.get().owner == KeyOwner.SHARED
    four = service.customer_keys[0][-4:]
    assert told()[1:] == [f"{editor.user} removed their own customer key …{four} for Harbour Lane Coffee"]
    bound.refresh_from_db()
    assert bound.connection == Connection.CONNECTED


def test_removing_the_last_key_says_that_work_ends(
    client: Client, editor: Membership, bound: ClientAccount, service: Service
) -> None:
    store(client, bound, service.customer_keys[0])
    Credential.objects.shared().delete()

    assert "until a key is stored again" in client.get(url("client_own_key_remove", bound)).content.decode()


def test_nobody_touches_the_key_of_another(
    browser: Client, editor: Membership, owner: Membership, bound: ClientAccount, service: Service
) -> None:
    store(browser, bound, service.customer_keys[0])
    browser.force_login(owner.user)

    assert "your own customer key" not in page(browser, bound)
    browser.post(url("client_own_key_remove", bound))
    browser.post(url("client_key_remove", bound))

    assert Credential.objects.get().user == editor.user
