"""What the log says of client accounts and their keys."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

CLIENT_ADDED = Sentence("clients.added", _("%(actor)s added the client %(account)s"))
CLIENT_CHANGED = Sentence("clients.changed", _("%(actor)s changed the name or colour of %(account)s"))
KEY_TESTED = Sentence("clients.key_tested", _("%(actor)s tested the customer key …%(key)s for %(account)s"))
KEY_STORED = Sentence("clients.key_stored", _("%(actor)s stored the customer key …%(key)s for %(account)s"))
KEY_REMOVED = Sentence("clients.key_removed", _("%(actor)s removed the customer key …%(key)s of %(account)s"))
LISTS_LOADED = Sentence("clients.lists_loaded", _("%(actor)s opened a form for %(account)s: %(list)s were loaded"))
