"""What the tests of the tags room share."""

from typing import Any
from uuid import uuid4

from django.test import Client

from integrations.audit.models import Kind
from integrations.clients.models import ReferenceKind, ReferenceSnapshot
from tests.pages import logged

Page = Any


def opened_form(browser: Client, address: str, **typed: Any) -> dict[str, Any]:
    """The fields of the form at this address as the browser would send them, but for what is typed."""
    context = browser.get(address).context
    form = {"action": str(context["action"]), "shown": context["shown"]}
    tag = context["tag"]
    return form | {"name": tag.name, "description": tag.text} | typed


def new_form(**typed: Any) -> dict[str, Any]:
    return {"action": str(uuid4())} | typed


def known_names() -> set[str]:
    return {tag["name"] for tag in ReferenceSnapshot.objects.get(kind=ReferenceKind.TAGS).items}


def told_changes() -> list[str]:
    """What the log tells of changes, oldest first."""
    return logged(kind=Kind.CHANGE)
