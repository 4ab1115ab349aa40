"""What the tests of the tools share."""

from typing import Any
from uuid import uuid4

from integrations.audit.models import AuditEntry
from integrations.audit.sentences import tell

Page = Any


def words(page: Page) -> str:
    """The page's text, apostrophes as a browser shows them."""
    return str(page.content.decode()).replace("&#x27;", "'")


def typed(**fields: Any) -> dict[str, Any]:
    return {"action": str(uuid4())} | fields


def told(operation: str) -> list[str]:
    """What the log tells of the calls of an operation, oldest first."""
    calls = AuditEntry.objects.filter(operation=operation).order_by("number")
    return [tell(entry.sentence, entry.parameters) for entry in calls]


def errors(page: Page) -> dict[str, list[str]]:
    assert page.status_code == 422, words(page)
    return dict(page.context["form"].errors)
