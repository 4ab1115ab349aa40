"""Who may do what: the five roles of a team and the capabilities each of them has."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")
    AUDITOR = "auditor", _("Auditor")


class Capability(StrEnum):
    BELONG = "belong"
    SEE_CLIENTS = "see_clients"
    CHANGE_CONTACTS = "change_contacts"
    DELETE_CONTACTS = "delete_contacts"
    STORE_OWN_KEY = "store_own_key"
    MANAGE_CLIENTS = "manage_clients"
    ADD_CLIENTS = "add_clients"
    MANAGE_MEMBERS = "manage_members"
    SEE_LOG = "see_log"
    SEE_WHOLE_LOG = "see_whole_log"
    MANAGE_LOG = "manage_log"
    MANAGE_TEAM = "manage_team"


_MEMBER = {Capability.BELONG}
_VIEWER = _MEMBER | {Capability.SEE_CLIENTS, Capability.SEE_LOG}
_EDITOR = _VIEWER | {Capability.CHANGE_CONTACTS, Capability.STORE_OWN_KEY}
_ADMIN = _EDITOR | {
    Capability.DELETE_CONTACTS,
    Capability.MANAGE_CLIENTS,
    Capability.ADD_CLIENTS,
    Capability.MANAGE_MEMBERS,
    Capability.SEE_WHOLE_LOG,
    Capability.MANAGE_LOG,
}

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.OWNER: frozenset(_ADMIN | {Capability.MANAGE_TEAM}),
    Role.ADMIN: frozenset(_ADMIN),
    Role.EDITOR: frozenset(_EDITOR),
    Role.VIEWER: frozenset(_VIEWER),
    Role.AUDITOR: frozenset(_MEMBER | {Capability.SEE_LOG, Capability.SEE_WHOLE_LOG}),
}

TEAM_WIDE = frozenset(
    {Capability.ADD_CLIENTS, Capability.MANAGE_MEMBERS, Capability.MANAGE_LOG, Capability.MANAGE_TEAM}
)
"""What reaches beyond single clients: nobody who is limited to some of them may do it, whatever the role."""


def roles_with(capability: Capability) -> list[Role]:
    return [role for role, capabilities in CAPABILITIES.items() if capability in capabilities]
