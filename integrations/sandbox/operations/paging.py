"""Lists in pages: the limit and the cursor of a request, and the page that answers it.

A cursor names the place of the last contact of a page in the list's order, not a number of contacts: it stays
right when contacts come and go.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integrations.sandbox import errors
from integrations.sandbox.model import Contact
from integrations.sandbox.operations.call import Call, number, query_value

Place = tuple[int, ...]


@dataclass(frozen=True)
class Order:
    """A list's order: its name, which its cursors carry, the most contacts of a page, and each contact's place."""

    name: str
    most: int
    place: Callable[[Contact], Place]


def page(call: Call, order: Order, contacts: list[Contact]) -> dict[str, Any]:
    """The page of these contacts that the request's ``limit`` and ``cursor`` name; a missing limit is the most.

    Raises Refusal 400 for a limit out of range and for a cursor that is not one of this list.
    """
    limit, after = _limit(call, order.most), _after(call, order)
    left = sorted((contact for contact in contacts if after is None or order.place(contact) > after), key=order.place)
    shown = left[:limit]
    return {
        "subscriberIds": [str(contact.id) for contact in shown],
        "nextCursor": _cursor(order, shown[-1]) if len(left) > limit else None,
    }


def _limit(call: Call, most: int) -> int:
    given = query_value(call, "limit")
    limit = most if given is None else number(given)
    if limit is None or not 1 <= limit <= most:
        raise errors.message(400, call.language, "limit", most=most)
    return limit


def _cursor(order: Order, contact: Contact) -> str:
    words = (order.name, *map(str, order.place(contact)))
    return base64.urlsafe_b64encode(" ".join(words).encode()).decode()


def _after(call: Call, order: Order) -> Place | None:
    given = query_value(call, "cursor")
    if given is None:
        return None
    try:
        plain = base64.b64decode(given, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        plain = ""
    if not re.fullmatch(rf"{order.name}( [0-9]{{1,18}})+", plain):
        raise errors.message(400, call.language, "cursor")
    return tuple(map(int, plain.split()[1:]))
