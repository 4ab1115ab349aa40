"""Which operation a path and a method name, and who may call it (the contract's table of operations)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.operations import account, contacts, datafields, listbuilding, optin, tagging, tags
from integrations.sandbox.operations.call import Call

Operation = Callable[[Call], Any]
BY_KEY, BY_LISTBUILDING_KEY, FREE = "key", "listbuilding", "free"


@dataclass(frozen=True)
class Route:
    """An operation and how its caller signs in; login alone needs no account and is handled apart."""

    operation: Operation | None
    auth: str = BY_KEY


_FIXED: dict[str, dict[str, Route]] = {
    "/account": {"GET": Route(account.retrieve)},
    "/account/login": {"POST": Route(None, FREE)},
    "/account/logout": {"POST": Route(account.logout)},
    "/list": {"GET": Route(optin.index)},
    "/list/redirect": {"POST": Route(optin.redirect)},
    "/tag": {"GET": Route(tags.index), "POST": Route(tags.create)},
    "/field": {"GET": Route(datafields.index)},
    "/subscriber": {"GET": Route(contacts.index), "POST": Route(contacts.create)},
    "/subscriber/unsubscribe": {"POST": Route(contacts.unsubscribe)},
    "/subscriber/search": {"POST": Route(contacts.search)},
    "/subscriber/tag": {"POST": Route(tagging.tag)},
    "/subscriber/untag": {"POST": Route(tagging.untag)},
    "/subscriber/tagged": {"POST": Route(tagging.tagged)},
    "/subscriber/signin": {"POST": Route(listbuilding.sign_in, BY_LISTBUILDING_KEY)},
    "/subscriber/signout": {"POST": Route(listbuilding.sign_out, BY_LISTBUILDING_KEY)},
    "/subscriber/signoff": {"POST": Route(listbuilding.sign_off, BY_LISTBUILDING_KEY)},
}
_BY_ID: dict[str, dict[str, Route]] = {
    "list": {"GET": Route(optin.retrieve)},
    "tag": {"GET": Route(tags.retrieve), "PUT": Route(tags.update), "DELETE": Route(tags.delete)},
    "field": {"GET": Route(datafields.retrieve)},
    "subscriber": {
        "GET": Route(contacts.retrieve),
        "PUT": Route(contacts.update),
        "DELETE": Route(contacts.delete),
    },
}


def plain_path(path: str) -> str:
    """The path without the suffix ``.json`` and a slash at its end."""
    return path.removesuffix(".json").rstrip("/") or "/"


def find(path: str) -> tuple[dict[str, Route], str] | None:
    """The routes of a plain path by method and the id in it or "", or None for an unknown path."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed, ""
    steps = path.split("/")
    if len(steps) == 3 and steps[2] and steps[1] in _BY_ID:
        return _BY_ID[steps[1]], steps[2]
    return None
