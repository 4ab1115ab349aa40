"""What the log says of segments."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

SEGMENT_SAVED = Sentence("segments.saved", _("%(actor)s saved the segment %(segment)s of %(account)s"))
SEGMENT_CHANGED = Sentence("segments.changed", _("%(actor)s changed the segment %(segment)s of %(account)s"))
SEGMENT_RENAMED = Sentence(
    "segments.renamed", _("%(actor)s renamed the segment %(before)s of %(account)s to %(segment)s")
)
SEGMENT_RENAMED_AND_CHANGED = Sentence(
    "segments.renamed_and_changed",
    _("%(actor)s renamed the segment %(before)s of %(account)s to %(segment)s and changed its rule"),
)
SEGMENT_REMOVED = Sentence("segments.removed", _("%(actor)s removed the segment %(segment)s of %(account)s"))
SEGMENT_COPIED = Sentence(
    "segments.copied", _("%(actor)s copied the segment %(segment)s from another client to %(account)s")
)
TAGS_CREATED = Sentence(
    "segments.tags_created",
    _("%(actor)s created the tags %(tags)s in %(account)s for a copy of the segment %(segment)s"),
    _("%(actor)s tried to create the tags %(tags)s in %(account)s for a copy of the segment %(segment)s"),
)
SEGMENT_COUNTED = Sentence(
    "segments.counted",
    _("%(actor)s counted the contacts in the segment %(segment)s of %(account)s"),
    _("%(actor)s tried to count the contacts in the segment %(segment)s of %(account)s"),
    only_reads=True,
)
RULE_COUNTED = Sentence(
    "segments.rule_counted",
    _("%(actor)s counted the contacts of %(account)s with a rule over %(tags)s"),
    _("%(actor)s tried to count the contacts of %(account)s with a rule over %(tags)s"),
    only_reads=True,
)
MEMBERS_READ = Sentence(
    "segments.members_read",
    _("%(actor)s looked at the contacts in the segment %(segment)s of %(account)s, page %(page)s"),
    _("%(actor)s tried to look at the contacts in the segment %(segment)s of %(account)s, page %(page)s"),
    only_reads=True,
)
