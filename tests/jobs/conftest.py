import pytest

from accounts.models import Membership
from integrations.clients.errand import Errand
from integrations.clients.models import ClientAccount
from tests.factories import actor


@pytest.fixture
def errand(account: ClientAccount, owner: Membership) -> Errand:
    """What the owner does for the client."""
    return Errand(account, actor(owner.user))
