"""The page of the tools, and the way to it."""

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from integrations.clients.models import ClientAccount
from tests.factories import MembershipFactory
from tests.pages import html
from tests.service import Service


def test_tools_are_the_last_entry_of_the_clients_navigation(browser: Client, account: ClientAccount, url: Any) -> None:
    page = html(browser.get(url()))
    navigation = page.partition("This client")[2].partition("</ul>")[0]
    assert navigation.rpartition("<li>")[2].count(url()) == 1
    assert 'aria-current="page"' in navigation.rpartition("<li>")[2]


def test_every_tool_is_reached_from_there_without_any_call(browser: Client, url: Any, service: Service) -> None:
    page = html(browser.get(url()))
    for rest in ("optin-processes/", "page-after-sign-up/", "data-field/", "listbuilding/"):
        assert f'href="{url(rest)}"' in page
    for room in ("contacts/fields/", "suppression/"):
        assert f'href="{url().removesuffix("tools/")}{room}"' in page
    assert service.paths() == []


@pytest.mark.parametrize("room", ["contacts/fields/", "suppression/"])
def test_the_pages_of_other_rooms_that_are_reached_from_there_stand_under_it_in_the_navigation(
    browser: Client, url: Any, room: str
) -> None:
    page = html(browser.get(f"{url().removesuffix('tools/')}{room}"))
    assert f'href="{url()}" aria-current="true"' in page


def test_who_may_change_no_contacts_is_not_led_to_the_suppression_list(
    client: Client, account: ClientAccount, url: Any
) -> None:
    client.force_login(MembershipFactory(team=account.team, role=Role.VIEWER).user)
    assert "suppression/" not in html(client.get(url()))


def test_without_a_customer_key_the_tools_that_need_one_say_so(
    browser: Client, account: ClientAccount, url: Any, service: Service
) -> None:
    account.credentials.all().delete()
    for rest in ("optin-processes/", "page-after-sign-up/", "data-field/"):
        assert "This client has no customer key, so the portal cannot work for it." in html(browser.get(url(rest)))
    assert browser.get(url("listbuilding/")).status_code == 200
    assert service.paths() == []
