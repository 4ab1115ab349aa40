from collections.abc import Callable
from typing import Any

import pytest

from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from integrations.klicktipp import DeveloperKeyAuth, KlickTipp
from tests.factories import actor
from tests.service import Service


@pytest.fixture
def tag_ids(account: ClientAccount) -> dict[str, int]:
    """The ids of the sandbox's tags by name; the last known list has them."""
    return {tag["name"]: tag["id"] for tag in load(account, ReferenceKind.TAGS, actor()).items}


@pytest.fixture
def url(account: ClientAccount) -> Callable[..., str]:
    """The address of a page of the segments room."""

    def url(rest: Any = "") -> str:
        return f"/t/{account.team.slug}/clients/{account.slug}/segments/{rest}"

    return url


@pytest.fixture
def api(service: Service, settings: Any) -> KlickTipp:
    """The sandbox's first account as somebody else uses it, not in the portal's log."""
    auth = DeveloperKeyAuth(settings.KLICKTIPP_USERNAME, settings.KLICKTIPP_DEVELOPER_KEY, service.customer_keys[0])
    return KlickTipp(auth, base_url=service.url)
