from typing import Any

import pytest
from django.test import Client

from integrations.clients.calls.refused_operations import remember_refusal
from integrations.clients.lists import LISTED, load
from integrations.clients.models import ClientAccount
from integrations.klicktipp import DeveloperKeyAuth, KlickTipp
from tests.contacts.changing.helpers import OnPage
from tests.factories import actor
from tests.service import Service


@pytest.fixture
def api(service: Service, settings: Any) -> KlickTipp:
    """The sandbox's first account as somebody else changes it, not in the portal's log."""
    auth = DeveloperKeyAuth(settings.KLICKTIPP_USERNAME, settings.KLICKTIPP_DEVELOPER_KEY, service.customer_keys[0])
    return KlickTipp(auth, base_url=service.url)


@pytest.fixture
def account(account: ClientAccount) -> ClientAccount:
    """The same, at a service that does not tell the types of data fields; see `telling`."""
    remember_refusal(account, "list_typed_fields")
    return account


@pytest.fixture
def lists(account: ClientAccount) -> None:
    """The account's lists, as an earlier visit has loaded them."""
    for kind in LISTED:
        load(account, kind, actor())


@pytest.fixture
def dario(browser: Client, account: ClientAccount, lists: None) -> OnPage:
    """A contact with an email address, tags and data fields, and its page."""
    return OnPage(browser, account)
