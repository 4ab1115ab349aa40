from collections.abc import Callable
from typing import Any

import pytest

from integrations.clients.models import ClientAccount
from integrations.listbuilding.models import ListbuildingKey
from tests.factories import ListbuildingKeyFactory
from tests.service import Service


@pytest.fixture
def url(account: ClientAccount) -> Callable[..., str]:
    """The address of a page of the tools room."""

    def url(rest: Any = "") -> str:
        return f"/t/{account.team.slug}/clients/{account.slug}/tools/{rest}"

    return url


@pytest.fixture
def key(account: ClientAccount, service: Service) -> ListbuildingKey:
    """The listbuilding key of the sandbox's first account."""
    return ListbuildingKeyFactory(account=account, label="Website form", secret=service.accounts[0]["listbuilding_key"])
