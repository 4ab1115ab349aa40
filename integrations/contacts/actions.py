"""What the log says of contacts."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

ADD_CONTACT = Sentence("contacts.add", _("%(actor)s added %(contact)s to %(account)s"))
ADD_CONTACT_WITH_TAGS = Sentence(
    "contacts.add_with_tags", _("%(actor)s added %(contact)s with the tags %(tags)s to %(account)s")
)
ADD_CONTACT_WITH_TAG = Sentence(
    "contacts.add_with_tag", _("%(actor)s added %(contact)s with the tag %(tags)s to %(account)s")
)
