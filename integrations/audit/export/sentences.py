"""What the log says of its being handed over."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

EXPORTED = Sentence(
    "log_export.exported",
    _("%(actor)s exported the log as %(format)s: %(search)s"),
    _("%(actor)s tried to export the log as %(format)s: %(search)s"),
)
PERSON_REPORTED = Sentence(
    "log_export.person_reported",
    _("%(actor)s read everything about %(contact)s"),
    _("%(actor)s tried to read everything about %(contact)s"),
    only_reads=True,
)
PERSON_REPORTED_OF_CLIENT = Sentence(
    "log_export.person_reported_of_client",
    _("%(actor)s read everything about %(contact)s in %(account)s"),
    _("%(actor)s tried to read everything about %(contact)s in %(account)s"),
    only_reads=True,
)
