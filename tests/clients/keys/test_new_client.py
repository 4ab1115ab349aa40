"""A client account is connected with a customer key that KlickTipp has accepted."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount, Connection, Credential
from integrations.klicktipp import KlickTipp, OptinProcess
from tests.clients.helpers import confirm
from tests.factories import ClientAccountFactory
from tests.service import Service


def connect(browser: Client, owner: Membership, customer_key: str, name: str = "Harbour Lane Coffee") -> Any:
    """Type a key and, if it is accepted, confirm that its account is the right one."""
    url = f"/t/{owner.team.slug}/clients/new/"
    answer = browser.post(url, {"name": name, "colour": "teal", "customer_key": customer_key})
    return confirm(browser, answer) if answer.status_code == 302 else answer


def events() -> list[str]:
    return list(AuditEntry.objects.filter(sentence__startswith="clients.").values_list("sentence", flat=True))


def test_an_accepted_key_connects_the_client(browser: Client, owner: Membership, service: Service) -> None:
    answer = connect(browser, owner, service.customer_keys[0])
    account = ClientAccount.objects.get()
    assert answer.url == f"/t/{owner.team.slug}/clients/harbour-lane-coffee/"
    assert (account.connection, account.colour) == (Connection.CONNECTED, "teal")
    assert account.uid == str(service.accounts[0]["uid"])
    assert account.predefined_process_id
    assert service.paths() == ["GET /list", "GET /account"]
    assert [sentence for sentence in events() if sentence != "clients.key_tested"] == [
        "clients.added",
        "clients.key_stored",
    ]


def test_the_key_is_encrypted_and_shown_by_its_last_four_only(
    browser: Client, owner: Membership, service: Service
) -> None:
    key = service.customer_keys[0]
    page = browser.get(connect(browser, owner, key).url).content.decode()
    credential = Credential.objects.get()
    assert credential.secret == key
    assert key not in credential.encrypted_secret
    assert key not in page
    assert f"…{key[-4:]}" in page
    assert not AuditEntry.objects.filter(parameters__icontains=key).exists()


@pytest.mark.parametrize("key", ["wrong-key", "wrong-and-long-enough-a-key"])
def test_a_refused_key_stays_in_its_field_and_is_nowhere_else(
    browser: Client, owner: Membership, service: Service, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = connect(browser, owner, key).content.decode()
    assert page.count(key) == page.count(f'value="{key}"') == 1
    assert key not in caplog.text
    assert key not in str(list(AuditEntry.objects.values()))


def test_nothing_is_told_of_a_short_key(
    browser: Client, account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KlickTipp, "list_optin_processes", lambda api: (OptinProcess(7),))
    url = f"/t/{account.team.slug}/clients/{account.slug}/key/"
    confirm(browser, browser.post(url, {"customer_key": "5e7t"}))
    assert Credential.objects.get().secret == "5e7t"
    urls = [f"/t/{account.team.slug}/clients/{account.slug}/", url, f"{url}remove/", f"/t/{account.team.slug}/log/"]
    pages = [browser.get(page).content.decode() for page in urls]
    assert [page for page in pages if "5e7t" in page] == []
    assert "…•••" in pages[0]
    assert "5e7t" not in str(list(AuditEntry.objects.values()))


def test_blanks_around_a_key_are_dropped(browser: Client, owner: Membership, service: Service) -> None:
    connect(browser, owner, f"  {service.customer_keys[0]}\n")
    assert Credential.objects.get().secret == service.customer_keys[0]


@pytest.mark.parametrize("key", ["", "two words", "key\x07", "schlüssel", "k" * 300])
def test_an_impossible_key_is_told_at_its_field_and_not_sent(
    browser: Client, owner: Membership, service: Service, key: str
) -> None:
    page = connect(browser, owner, key)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["customer_key"]
    assert service.received() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 300, "a\x07b"])
def test_an_impossible_name_is_told_at_its_field_and_not_sent(
    browser: Client, owner: Membership, service: Service, name: str
) -> None:
    page = connect(browser, owner, service.customer_keys[0], name)
    assert list(page.context["form"].errors) == ["name"]
    assert service.received() == []


def test_a_wrong_key_is_refused_and_nothing_stored(browser: Client, owner: Membership, service: Service) -> None:
    page = connect(browser, owner, "wrong-key")
    assert page.status_code == 422
    words = page.content.decode()
    assert "KlickTipp refuses the access." in words
    assert "Harbour Lane Coffee" in words
    assert list(page.context["form"].errors) == ["customer_key"]
    assert not ClientAccount.objects.exists()
    entry = AuditEntry.objects.get(operation="list_optin_processes")
    assert entry.outcome == "refused"
    assert f"/log/action/{entry.action}/" in words


def test_a_missing_developer_key_is_told_apart(
    browser: Client, owner: Membership, service: Service, settings: Any
) -> None:
    settings.KLICKTIPP_DEVELOPER_KEY = ""
    page = connect(browser, owner, service.customer_keys[0])
    assert "The portal has no developer key yet" in page.content.decode()
    assert service.received() == []


def test_an_unreachable_service_is_told_apart(
    browser: Client, owner: Membership, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.klicktipp.timing.sleep", lambda seconds: None)
    settings.KLICKTIPP_URL = "http://127.0.0.1:9"
    page = connect(browser, owner, "some-key")
    assert "KlickTipp cannot be reached." in page.content.decode()
    assert not ClientAccount.objects.exists()


def test_an_account_that_another_client_of_the_team_uses_is_refused_by_name(
    browser: Client, owner: Membership, service: Service
) -> None:
    connect(browser, owner, service.customer_keys[0])
    page = connect(browser, owner, service.customer_keys[0], "Second name")
    assert "the client Harbour Lane Coffee uses already" in page.content.decode()
    assert "not accepted" not in page.content.decode(), "KlickTipp did accept the key"
    told = AuditEntry.objects.get(sentence="clients.key_taken")
    assert "another client uses its KlickTipp account already" in tell(told.sentence, told.parameters)
    assert ClientAccount.objects.count() == 1


def test_another_team_may_connect_the_same_account(browser: Client, owner: Membership, service: Service) -> None:
    ClientAccountFactory(uid=service.accounts[0]["uid"])
    assert connect(browser, owner, service.customer_keys[0]).status_code == 302


def test_names_that_make_the_same_slug_get_one_each(browser: Client, owner: Membership, service: Service) -> None:
    for key, name in zip(service.customer_keys[:2], ("New", "New!"), strict=True):
        connect(browser, owner, key, name)
    assert sorted(ClientAccount.objects.values_list("slug", flat=True)) == ["new-2", "new-3"]


def test_no_two_clients_of_a_team_have_one_name(browser: Client, owner: Membership, service: Service) -> None:
    connect(browser, owner, service.customer_keys[0])
    page = connect(browser, owner, service.customer_keys[1], "harbour lane COFFEE")
    assert list(page.context["form"].errors) == ["name"]
    assert len(service.received()) == 2
    ClientAccountFactory(team=owner.team, name="Bergwind", slug="bergwind")
    url = f"/t/{owner.team.slug}/clients/bergwind/settings/"
    assert browser.post(url, {"name": "Harbour Lane Coffee", "colour": "red", "country": "DE"}).status_code == 422
    assert browser.post(url, {"name": "bergwind", "colour": "red", "country": "DE"}).status_code == 302


def test_a_name_without_latin_letters_is_fine(browser: Client, owner: Membership, service: Service) -> None:
    assert connect(browser, owner, service.customer_keys[0], "山田商店 🏔").status_code == 302
    assert ClientAccount.objects.get().slug == "client"


def test_a_new_client_gets_a_colour_that_the_fewest_have(browser: Client, owner: Membership) -> None:
    for colour in ("blue", "teal", "teal", "amber"):
        ClientAccountFactory(team=owner.team, colour=colour)
    assert browser.get(f"/t/{owner.team.slug}/clients/new/").context["form"]["colour"].value() == "green"
    asked = browser.get(f"/t/{owner.team.slug}/clients/new/?name=Hofladen&colour=red")
    assert asked.context["form"]["colour"].value() == "red"
