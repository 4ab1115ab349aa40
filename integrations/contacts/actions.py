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
CONTACT_SEARCHED = Sentence(
    "contacts.searched", _("%(actor)s searched for the contact %(contact)s in %(account)s"), only_reads=True
)
CONTACT_OPENED = Sentence(
    "contacts.opened", _("%(actor)s looked at the contact %(contact)s of %(account)s"), only_reads=True
)
TAGS_NAMED = Sentence(
    "contacts.tags_named", _("%(actor)s loaded the tags of %(account)s for the page of a contact"), only_reads=True
)
FIELDS_NAMED = Sentence(
    "contacts.fields_named",
    _("%(actor)s loaded the data fields of %(account)s for the page of a contact"),
    only_reads=True,
)
OPTIN_PROCESSES_NAMED = Sentence(
    "contacts.optin_processes_named",
    _("%(actor)s loaded the opt-in processes of %(account)s for the page of a contact"),
    only_reads=True,
)
