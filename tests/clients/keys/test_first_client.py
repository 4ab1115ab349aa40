"""A new team's first page asks for a customer key and nothing else."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from integrations.clients.models import ClientAccount
from tests.accounts.helpers import link_in, sign_in
from tests.clients.helpers import confirm
from tests.factories import PASSWORD, ClientAccountFactory, MembershipFactory
from tests.service import Service


def paste(browser: Client, owner: Membership, customer_key: str) -> Any:
    return browser.post(reverse("client_first", kwargs={"team": owner.team.slug}), {"customer_key": customer_key})


def test_from_sign_up_to_the_first_client(client: Client, db: None, service: Service, settings: Any) -> None:
    settings.SIGNUP = "open"
    client.post(reverse("account_signup"), {"email": "kim@example.com", "password1": PASSWORD})
    client.post(link_in(mail.outbox[-1]))
    sign_in(client, "kim@example.com")
    page = client.get(reverse("home"), follow=True)
    assert "Paste your customer key" in page.content.decode()
    assert list(page.context["form"].fields) == ["customer_key"]

    client_page = confirm(client, paste(client, Membership.objects.get(), service.customer_keys[0]))

    account = ClientAccount.objects.get()
    assert (account.name, account.slug, account.colour) == ("harbourlane", "harbourlane", "blue")
    assert client_page.url == "/t/kim/clients/harbourlane/"


def test_where_the_account_is_not_told_the_team_names_the_client(
    browser: Client, owner: Membership, service: Service
) -> None:
    service.fault(path="/account", status=403, body='["API access denied."]', always=True)
    confirm(browser, paste(browser, owner, service.customer_keys[0]))
    assert ClientAccount.objects.get().name == owner.team.name


def test_a_name_that_is_too_long_for_a_client_can_be_changed(
    browser: Client, owner: Membership, service: Service
) -> None:
    name = "n" * 150
    service.fault(path="/account", status=200, body=f'{{"uid": "58100", "username": "{name}"}}', always=True)
    answer = paste(browser, owner, service.customer_keys[0])
    assert 'name="name"' in browser.get(answer.url).content.decode()
    confirm(browser, answer, name="Harbour")
    assert ClientAccount.objects.get().name == "Harbour"


@pytest.mark.parametrize(("key", "words"), [("", "This field is required."), ("wrong-key", "refuses the access")])
def test_what_is_no_key_stays_on_the_page(
    browser: Client, owner: Membership, service: Service, key: str, words: str
) -> None:
    page = paste(browser, owner, key)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Paste your customer key" in page.content.decode()
    assert f'value="{key}"' in page.content.decode() or not key


def test_turning_the_account_down_leads_back_to_the_one_field(
    browser: Client, owner: Membership, service: Service
) -> None:
    back = confirm(browser, paste(browser, owner, service.customer_keys[0]), drop="1")
    assert back.url == f"/t/{owner.team.slug}/"


def test_turning_down_an_account_that_gave_the_name_does_not_keep_the_name(
    browser: Client, owner: Membership, service: Service
) -> None:
    answer = paste(browser, owner, service.customer_keys[0])
    ClientAccountFactory(team=owner.team)
    assert confirm(browser, answer, drop="1").url == f"/t/{owner.team.slug}/clients/new/"


def test_a_team_that_has_clients_sees_them_instead(browser: Client, owner: Membership) -> None:
    ClientAccountFactory(team=owner.team, name="Bergwind")
    page = browser.get(reverse("client_first", kwargs={"team": owner.team.slug}), follow=True).content.decode()
    assert "Bergwind" in page
    assert "Paste your customer key" not in page


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_who_may_not_connect_clients_is_not_asked(client: Client, owner: Membership, role: Role) -> None:
    client.force_login(MembershipFactory(team=owner.team, role=role).user)
    page = client.get(reverse("team", kwargs={"team": owner.team.slug})).content.decode()
    assert "Paste your customer key" not in page
