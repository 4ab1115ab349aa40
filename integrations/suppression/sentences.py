"""What the log says of the suppression list."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

ADDED = Sentence("suppression.added", _("%(actor)s put %(contact)s on the suppression list of %(account)s"))
REMOVED = Sentence(
    "suppression.removed", _("%(actor)s took %(contact)s off the suppression list of %(account)s: %(why)s")
)
