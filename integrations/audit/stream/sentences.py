"""What the log says of its being forwarded."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

SET = Sentence("log_stream.set", _("%(actor)s set up the forwarding of the log to %(destination)s"))
CHANGED = Sentence(
    "log_stream.changed", _("%(actor)s changed the forwarding of the log: to %(destination)s instead of %(before)s")
)
REMOVED = Sentence("log_stream.removed", _("%(actor)s ended the forwarding of the log to %(destination)s"))
PAUSED = Sentence("log_stream.paused", _("%(actor)s paused the forwarding of the log to %(destination)s"))
RESUMED = Sentence("log_stream.resumed", _("%(actor)s resumed the forwarding of the log to %(destination)s"))
TESTED = Sentence("log_stream.tested", _("%(actor)s sent a test to %(destination)s, where the log is forwarded to"))
FAILED = Sentence("log_stream.failed", _("The log cannot be forwarded to %(destination)s. %(problem)s"))
RECOVERED = Sentence("log_stream.recovered", _("The log is forwarded to %(destination)s again"))
