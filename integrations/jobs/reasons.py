"""Why a job pauses, or a row ended as it did: by the keys of the library's problems and the portal's obstacles, and by
those that only jobs have."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from integrations.messages import Message
from integrations.operations import message_of

NO_LONGER_ALLOWED = "no_longer_allowed"
CLIENT_REMOVED = "client_removed"

_OWN: dict[str, Message] = {
    NO_LONGER_ALLOWED: Message(
        _("who began this job may not do so any more"),
        _("somebody who may can begin it anew for the contacts that are left"),
    ),
    CLIENT_REMOVED: Message(
        _("the client was removed"),
        _("there is nothing left to do"),
    ),
}


def reason_message(operation: str, reason: str, code: int | None = None) -> Message:
    """What people read of a reason, in a job whose calls are of this operation."""
    return _OWN.get(reason) or message_of(operation, reason, code)


def in_log(text: Promise | str) -> dict[str, str]:
    """A text of the portal's own as an entry keeps it, so that its reader's language decides how it reads."""
    with override(None):
        return {"word": str(text)}
