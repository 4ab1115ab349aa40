"""Storing, replacing, testing and removing username and password of an API user, shared and of one's own."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.calls.sessions import StoredSession
from integrations.clients.explain import explain
from integrations.clients.models import ClientAccount, Connection, Credential
from integrations.klicktipp import AccessDenied, Problem
from tests.clients.calls.test_sessions import a_minute_later, list_tags
from tests.clients.helpers import confirm
from tests.factories import ClientAccountFactory, MembershipFactory
from tests.pages import logged, words
from tests.service import Service

FORMS = ["client_api_user", "client_own_api_user"]


def url(name: str, account: ClientAccount) -> str:
    return reverse(name, kwargs={"team": account.team.slug, "account": account.slug})


def new_url(owner: Membership) -> str:
    return reverse("client_new_api_user", kwargs={"team": owner.team.slug})


def type_login(browser: Client, where: str, login: tuple[str, str], **further: str) -> Any:
    return browser.post(where, {"username": login[0], "password": login[1], **further})


def bind(account: ClientAccount) -> None:
    account.uid, account.identity_name = "58100", "harbourlane"
    account.save()


def told(prefix: str) -> list[str]:
    return logged(sentence__startswith=prefix, operation="")


def test_a_new_client_is_connected_by_its_api_user(browser: Client, owner: Membership, service: Service) -> None:
    username, password = service.api_users[0]
    answer = type_login(browser, new_url(owner), (username, password), name="Hafenkaffee", colour="teal")
    page = browser.get(answer.url)
    assert f"KlickTipp knows the API user {username} . Use it for Hafenkaffee ?" in words(page)
    assert password not in page.content.decode()
    assert not Credential.objects.exists()

    confirm(browser, answer)

    account, stored = ClientAccount.objects.get(), Credential.objects.get()
    assert (stored.login.username, stored.login.secret, stored.last_four) == (username, password, "")
    assert account.connection == Connection.CONNECTED
    assert account.predefined_process_id
    assert told("clients.api_user_stored") == [
        f"{owner.user} stored the API user {username} with its password for Hafenkaffee"
    ]
    list_tags(account)


def test_not_this_account_leads_back_to_the_form_it_was_typed_in(
    browser: Client, owner: Membership, service: Service
) -> None:
    answer = type_login(browser, new_url(owner), service.api_users[0], name="Hafenkaffee", colour="pink")
    back = confirm(browser, answer, drop="1").url
    assert back.startswith(new_url(owner))
    form = browser.get(back).context["form"]
    assert (form["name"].value(), form["colour"].value()) == ("Hafenkaffee", "pink")

    account = ClientAccountFactory(team=owner.team, name="Bergwind", slug="bergwind")
    for name in FORMS:
        answer = type_login(browser, url(name, account), service.api_users[0])
        assert confirm(browser, answer, drop="1").url == url(name, account)
    assert not Credential.objects.exists()


def test_a_team_without_a_client_is_offered_it_too(browser: Client, owner: Membership) -> None:
    assert new_url(owner) in browser.get(reverse("team", kwargs={"team": owner.team.slug})).content.decode()


def test_a_typed_username_loses_the_blanks_around_it_and_a_password_keeps_its_own(
    browser: Client, owner: Membership, service: Service
) -> None:
    username, password = service.api_users[0]
    typed = {"name": "Hafenkaffee", "colour": "teal"}

    accepted = type_login(browser, new_url(owner), (f"  {username}\t", password), **typed)
    refused = type_login(browser, new_url(owner), (username, f" {password}"), **typed)

    assert accepted.status_code == 302
    assert refused.status_code == 422


def test_a_wrong_password_is_marked_and_not_sent_back(browser: Client, owner: Membership, service: Service) -> None:
    login = (service.api_users[0][0], "not-the-password")
    answer = type_login(browser, new_url(owner), login, name="Hafenkaffee", colour="pink")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "KlickTipp does not accept this username with this password." in page
    assert "Username and password were not accepted." in page
    assert 'value="Hafenkaffee"' in page
    assert f'value="{login[0]}"' in page
    assert "not-the-password" not in page
    assert not ClientAccount.objects.exists()


@pytest.mark.parametrize("missing", ["username", "password"])
def test_both_are_needed(browser: Client, account: ClientAccount, service: Service, missing: str) -> None:
    typed = {"username": "x-api", "password": "y"} | {missing: " " if missing == "username" else ""}

    answer = browser.post(url("client_api_user", account), typed)

    assert (answer.status_code, service.received()) == (422, [])


def test_an_api_user_works_where_the_portal_has_no_developer_key(
    browser: Client, account: ClientAccount, service: Service, settings: Any
) -> None:
    bind(account)
    settings.KLICKTIPP_USERNAME = settings.KLICKTIPP_DEVELOPER_KEY = ""

    assert type_login(browser, url("client_api_user", account), service.api_users[0]).status_code == 302


def test_it_takes_the_place_of_the_shared_key_and_a_key_takes_its_place(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    bind(account)
    username = service.api_users[0][0]
    form = browser.get(url("client_api_user", account))
    assert "Replace the customer key with an API user" in words(form)
    assert f"The present key ends in {service.customer_keys[0][-4:]}" in words(form)

    page = browser.get(type_login(browser, url("client_api_user", account), service.api_users[0]).url)

    assert "Username and password are stored; KlickTipp accepts them." in words(page)
    assert f"Shared API user {username} (for tests), stored by" in words(page)
    assert f"the shared API user {username}" in words(page)
    list_tags(account)
    form = browser.get(url("client_key", account))
    assert "Replace the API user with a customer key" in words(form)
    assert f"The present API user is {username}." in words(form)

    browser.post(url("client_key", account), {"customer_key": service.customer_keys[0]})

    stored = Credential.objects.get()
    assert (stored.is_api_user, stored.username, stored.encrypted_session) == (False, "", "")


def test_replacing_an_api_user_drops_its_session(browser: Client, by_api_user: ClientAccount, service: Service) -> None:
    bind(by_api_user)
    list_tags(by_api_user)
    before = StoredSession(by_api_user.credentials.get())
    assert before.load() is not None

    type_login(browser, url("client_api_user", by_api_user), service.api_users[0])

    assert before.load() is None
    assert StoredSession(by_api_user.credentials.get()).load() is None


def test_one_of_ones_own_is_stored_beside_the_shared_key(
    client: Client, owner: Membership, account: ClientAccount, service: Service
) -> None:
    bind(account)
    editor = MembershipFactory(team=owner.team, role=Role.EDITOR)
    client.force_login(editor.user)
    username = service.api_users[0][0]

    page = client.get(type_login(client, url("client_own_api_user", account), service.api_users[0]).url)

    assert Credential.objects.get(user=editor.user).username == username
    assert not Credential.objects.shared().get().is_api_user
    assert f"your own API user {username}" in words(page)
    assert "Test your own API user" in words(page)
    assert told("clients.own_api_user") == [
        f"{editor.user} stored an API user of their own, {username}, with its password for Harbour Lane Coffee"
    ]
    assert "KlickTipp accepts the API user." in words(client.post(url("client_own_key_test", account), follow=True))


@pytest.mark.parametrize("name", FORMS)
def test_another_accounts_api_user_is_refused_by_name(
    browser: Client, account: ClientAccount, service: Service, name: str
) -> None:
    account.predefined_process_id, account.identity_name = 1, "harbourlane"
    account.save()

    answer = type_login(browser, url(name, account), service.api_users[1])

    assert answer.status_code == 422
    assert f"({service.api_users[1][0]}) is not the one that this client is bound to (harbourlane)" in words(answer)
    assert not Credential.objects.filter(kind="api_user").exists()


def test_the_uid_of_an_api_user_is_not_taken_for_its_accounts(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    browser.post(url("client_test", account))
    account.refresh_from_db()
    known = account.identity
    service.fault(path="/account", status=200, body='{"uid": 4711, "username": "harbourlane-portal"}', always=True)

    type_login(browser, url("client_api_user", account), service.api_users[0])

    account.refresh_from_db()
    assert Credential.objects.get().is_api_user
    assert account.identity == known


def test_where_nothing_but_the_uid_tells_the_account_it_counts(
    browser: Client, account: ClientAccount, service: Service
) -> None:
    bind(account)
    service.fault(path="/list", status=200, body='{"71": "Newsletter"}', always=True)

    type_login(browser, url("client_api_user", account), service.api_users[0])

    assert Credential.objects.get().is_api_user


def test_the_check_says_when_klicktipp_was_not_asked(
    browser: Client, by_api_user: ClientAccount, service: Service
) -> None:
    stored = by_api_user.credentials.get()
    stored.secret = "changed-at-klicktipp"
    stored.save()

    first = browser.post(url("client_test", by_api_user))
    second = browser.post(url("client_test", by_api_user))

    assert "KlickTipp does not accept this username with this password." in words(first)
    assert "access refused" in words(first)
    assert "Signing in to KlickTipp was tried a moment ago, so it was not asked this time." in words(second)
    assert service.paths() == ["POST /account/login"]
    for answer in (first, second):
        action = answer.context["failure"].action
        entry = reverse("log_action", kwargs={"team": by_api_user.team.slug, "action": action})
        assert browser.get(entry).status_code == 302


def test_a_pause_that_nothing_was_logged_of_leads_to_no_entry() -> None:
    assert explain(AccessDenied("list_tags", problem=Problem.SIGN_IN_PAUSED), uuid4()).action is None


def test_a_refused_connection_is_mended_by_the_check(
    browser: Client, by_api_user: ClientAccount, service: Service
) -> None:
    ClientAccount.objects.update(connection=Connection.REFUSED)

    answer = browser.post(url("client_test", by_api_user), follow=True)

    assert "KlickTipp accepts the API user." in words(answer)
    assert ClientAccount.objects.get().connection == Connection.CONNECTED


def test_removing_says_how_to_end_the_access_at_klicktipp(
    browser: Client, by_api_user: ClientAccount, owner: Membership, service: Service
) -> None:
    username = service.api_users[0][0]
    asked = words(browser.get(url("client_key_remove", by_api_user)))
    assert f"The API user {username} is removed from this portal; nobody without a key of their own" in asked
    assert "deletes this sub-account there or changes its password" in asked

    done = words(browser.post(url("client_key_remove", by_api_user), follow=True))

    assert "The API user is removed from this portal." in done
    assert not Credential.objects.exists()
    assert told("clients.api_user_removed") == [f"{owner.user} removed the API user {username} of Harbour Lane Coffee"]


def test_removing_ones_own_says_what_is_used_then(
    browser: Client, owner: Membership, account: ClientAccount, service: Service
) -> None:
    bind(account)
    username = service.api_users[0][0]
    type_login(browser, url("client_own_api_user", account), service.api_users[0])
    remove = url("client_own_key_remove", account)
    assert "is then done with what is stored for the whole team" in words(browser.get(remove))
    Credential.objects.shared().delete()
    assert "until a key is stored again" in words(browser.get(remove))

    browser.post(remove)

    removed = f"{owner.user} removed their own API user {username} for Harbour Lane Coffee"
    assert told("clients.own_api_user_removed") == [removed]


def test_who_leaves_loses_their_own_api_user(owner: Membership, account: ClientAccount, service: Service) -> None:
    editor = MembershipFactory(team=owner.team, role=Role.EDITOR)
    own = Credential(account=account, user=editor.user, kind="api_user", username="x-api", stored_at=account.checked_at)
    own.secret = "a-password"
    own.save()

    editor.delete()

    assert not Credential.objects.filter(user=editor.user).exists()
    (sentence,) = told("clients.own_api_user_lost")
    assert sentence.startswith(f"the portal removed the API user x-api that {editor.user} had stored")


def test_the_forms_lead_to_each_other(browser: Client, owner: Membership, account: ClientAccount) -> None:
    assert new_url(owner) in browser.get(reverse("client_new", kwargs={"team": owner.team.slug})).content.decode()
    for key, api_user in (("client_key", "client_api_user"), ("client_own_key", "client_own_api_user")):
        assert url(api_user, account) in browser.get(url(key, account)).content.decode()
        page = browser.get(url(api_user, account))
        assert url(key, account) in page.content.decode()
        assert "For tests only" in words(page)
        assert "the role API User, never the main account" in words(page)


def test_the_tests_of_an_api_user_stand_in_the_log_without_its_password(
    browser: Client, owner: Membership, service: Service
) -> None:
    type_login(browser, new_url(owner), service.api_users[0], name="Hafenkaffee", colour="teal")
    type_login(browser, new_url(owner), ("nobody-api", "wrong-password"), name="Hafenkaffee", colour="teal")

    entries = AuditEntry.objects.filter(sentence="clients.api_user_tested").order_by("number")
    assert [tell(entry.sentence, entry.parameters) for entry in entries][-1] == (
        f"{owner.user} tested the API user nobody-api for Hafenkaffee"
    )
    rows = str(list(AuditEntry.objects.values()))
    assert "wrong-password" not in rows
    assert service.api_users[0][1] not in rows


def test_an_unbound_client_asks_first(browser: Client, owner: Membership, service: Service) -> None:
    account = ClientAccountFactory(team=owner.team, name="Hafenkaffee", slug="hafenkaffee")

    answer = type_login(browser, url("client_own_api_user", account), service.api_users[0])
    assert not Credential.objects.exists()
    page = browser.get(confirm(browser, answer).url)

    assert Credential.objects.get().user == owner.user
    assert "Username and password are stored; KlickTipp accepts them." in words(page)


def test_a_second_try_after_a_minute_signs_in_again(
    browser: Client, by_api_user: ClientAccount, service: Service
) -> None:
    list_tags(by_api_user)
    service.expire_sessions()
    a_minute_later()

    answer = browser.post(url("client_test", by_api_user), follow=True)

    assert "KlickTipp accepts the API user." in words(answer)
    assert service.paths().count("POST /account/login") == 2
