from collections.abc import Callable
from typing import Any

import pytest

from integrations.clients.lists import load
from integrations.clients.models import ClientAccount, ReferenceKind
from tests.factories import actor


@pytest.fixture
def tag_ids(account: ClientAccount) -> dict[str, int]:
    """The ids of the sandbox's tags by name; the last known list has them."""
    return {tag["name"]: tag["id"] for tag in load(account, ReferenceKind.TAGS, actor()).items}


@pytest.fixture
def url(account: ClientAccount) -> Callable[..., str]:
    """The address of a page of the tags room."""

    def url(rest: Any = "") -> str:
        return f"/t/{account.team.slug}/clients/{account.slug}/tags/{rest}"

    return url
