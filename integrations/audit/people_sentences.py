"""What the log says of people, their sign-ins and their roles, and of itself."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

SIGNED_IN = Sentence("people.signed_in", _("%(actor)s signed in"))
SIGNED_OUT = Sentence("people.signed_out", _("%(actor)s signed out"))
SIGN_IN_FAILED = Sentence("people.sign_in_failed", _("Sign-in as %(person)s failed"))
SIGN_IN_STOPPED = Sentence("people.sign_in_stopped", _("Sign-in as %(person)s was stopped: too many attempts"))
SIGNED_UP = Sentence("people.signed_up", _("%(actor)s signed up"))
PASSWORD_CHANGED = Sentence("people.password_changed", _("%(actor)s changed their password"))
PASSWORD_RESET = Sentence("people.password_reset", _("%(actor)s reset their password"))
MEMBER_ADDED = Sentence("people.member_added", _("%(actor)s added %(person)s to the team as %(role)s"))
MEMBER_JOINED = Sentence("people.member_joined", _("%(actor)s joined the team as %(role)s"))
MEMBER_REMOVED = Sentence("people.member_removed", _("%(actor)s removed %(person)s (%(role)s) from the team"))
MEMBER_LEFT = Sentence("people.member_left", _("%(actor)s left the team"))
END_SET = Sentence("people.end_set", _("%(actor)s set %(day)s as the last day of %(person)s in the team"))
END_REMOVED = Sentence("people.end_removed", _("%(actor)s let %(person)s stay in the team without an end date"))
TEAM_RENAMED = Sentence("people.team_renamed", _("%(actor)s renamed the team from %(before)s to %(team)s"))
ROLE_CHANGED = Sentence(
    "people.role_changed", _("%(actor)s changed the role of %(person)s from %(before)s to %(role)s")
)
GUARD_MISSING = Sentence("log.guard_missing", _("The log's guard in the database is missing or changed: %(triggers)s"))
