"""What the tests of the tools share."""

from typing import Any
from uuid import uuid4

Page = Any


def typed(**fields: Any) -> dict[str, Any]:
    return {"action": str(uuid4())} | fields
