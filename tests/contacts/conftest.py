import pytest
from django.test import Client

from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.clients.reference import load
from tests.contacts.changing import OnPage
from tests.factories import actor


@pytest.fixture
def lists(account: ClientAccount) -> None:
    """The account's lists, as an earlier visit has loaded them."""
    for kind in ReferenceKind:
        load(account, kind, actor())


@pytest.fixture
def dario(browser: Client, account: ClientAccount, lists: None) -> OnPage:
    """A contact with an email address, tags and data fields, and its page."""
    return OnPage(browser, account)
