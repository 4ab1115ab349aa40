"""What the log says of the tools."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

PROCESSES_LISTED = Sentence(
    "tools.processes_listed",
    _("%(actor)s looked at the opt-in processes of %(account)s"),
    _("%(actor)s tried to look at the opt-in processes of %(account)s"),
    only_reads=True,
)
PROCESS_OPENED = Sentence(
    "tools.process_opened",
    _("%(actor)s looked at the opt-in process %(process)s of %(account)s"),
    _("%(actor)s tried to look at the opt-in process %(process)s of %(account)s"),
    only_reads=True,
)
REDIRECT_LOOKED_UP = Sentence(
    "tools.redirect_looked_up",
    _("%(actor)s looked up which page %(contact)s sees after signing up with %(process)s of %(account)s"),
    _("%(actor)s tried to look up which page %(contact)s sees after signing up with %(process)s of %(account)s"),
    only_reads=True,
)
FIELD_LOOKED_UP = Sentence(
    "tools.field_looked_up",
    _("%(actor)s looked up the data field %(field)s of %(account)s"),
    _("%(actor)s tried to look up the data field %(field)s of %(account)s"),
    only_reads=True,
)
