"""What a client's overview shows besides its connection."""

from typing import Final

from accounts.models import Membership
from accounts.roles import Capability
from integrations.audit.models import Kind
from integrations.audit.presentation import LoggedAction, in_short, page_of_lines
from integrations.audit.visibility import visible_entries, visible_lines
from integrations.clients.models import ClientAccount

_MOST_ACTIONS: Final = 8


def done_last(account: ClientAccount, membership: Membership) -> list[LoggedAction]:
    """The latest actions for a client that changed something, as far as the member sees the log."""
    if not membership.may(Capability.SEE_LOG):
        return []
    changes = visible_lines(membership).filter(account_id=account.pk).exclude(kind=Kind.READ)
    lines, _more = page_of_lines(changes, size=_MOST_ACTIONS)
    return in_short(lines, visible_entries(membership))
