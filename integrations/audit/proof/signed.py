"""Which checkpoints the portal has signed. Who may write rows can add others: what those say counts for nothing."""

from integrations.audit.proof import keys
from integrations.audit.proof.formats import Head, NotAProof
from integrations.audit.proof.logs import Log
from integrations.audit.proof.models import Checkpoint
from integrations.audit.proof.notes import NotANote, NotSigned, open_note

_MOST_STRAY = 1000


def is_signed(checkpoint: Checkpoint) -> bool:
    """Whether a key of the portal has signed its note, and that is of the log and the size that its row says."""
    try:
        head = Head.of(checkpoint.note)
        open_note(checkpoint.note, keys.known(head.origin))
    except (NotAProof, NotANote, NotSigned):
        return False
    return Log.by_origin(head.origin) == Log(checkpoint.team_id, checkpoint.account_id) and head.size == checkpoint.size


def newest_signed(log: Log, through: int | None = None) -> Checkpoint | None:
    """The newest checkpoint of a log that the portal has signed, of those that have nothing behind the number
    `through`; None where there is none, or too many others lie over it. Two queries at most."""
    checkpoints = log.checkpoints if through is None else log.checkpoints.filter(through_number__lte=through)
    newest = checkpoints.last()
    if newest is None or is_signed(newest):
        return newest
    return next(filter(is_signed, checkpoints.reverse()[:_MOST_STRAY]), None)
