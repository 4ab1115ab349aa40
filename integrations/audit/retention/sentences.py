"""What the log says of its own end: how long it is kept, what was removed, what is missing."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

PERIODS_CHANGED = Sentence(
    "log.periods_changed",
    _(
        "%(actor)s set how long entries of the log are kept: %(months)s months (before: %(before)s), and what proves "
        "consent %(proof_months)s months (before: %(proof_before)s)"
    ),
)
ENTRIES_REMOVED = Sentence(
    "log.entries_removed",
    _(
        "The portal removes the entries up to number %(through)s, written before %(day)s, which were kept for "
        "%(months)s months"
    ),
)
ENTRIES_REMOVED_BUT_PROOFS = Sentence(
    "log.entries_removed_but_proofs",
    _(
        "The portal removes the entries up to number %(through)s, written before %(day)s, which were kept for "
        "%(months)s months, but for what proves consent"
    ),
)
NUMBERS_MISSING = Sentence(
    "log.numbers_missing",
    _("Of the log's entries %(first)s to %(last)s %(count)s are missing, and no record of a removal explains it"),
)
NUMBERS_OF_CLIENT_MISSING = Sentence(
    "log.numbers_of_client_missing",
    _(
        "Of the entries %(first)s to %(last)s in the count of %(account)s %(count)s are missing, and no record of a "
        "removal explains it"
    ),
)
