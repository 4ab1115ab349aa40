from typing import Any

import pytest

from integrations.klicktipp import DeveloperKeyAuth, KlickTipp
from tests.service import Service


@pytest.fixture
def api(service: Service, settings: Any) -> KlickTipp:
    """The sandbox's first account as somebody else changes it, not in the portal's log."""
    auth = DeveloperKeyAuth(settings.KLICKTIPP_USERNAME, settings.KLICKTIPP_DEVELOPER_KEY, service.customer_keys[0])
    return KlickTipp(auth, base_url=service.url)
