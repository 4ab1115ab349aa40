from collections.abc import Callable

import pytest

from integrations.audit.models import SubjectKind
from integrations.audit.subjects import Subject
from integrations.clients.models import ClientAccount
from integrations.suppression.models import Reason, Suppression
from integrations.suppression.services import suppress, suppression_of
from tests.factories import errand

Listed = Callable[[str], Suppression]


@pytest.fixture
def list_url(account: ClientAccount) -> str:
    return f"/t/{account.team.slug}/clients/{account.slug}/suppression/"


@pytest.fixture
def listed(account: ClientAccount) -> Listed:
    """Puts an email address on the account's list."""

    def put(address: str) -> Suppression:
        subject = Subject(SubjectKind.EMAIL, address)
        suppress(errand(account), [subject], Reason.DELETED)
        entry = suppression_of(account, subject)
        assert entry
        return entry

    return put
