"""What the log says of contacts."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

ADD_CONTACT = Sentence(
    "contacts.add",
    _("%(actor)s added %(contact)s to %(account)s"),
    _("%(actor)s tried to add %(contact)s to %(account)s"),
)
ADD_CONTACT_WITH_TAGS = Sentence(
    "contacts.add_with_tags",
    _("%(actor)s added %(contact)s with the tags %(tags)s to %(account)s"),
    _("%(actor)s tried to add %(contact)s with the tags %(tags)s to %(account)s"),
    gives_tags=True,
)
ADD_CONTACT_WITH_TAG = Sentence(
    "contacts.add_with_tag",
    _("%(actor)s added %(contact)s with the tag %(tags)s to %(account)s"),
    _("%(actor)s tried to add %(contact)s with the tag %(tags)s to %(account)s"),
    gives_tags=True,
)
ADD_SENTENCES = (ADD_CONTACT, ADD_CONTACT_WITH_TAG, ADD_CONTACT_WITH_TAGS)
"""By the number of tags, the last one for two and more."""

UPDATE_CONTACT = Sentence(
    "contacts.update",
    _("%(actor)s updated %(contact)s of %(account)s"),
    _("%(actor)s tried to update %(contact)s of %(account)s"),
)
UPDATE_FIELDS = Sentence(
    "contacts.update_fields",
    _("%(actor)s updated %(contact)s of %(account)s (data fields: %(fields)s)"),
    _("%(actor)s tried to update %(contact)s of %(account)s (data fields: %(fields)s)"),
)
UPDATE_TAGS = Sentence(
    "contacts.update_tags",
    _("%(actor)s updated %(contact)s of %(account)s (tags: %(tags)s)"),
    _("%(actor)s tried to update %(contact)s of %(account)s (tags: %(tags)s)"),
    gives_tags=True,
)
UPDATE_FIELDS_AND_TAGS = Sentence(
    "contacts.update_fields_and_tags",
    _("%(actor)s updated %(contact)s of %(account)s (data fields: %(fields)s; tags: %(tags)s)"),
    _("%(actor)s tried to update %(contact)s of %(account)s (data fields: %(fields)s; tags: %(tags)s)"),
    gives_tags=True,
)
UPDATE_SENTENCES = {
    (False, False): UPDATE_CONTACT,
    (True, False): UPDATE_FIELDS,
    (False, True): UPDATE_TAGS,
    (True, True): UPDATE_FIELDS_AND_TAGS,
}
"""By whether data fields and tags were sent."""

FIELDS_LISTED = Sentence(
    "contacts.fields_listed",
    _("%(actor)s looked at the data fields of %(account)s"),
    _("%(actor)s tried to look at the data fields of %(account)s"),
    only_reads=True,
)
FIELDS_GUESSED = Sentence(
    "contacts.fields_guessed",
    _("%(actor)s looked at some contacts of %(account)s to guess the types of the data fields"),
    _("%(actor)s tried to look at some contacts of %(account)s to guess the types of the data fields"),
    only_reads=True,
)
FIELD_TYPE_SET = Sentence(
    "contacts.field_type_set", _("%(actor)s set the type of the data field %(field)s of %(account)s to %(type)s")
)
FIELD_TYPES_SET = Sentence(
    "contacts.field_types_set",
    _("%(actor)s set the types of %(count)s data fields of %(account)s: %(fields)s"),
)
FIELD_TYPE_CHANGED = Sentence(
    "contacts.field_type_changed",
    _("%(actor)s changed the type of the data field %(field)s of %(account)s from %(before)s to %(type)s"),
)
FIELD_TYPE_TAKEN = Sentence(
    "contacts.field_type_taken",
    _("%(actor)s took back the type of the data field %(field)s of %(account)s, which was %(before)s"),
)
CONTACT_SEARCHED = Sentence(
    "contacts.searched",
    _("%(actor)s searched for the contact %(contact)s in %(account)s"),
    _("%(actor)s tried to search for the contact %(contact)s in %(account)s"),
    only_reads=True,
)
CONTACT_OPENED = Sentence(
    "contacts.opened",
    _("%(actor)s looked at the contact %(contact)s of %(account)s"),
    _("%(actor)s tried to look at the contact %(contact)s of %(account)s"),
    only_reads=True,
)
ADDRESSES_SHOWN = Sentence(
    "contacts.addresses_shown",
    _("%(actor)s had addresses of contacts of %(account)s shown in the log (%(count)s)"),
    _("%(actor)s tried to have addresses of contacts of %(account)s shown in the log (%(count)s)"),
    only_reads=True,
)
CONTACTS_COUNTED = Sentence(
    "contacts.counted",
    _("%(actor)s counted the contacts of %(account)s by status"),
    _("%(actor)s tried to count the contacts of %(account)s by status"),
    only_reads=True,
)
CONTACTS_BROWSED = Sentence(
    "contacts.browsed",
    _("%(actor)s looked through the contacts of %(account)s (%(which)s; page %(page)s)"),
    _("%(actor)s tried to look through the contacts of %(account)s (%(which)s; page %(page)s)"),
    only_reads=True,
)
CONTACT_LOOKED_UP = Sentence(
    "contacts.looked_up",
    _("%(actor)s looked whether %(contact)s is a contact of %(account)s"),
    _("%(actor)s tried to look whether %(contact)s is a contact of %(account)s"),
    only_reads=True,
)
ADD_CHECKED = Sentence(
    "contacts.add_checked",
    _("%(actor)s checked whether %(contact)s had been added to %(account)s"),
    _("%(actor)s tried to check whether %(contact)s had been added to %(account)s"),
    only_reads=True,
)
UPDATE_CHECKED = Sentence(
    "contacts.update_checked",
    _("%(actor)s checked whether %(contact)s of %(account)s had been updated"),
    _("%(actor)s tried to check whether %(contact)s of %(account)s had been updated"),
    only_reads=True,
)
ADD_SETTLED = Sentence(
    "contacts.add_settled",
    _("%(actor)s looked what became of adding %(contact)s to %(account)s: %(finding)s"),
)
UPDATE_SETTLED = Sentence(
    "contacts.update_settled",
    _("%(actor)s looked what became of updating %(contact)s of %(account)s: %(finding)s"),
)
TAGS_NAMED = Sentence(
    "contacts.tags_named",
    _("%(actor)s loaded the tags of %(account)s for the page of a contact"),
    _("%(actor)s tried to load the tags of %(account)s for the page of a contact"),
    only_reads=True,
)
FIELDS_NAMED = Sentence(
    "contacts.fields_named",
    _("%(actor)s loaded the data fields of %(account)s for the page of a contact"),
    _("%(actor)s tried to load the data fields of %(account)s for the page of a contact"),
    only_reads=True,
)
OPTIN_PROCESSES_NAMED = Sentence(
    "contacts.optin_processes_named",
    _("%(actor)s loaded the opt-in processes of %(account)s for the page of a contact"),
    _("%(actor)s tried to load the opt-in processes of %(account)s for the page of a contact"),
    only_reads=True,
)
OPENED_TO_CHANGE = Sentence(
    "contacts.opened_to_change",
    _("%(actor)s looked at the contact %(contact)s of %(account)s before a change"),
    _("%(actor)s tried to look at the contact %(contact)s of %(account)s before a change"),
    only_reads=True,
)
FIELD_CHANGED = Sentence(
    "contacts.field_changed",
    _("%(actor)s changed the data field %(fields)s of %(contact)s in %(account)s"),
    _("%(actor)s tried to change the data field %(fields)s of %(contact)s in %(account)s"),
)
FIELDS_CHANGED = Sentence(
    "contacts.fields_changed",
    _("%(actor)s changed the data fields %(fields)s of %(contact)s in %(account)s"),
    _("%(actor)s tried to change the data fields %(fields)s of %(contact)s in %(account)s"),
)
EMAIL_CHANGED = Sentence(
    "contacts.email_changed",
    _("%(actor)s changed the email address of %(contact)s in %(account)s to %(new)s"),
    _("%(actor)s tried to change the email address of %(contact)s in %(account)s to %(new)s"),
)
SMS_NUMBER_CHANGED = Sentence(
    "contacts.sms_number_changed",
    _("%(actor)s changed the SMS number of %(contact)s in %(account)s to %(new)s"),
    _("%(actor)s tried to change the SMS number of %(contact)s in %(account)s to %(new)s"),
)
EMAIL_CHANGED_ALIKE = Sentence(
    "contacts.email_changed_alike",
    _("%(actor)s changed the email address of %(contact)s in %(account)s"),
    _("%(actor)s tried to change the email address of %(contact)s in %(account)s"),
)
SMS_NUMBER_CHANGED_ALIKE = Sentence(
    "contacts.sms_number_changed_alike",
    _("%(actor)s changed the SMS number of %(contact)s in %(account)s"),
    _("%(actor)s tried to change the SMS number of %(contact)s in %(account)s"),
)
ADDRESS_SENTENCES = {
    (True, False): EMAIL_CHANGED,
    (False, False): SMS_NUMBER_CHANGED,
    (True, True): EMAIL_CHANGED_ALIKE,
    (False, True): SMS_NUMBER_CHANGED_ALIKE,
}
"""By whether it is the email address, and whether the log masks the old and the new one alike."""

UNSUBSCRIBED = Sentence(
    "contacts.unsubscribed",
    _("%(actor)s unsubscribed %(contact)s of %(account)s"),
    _("%(actor)s tried to unsubscribe %(contact)s of %(account)s"),
)
DELETED = Sentence(
    "contacts.deleted",
    _("%(actor)s deleted the contact %(contact)s of %(account)s"),
    _("%(actor)s tried to delete the contact %(contact)s of %(account)s"),
)
