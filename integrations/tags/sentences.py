"""What the log says of tags."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

TAGS_LISTED = Sentence(
    "tags.listed",
    _("%(actor)s looked at the tags of %(account)s"),
    _("%(actor)s tried to look at the tags of %(account)s"),
    only_reads=True,
)
SMARTTAGS_NAMED = Sentence(
    "tags.smarttags_named",
    _("%(actor)s loaded the names of SmartTags of %(account)s"),
    _("%(actor)s tried to load the names of SmartTags of %(account)s"),
    only_reads=True,
)
TAG_OPENED = Sentence(
    "tags.opened",
    _("%(actor)s looked at the tag %(tag)s of %(account)s"),
    _("%(actor)s tried to look at the tag %(tag)s of %(account)s"),
    only_reads=True,
)
TAG_COUNTED = Sentence(
    "tags.counted",
    _("%(actor)s counted the contacts with the tag %(tag)s of %(account)s"),
    _("%(actor)s tried to count the contacts with the tag %(tag)s of %(account)s"),
    only_reads=True,
)
TAG_CREATED = Sentence(
    "tags.created",
    _("%(actor)s created the tag %(tag)s in %(account)s"),
    _("%(actor)s tried to create the tag %(tag)s in %(account)s"),
)
TAG_RENAMED = Sentence(
    "tags.renamed",
    _("%(actor)s renamed the tag %(before)s of %(account)s to %(tag)s"),
    _("%(actor)s tried to rename the tag %(before)s of %(account)s to %(tag)s"),
)
TAG_DESCRIBED = Sentence(
    "tags.described",
    _("%(actor)s changed the description of the tag %(tag)s of %(account)s"),
    _("%(actor)s tried to change the description of the tag %(tag)s of %(account)s"),
)
TAG_RENAMED_AND_DESCRIBED = Sentence(
    "tags.renamed_and_described",
    _("%(actor)s renamed the tag %(before)s of %(account)s to %(tag)s and changed its description"),
    _("%(actor)s tried to rename the tag %(before)s of %(account)s to %(tag)s and change its description"),
)
TAG_DELETED = Sentence(
    "tags.deleted",
    _("%(actor)s deleted the tag %(tag)s of %(account)s"),
    _("%(actor)s tried to delete the tag %(tag)s of %(account)s"),
)
CONTACT_TAGGED = Sentence(
    "tags.contact_tagged",
    _("%(actor)s tagged %(contact)s of %(account)s with %(tags)s"),
    _("%(actor)s tried to tag %(contact)s of %(account)s with %(tags)s"),
    gives_tags=True,
)
CONTACTS_TAGGED = Sentence(
    "tags.contacts_tagged",
    _("%(actor)s tagged %(contacts)s contacts of %(account)s with %(tags)s"),
    _("%(actor)s tried to tag %(contacts)s contacts of %(account)s with %(tags)s"),
    of_one=CONTACT_TAGGED.key,
    gives_tags=True,
)
CONTACT_UNTAGGED = Sentence(
    "tags.contact_untagged",
    _("%(actor)s took %(tags)s from %(contact)s of %(account)s"),
    _("%(actor)s tried to take %(tags)s from %(contact)s of %(account)s"),
)
CONTACTS_UNTAGGED = Sentence(
    "tags.contacts_untagged",
    _("%(actor)s took %(tags)s from %(contacts)s contacts of %(account)s"),
    _("%(actor)s tried to take %(tags)s from %(contacts)s contacts of %(account)s"),
    of_one=CONTACT_UNTAGGED.key,
)
CONTACT_LOOKED_UP = Sentence(
    "tags.contact_looked_up",
    _("%(actor)s looked up a contact of %(account)s to tag it"),
    _("%(actor)s tried to look up a contact of %(account)s to tag it"),
    only_reads=True,
)
