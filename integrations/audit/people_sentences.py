"""What the log says of people, their sign-ins and their roles, and of itself."""

from django.utils.translation import gettext_lazy as _

from integrations.audit.sentences import Sentence

SIGNED_IN = Sentence("people.signed_in", _("%(actor)s signed in"))
SIGNED_OUT = Sentence("people.signed_out", _("%(actor)s signed out"))
SIGN_IN_FAILED = Sentence(
    "people.sign_in_failed",
    _("Sign-in as %(person)s failed"),
    _("%(actor)s tried to sign in as %(person)s"),
    is_refusal=True,
)
SIGN_INS_FAILED = Sentence(
    "people.sign_ins_failed",
    _("Sign-in as %(person)s failed, as did %(more)s others of strangers before it"),
    _("%(actor)s tried to sign in as %(person)s, after %(more)s tries of strangers as others"),
    is_refusal=True,
)
SIGN_IN_STOPPED = Sentence(
    "people.sign_in_stopped",
    _("Sign-in as %(person)s was stopped: too many attempts"),
    _("%(actor)s tried to sign in as %(person)s once more after too many attempts"),
    is_refusal=True,
)
SIGNED_UP = Sentence("people.signed_up", _("%(actor)s signed up"))
PASSWORD_CHANGED = Sentence("people.password_changed", _("%(actor)s changed their password"))
PASSWORD_RESET = Sentence("people.password_reset", _("%(actor)s reset their password"))
SECOND_FACTOR_ADDED = Sentence("people.second_factor_added", _("%(actor)s added a second factor to their sign-in"))
SECOND_FACTOR_REMOVED = Sentence(
    "people.second_factor_removed", _("%(actor)s removed a second factor from their sign-in")
)
RECOVERY_CODES_MADE = Sentence("people.recovery_codes_made", _("%(actor)s made new recovery codes"))
SECOND_FACTOR_REFUSED = Sentence(
    "people.second_factor_refused",
    _("The second factor of %(person)s was wrong"),
    _("%(actor)s tried a wrong second factor of %(person)s"),
    is_refusal=True,
)
SESSION_ENDED = Sentence("people.session_ended", _("%(actor)s ended a session of their own elsewhere"))
SESSIONS_ENDED = Sentence("people.sessions_ended", _("%(actor)s ended all sessions of %(person)s"))
EMAIL_CHANGED = Sentence("people.email_changed", _("%(actor)s changed the address they sign in with"))
DEACTIVATED = Sentence("people.deactivated", _("%(actor)s let %(person)s sign in no more"))
REACTIVATED = Sentence("people.reactivated", _("%(actor)s let %(person)s sign in again"))
SECOND_FACTOR_REQUIRED = Sentence(
    "people.second_factor_required", _("%(actor)s requires a second factor of the team's members from %(day)s on")
)
SECOND_FACTOR_NOT_REQUIRED = Sentence(
    "people.second_factor_not_required", _("%(actor)s requires no second factor of the team's members any more")
)
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
PAGE_MISSED = Sentence(
    "people.page_missed",
    _("%(actor)s asked for what is not there, or not for them (%(page)s)"),
    is_refusal=True,
)
PAGES_MISSED = Sentence(
    "people.pages_missed",
    _("%(actor)s asked for what is not there, or not for them (%(page)s), as %(more)s times since the entry before"),
    is_refusal=True,
)
PAGE_REFUSED = Sentence(
    "people.page_refused",
    _("%(actor)s asked for what they may not see or do (%(page)s)"),
    is_refusal=True,
)
PAGES_REFUSED = Sentence(
    "people.pages_refused",
    _("%(actor)s asked for what they may not see or do (%(page)s), as %(more)s times since the entry before"),
    is_refusal=True,
)
LOG_SEARCHED = Sentence("log.searched", _("%(actor)s looked in the log for %(contact)s"), only_reads=True)
LOG_SEARCHED_IN_VAIN = Sentence(
    "log.searched_in_vain", _("%(actor)s looked in the log for %(contact)s and found nothing"), only_reads=True
)
GUARD_MISSING = Sentence("log.guard_missing", _("The log's guard in the database is missing or changed: %(triggers)s"))
