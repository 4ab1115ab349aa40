"""Where one can go: the pages of a client account, of a team and of a person, each written down once.

The column beside every page lists those that are needed daily, the page of tools those that tell what they are for, and
the palette all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Capability


@dataclass(frozen=True)
class Place:
    """A page that can be gone to.

    page: the name of its URL
    asks_for: the capability that it needs
    below: names of the URLs that belong to it, as patterns: "log*" is every name that begins like this
    purpose: what it is for, where it is one of the tools
    """

    page: str
    label: str | Promise
    icon: str
    asks_for: Capability = Capability.SEE_CLIENTS
    below: tuple[str, ...] = ()
    is_daily: bool = False
    purpose: str | Promise = ""


OF_CLIENT = (
    Place("client", _("Overview"), "layout-dashboard", below=("client_settings", "client_remove"), is_daily=True),
    Place(
        "contacts",
        _("Contacts"),
        "users",
        below=(
            *("contact", "contact_browse", "contact_unsubscribe", "contact_delete", "contact_change_*"),
            *("contact_edit_fields_again", "contact_send_fields", "contact_add_tags", "contact_remove_tag"),
        ),
        is_daily=True,
    ),
    Place("contact_browse", _("Browse all contacts"), "list"),
    Place(
        "contact_add",
        _("Add contact"),
        "user-plus",
        Capability.CHANGE_CONTACTS,
        below=("contact_added*", "contact_add_check", "contact_add_field", "contact_add_prefill"),
        is_daily=True,
    ),
    Place("tags", _("Tags"), "tags", below=("tag", "tag_*"), is_daily=True),
    Place("tag_new", _("New tag"), "tag", Capability.CHANGE_CONTACTS),
    Place(
        "tagging",
        _("Tag contacts"),
        "list-checks",
        Capability.CHANGE_CONTACTS,
        below=("tagging_*",),
        is_daily=True,
    ),
    Place("segments", _("Segments"), "blend", below=("segment", "segment_*"), is_daily=True),
    Place("segment_new", _("New segment"), "blend", Capability.CHANGE_CONTACTS),
    Place("jobs", _("Jobs"), "list-todo", below=("job", "job_*"), is_daily=True),
    Place("job_tagging", _("Tag many contacts"), "list-plus", Capability.CHANGE_CONTACTS),
    Place(
        "client_keys",
        _("Keys"),
        "key-round",
        below=("client_key*", "client_own_*", "client_api_user", "client_test"),
        is_daily=True,
    ),
    Place("tools", _("Tools"), "wrench", below=("tools*", "suppress*", "contact_fields"), is_daily=True),
    Place(
        "tools_processes",
        _("Opt-in processes"),
        "mail-check",
        purpose=_("How contacts are asked for their confirmation, and which pages they see."),
    ),
    Place(
        "tools_redirect",
        _("Page the contact sees after signing up"),
        "signpost",
        purpose=_("Where KlickTipp sends a certain contact on to, after it has signed up with an opt-in process."),
    ),
    Place(
        "contact_fields",
        _("Data fields"),
        "text-cursor-input",
        purpose=_("All data fields, and the type of each."),
    ),
    Place(
        "tools_field",
        _("Look up a data field"),
        "book-search",
        purpose=_("The name that KlickTipp has for the ID of a data field."),
    ),
    Place(
        "tools_keys",
        _("Listbuilding keys"),
        "form",
        purpose=_("Subscribe contacts the way a sign-up form does, take its tag away again, or unsubscribe."),
    ),
    Place(
        "suppressions",
        _("Suppression list"),
        "shield-ban",
        Capability.CHANGE_CONTACTS,
        purpose=_("Addresses and numbers that must not be added or tagged again."),
    ),
    Place("client_settings", _("Name, colour and country"), "settings", Capability.MANAGE_CLIENTS),
)
OF_TEAM = (
    Place("team", _("Clients"), "briefcase", is_daily=True),
    Place("client_new", _("New client"), "plus", Capability.ADD_CLIENTS),
    Place(
        "members",
        _("Members"),
        "id-card",
        Capability.MANAGE_MEMBERS,
        below=("member*", "invitation*", "team_name", "team_second_factor"),
        is_daily=True,
    ),
    Place("member_invite", _("Invite somebody"), "mail-plus", Capability.MANAGE_MEMBERS),
    Place("team_name", _("Rename the team"), "pencil", Capability.MANAGE_TEAM),
    Place("team_second_factor", _("Second factor"), "shield-check", Capability.MANAGE_TEAM),
    Place("access_review", _("Access review"), "user-check", Capability.SEE_WHOLE_LOG),
    Place("log", _("Log"), "scroll-text", Capability.SEE_LOG, below=("log*", "access_review"), is_daily=True),
    *([Place("log_stream", _("Forward the log"), "send", Capability.MANAGE_LOG)] if settings.LOG_STREAM_HOSTS else []),
    Place("log_proof", _("Proof of the log"), "file-check", Capability.SEE_WHOLE_LOG),
)
OF_PERSON = (
    Place("profile", _("Profile"), "settings", Capability.BELONG, is_daily=True),
    Place("account_change_password", _("Change password"), "key-round", Capability.BELONG, is_daily=True),
    Place("account_email", _("Change email address"), "mail", Capability.BELONG),
    Place("mfa_index", _("Sign-in security"), "shield-check", Capability.BELONG),
    Place("sessions", _("Sessions"), "monitor-smartphone", Capability.BELONG),
)


def open_to(membership: Membership, places: Iterable[Place]) -> list[Place]:
    """Those of the places that the member may go to."""
    return [place for place in places if membership.may(place.asks_for)]
