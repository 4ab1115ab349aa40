"""What the log says of its proof."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

RECIPIENT_ADDED = Sentence(
    "proof.recipient_added", _("%(actor)s has the newest checkpoints of the log mailed to %(person)s every day")
)
RECIPIENT_REMOVED = Sentence(
    "proof.recipient_removed", _("%(actor)s has the log's checkpoints no longer mailed to %(person)s")
)
