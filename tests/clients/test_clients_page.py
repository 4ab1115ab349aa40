"""The team's list of client accounts and the overview of one."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.roles import Role
from integrations.audit import events
from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell
from integrations.clients.models import ClientAccount
from integrations.clients.services import change_client
from integrations.clock import signs
from tests.factories import ClientAccountFactory, MembershipFactory, actor, add_client, store_key
from tests.pages import html
from tests.service import Service


def test_an_empty_team_is_told_what_to_do(browser: Client, owner: Membership) -> None:
    page = browser.get(f"/t/{owner.team.slug}/").content.decode()
    assert "Paste your customer key" in page
    assert f"/t/{owner.team.slug}/clients/new/first/" in page


def test_who_cannot_connect_is_told_who_can(client: Client, owner: Membership) -> None:
    viewer = MembershipFactory(team=owner.team, role=Role.VIEWER)
    client.force_login(viewer.user)
    page = client.get(f"/t/{owner.team.slug}/").content.decode()
    assert "An admin of your team connects" in page
    assert "clients/new/" not in page


def test_an_auditor_is_led_to_the_log(client: Client, owner: Membership) -> None:
    auditor = MembershipFactory(team=owner.team, role=Role.AUDITOR)
    client.force_login(auditor.user)
    assert client.get(f"/t/{owner.team.slug}/").url == f"/t/{owner.team.slug}/log/"


@pytest.mark.parametrize("number", [2, 40])
def test_the_number_of_queries_does_not_grow(
    browser: Client, owner: Membership, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ClientAccountFactory.create_batch(number, team=owner.team)
    signs.silent(owner.team.created_at)
    with django_assert_max_num_queries(7):
        page = browser.get(f"/t/{owner.team.slug}/")
    assert page.content.decode().count("not connected") == number


def change(browser: Client, account: ClientAccount, name: str, colour: str) -> Any:
    url = f"/t/{account.team.slug}/clients/{account.slug}/settings/"
    return browser.post(url, {"name": name, "colour": colour, "country": "DE"}, follow=True)


@pytest.mark.parametrize(
    ("name", "colour", "sentences"),
    [
        ("Hafenkaffee", "blue", ["{owner} renamed Harbour Lane Coffee to Hafenkaffee"]),
        ("Hafenkaffee", "pink", ["{owner} renamed Harbour Lane Coffee to Hafenkaffee"]),
        ("Harbour Lane Coffee", "pink", ["{owner} changed the colour of Harbour Lane Coffee"]),
        ("Harbour Lane Coffee", "blue", []),
    ],
)
def test_the_log_tells_what_was_changed(
    browser: Client, owner: Membership, account: ClientAccount, name: str, colour: str, sentences: list[str]
) -> None:
    change(browser, account, name, colour)
    entries = AuditEntry.objects.filter(sentence__startswith="clients.")
    told = [tell(entry.sentence, entry.parameters) for entry in entries]
    assert told == [sentence.format(owner=owner.user) for sentence in sentences]


def test_the_log_keeps_before_and_after(browser: Client, account: ClientAccount) -> None:
    change(browser, account, "Hafenkaffee", "pink")
    kept = AuditEntry.objects.get(sentence="clients.renamed").parameters
    assert (kept["before"], kept["after"]) == ("Harbour Lane Coffee", "Hafenkaffee")
    assert (kept["colour_before"], kept["colour_after"]) == ("blue", "pink")


def test_the_country_comes_from_klicktipp_and_can_be_changed(
    browser: Client, owner: Membership, service: Service
) -> None:
    account = add_client(owner.team, "Harbour Lane Coffee", service.customer_keys[0])
    assert account.country == "GB"
    url = f"/t/{owner.team.slug}/clients/{account.slug}/settings/"
    assert browser.get(url).context["form"]["country"].value() == "GB"

    browser.post(url, {"name": account.name, "colour": account.colour, "country": "AT"})

    entry = AuditEntry.objects.latest("number")
    assert tell(entry.sentence, entry.parameters).endswith("changed the country of Harbour Lane Coffee from GB to AT")
    store_key(account, service.customer_keys[0])
    account.refresh_from_db()
    assert account.country == "AT", "what a person has chosen counts"


def test_a_client_whose_country_nobody_knows_is_german(owner: Membership) -> None:
    account = ClientAccountFactory(team=owner.team)
    assert (account.country, account.phone_country) == ("", "DE")


def test_a_change_that_cannot_be_logged_is_not_made(
    owner: Membership, account: ClientAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "record", Mock(side_effect=RuntimeError))
    with pytest.raises(RuntimeError):
        change_client(account, "Hafenkaffee", "pink", "DE", actor())
    account.refresh_from_db()
    assert account.name == "Harbour Lane Coffee"


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({"uid": "58100", "identity_name": "harbourlane"}, "harbourlane"),
        ({"uid": "58100", "predefined_process_id": 7}, "uid 58100"),
        ({"predefined_process_id": 7}, "opt-in process 7"),
    ],
)
def test_the_klicktipp_account_is_named_in_words(
    browser: Client, owner: Membership, known: dict[str, Any], shown: str
) -> None:
    account = ClientAccountFactory(team=owner.team, customer_key="customer-key", **known)
    for page in ("", f"clients/{account.slug}/keys/"):
        assert shown in browser.get(f"/t/{owner.team.slug}/{page}").content.decode()


def test_name_and_colour_can_be_changed(browser: Client, owner: Membership, account: ClientAccount) -> None:
    url = f"/t/{owner.team.slug}/clients/{account.slug}/settings/"
    page = browser.post(url, {"name": "Hafenkaffee", "colour": "pink", "country": "DE"}, follow=True).content.decode()
    assert "client-pink" in page
    assert "Hafenkaffee" in page
    assert browser.post(url, {"name": "", "colour": "pink"}).status_code == 422


def test_what_somebody_else_has_changed_meanwhile_is_told_and_not_reverted(
    browser: Client, account: ClientAccount
) -> None:
    url = f"/t/{account.team.slug}/clients/{account.slug}/settings/"
    shown = browser.get(url).context["form"]["shown_state"].value()
    ClientAccount.objects.filter(pk=account.pk).update(name="Harbour Lane")
    typed = {"name": "Harbour Lane Coffee", "colour": "pink", "country": "GB"}

    page = browser.post(url, typed | {"shown_state": shown})

    assert page.status_code == 422
    assert (
        "Somebody has changed this meanwhile, so nothing was saved. Now it is: Harbour Lane," in page.content.decode()
    )
    form = {field.name: field.value() for field in page.context["form"]}
    assert (form["name"], form["colour"]) == ("Harbour Lane", "pink")
    assert browser.post(url, form).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.colour) == ("Harbour Lane", "pink")


def test_clients_are_sorted_as_readers_look_for_them(browser: Client, owner: Membership) -> None:
    for name in ("Zebra", "bergwind", "Bäckerei", "Ärztehaus"):
        ClientAccountFactory(team=owner.team, name=name)
    page = browser.get(f"/t/{owner.team.slug}/")
    assert [str(account) for account in page.context["accounts"]] == ["Ärztehaus", "Bäckerei", "bergwind", "Zebra"]
    assert [str(account) for account in page.context["clients"]] == ["Ärztehaus", "Bäckerei", "bergwind", "Zebra"]


def test_what_says_nothing_is_not_told_in_stacked_rows(browser: Client, owner: Membership) -> None:
    ClientAccountFactory(team=owner.team)
    ClientAccountFactory(team=owner.team, uid="4711")
    rows = html(browser.get(f"/t/{owner.team.slug}/")).split("<tr>")
    assert ['class="says-nothing"' in row for row in rows if 'class="dot' in row and "row-link" in row] == [True, False]
