"""What a client's overview shows of the work that was done."""

from collections.abc import Iterator
from typing import Any, Final

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.grouping import in_short, newest_lines
from integrations.audit.models import PARTLY, LineKind, LogLine, Outcome
from integrations.audit.presentation import LoggedAction
from integrations.audit.sentences import that_give_tags
from integrations.audit.visibility import visible_entries, visible_lines
from integrations.clients.errand import Errand
from integrations.clients.models import ReferenceKind

_MOST_ACTIONS: Final = 8
_MOST_TAGS: Final = 8
_LATEST: Final = 2_000
"""How many of the client's latest actions are searched for tags."""


def done_last(errand: Errand, membership: Membership) -> list[LoggedAction]:
    """The latest actions for a client that changed something, as far as the member sees the log."""
    if not membership.may(Capability.SEE_LOG):
        return []
    changes = visible_lines(membership).filter(account_id=errand.account.pk)
    changes = changes.exclude(kind__in=[LineKind.LOAD, LineKind.LOOK])
    lines, _more = newest_lines(changes, _MOST_ACTIONS)
    return in_short(lines, visible_entries(membership))


def tags_used_last(errand: Errand, membership: Membership) -> list[dict[str, Any]]:
    """The tags that contacts of a client were given last, as far as the member sees the log, by ID and present name.
    Those that the last known list does not have any more are left out."""
    if not membership.may(Capability.SEE_LOG):
        return []
    latest = visible_lines(membership).filter(account_id=errand.account.pk).order_by("-number")[:_LATEST]
    giving = LogLine.objects.filter(
        pk__in=latest.values("pk"), sentence__in=that_give_tags(), outcome__in=[Outcome.DONE, PARTLY]
    ).order_by("-number")
    items = errand.last_known(ReferenceKind.TAGS).items
    known = {item["id"]: item for item in items}
    by_name = {item["name"]: item for item in items}
    used: dict[int, dict[str, Any]] = {}
    for tag in _tags_in(giving.values_list("parameters", flat=True)[: _MOST_TAGS * 10]):
        item = known.get(tag["id"]) if "id" in tag else by_name.get(tag["name"])
        if item:
            used.setdefault(item["id"], item)
    return list(used.values())[:_MOST_TAGS]


def _tags_in(parameters: Any) -> Iterator[dict[str, Any]]:
    for kept in parameters:
        yield from kept.get("tags", [])
