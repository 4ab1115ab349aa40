"""The team's list of client accounts and the overview of one."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.roles import Role
from integrations.clients.models import ClientAccount
from tests.factories import ClientAccountFactory, MembershipFactory


def test_an_empty_team_is_told_what_to_do(browser: Client, owner: Membership) -> None:
    page = browser.get(f"/t/{owner.team.slug}/").content.decode()
    assert "Connect the first KlickTipp account" in page
    assert f"/t/{owner.team.slug}/clients/new/" in page


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
    with django_assert_max_num_queries(6):
        page = browser.get(f"/t/{owner.team.slug}/")
    assert page.content.decode().count("not connected") == number


def test_name_and_colour_can_be_changed(browser: Client, owner: Membership, account: ClientAccount) -> None:
    url = f"/t/{owner.team.slug}/clients/{account.slug}/settings/"
    page = browser.post(url, {"name": "Hafenkaffee", "colour": "pink"}, follow=True).content.decode()
    assert "client-pink" in page
    assert "Hafenkaffee" in page
    assert browser.post(url, {"name": "", "colour": "pink"}).status_code == 422
