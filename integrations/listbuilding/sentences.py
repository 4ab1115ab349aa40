from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

KEY_STORED = Sentence(
    "tools.key_stored", _("%(actor)s stored the listbuilding key %(key)s (…%(four)s) for %(account)s")
)


KEY_REFUSED = Sentence(
    "tools.key_refused",
    _(
        "%(actor)s could not store the listbuilding key %(key)s (…%(four)s) for %(account)s: another client has it "
        "already"
    ),
    _(
        "%(actor)s tried to store the listbuilding key %(key)s (…%(four)s) for %(account)s: another client has it "
        "already"
    ),
    is_refusal=True,
)


KEY_RENAMED = Sentence(
    "tools.key_renamed", _("%(actor)s renamed the listbuilding key %(before)s of %(account)s to %(key)s")
)


KEY_REMOVED = Sentence(
    "tools.key_removed", _("%(actor)s removed the listbuilding key %(key)s (…%(four)s) of %(account)s")
)


SIGNED_UP = Sentence(
    "tools.signed_up",
    _("%(actor)s subscribed %(contact)s to %(account)s with the listbuilding key %(key)s"),
    _("%(actor)s tried to subscribe %(contact)s to %(account)s with the listbuilding key %(key)s"),
)


TAG_REMOVED = Sentence(
    "tools.tag_removed",
    _("%(actor)s took the tag of the listbuilding key %(key)s from %(contact)s of %(account)s"),
    _("%(actor)s tried to take the tag of the listbuilding key %(key)s from %(contact)s of %(account)s"),
)


UNSUBSCRIBED = Sentence(
    "tools.unsubscribed",
    _("%(actor)s unsubscribed %(contact)s from %(account)s with the listbuilding key %(key)s"),
    _("%(actor)s tried to unsubscribe %(contact)s from %(account)s with the listbuilding key %(key)s"),
)


LOOKED_UP_AFTERWARDS = Sentence(
    "tools.looked_up_afterwards",
    _("%(actor)s looked how %(contact)s stands in %(account)s after listbuilding"),
    _("%(actor)s tried to look how %(contact)s stands in %(account)s after listbuilding"),
    only_reads=True,
)


CONTACT_MISSING = Sentence(
    "tools.contact_missing",
    _(
        "%(actor)s used the listbuilding key %(key)s for %(contact)s, but %(account)s has no such contact: the key "
        "probably belongs to another KlickTipp account"
    ),
)


CONTACT_UNREACHED = Sentence(
    "tools.contact_unreached",
    _(
        "%(actor)s used the listbuilding key %(key)s for %(contact)s, but the contact of %(account)s stayed as it was: "
        "the key probably belongs to another KlickTipp account"
    ),
)
