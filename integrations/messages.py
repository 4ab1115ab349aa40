"""What people read when a KlickTipp call fails: for each problem what happened, and what to do now.

The log puts `what` behind a sentence, a page shows both as sentences of their own; so they are written without a
capital and without a full stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.klicktipp import Happened, KlickTippError, Problem


class Obstacle(StrEnum):
    """What keeps the portal from trying a call at all."""

    TIME_UP = "time_up"
    STOPPED = "stopped"
    LOG_UNAVAILABLE = "log_unavailable"
    TOO_MANY_WAIT = "too_many_wait"
    SERVICE_SILENT = "service_silent"
    NOT_CONNECTED = "not_connected"
    NO_OWN_KEY = "no_own_key"
    NO_DEVELOPER_KEY = "no_developer_key"
    MALFORMED_DEVELOPER_KEY = "malformed_developer_key"
    KEY_UNDECRYPTABLE = "key_undecryptable"
    PASSWORD_UNDECRYPTABLE = "password_undecryptable"  # noqa: S105 - the name of an obstacle
    SUPPRESSED = "suppressed"
    GRANT_NOT_BEGUN_HERE = "grant_not_begun_here"
    GRANT_OF_ANOTHER = "grant_of_another"
    GRANT_SIGNED_OUT = "grant_signed_out"
    GRANT_EXPIRED = "grant_expired"
    GRANT_USED = "grant_used"
    GRANT_NOT_ALLOWED = "grant_not_allowed"
    GRANT_WITHOUT_KEY = "grant_without_key"
    GRANT_WITH_MALFORMED_KEY = "grant_with_malformed_key"
    LISTBUILDING_KEY_UNDECRYPTABLE = "listbuilding_key_undecryptable"


REFUSALS = frozenset(
    {
        Obstacle.SUPPRESSED,
        Obstacle.GRANT_NOT_BEGUN_HERE,
        Obstacle.GRANT_OF_ANOTHER,
        Obstacle.GRANT_SIGNED_OUT,
        Obstacle.GRANT_EXPIRED,
        Obstacle.GRANT_USED,
        Obstacle.GRANT_NOT_ALLOWED,
    }
)
"""Where the portal could try the call, but a rule says no."""

INTERRUPTED = "interrupted"
"""The problem of a call whose process ended before the answer came: nobody will hear it any more."""

NO_ANSWER = "no_answer"
"""The problem of a call that only reads and got no answer: nothing can have happened."""

PASSING: frozenset[str] = frozenset(
    {
        INTERRUPTED,
        NO_ANSWER,
        Obstacle.LOG_UNAVAILABLE,
        Obstacle.SERVICE_SILENT,
        Obstacle.STOPPED,
        Obstacle.TIME_UP,
        Obstacle.TOO_MANY_WAIT,
        Problem.INTERNAL_ERROR,
        Problem.OUTCOME_UNKNOWN,
        Problem.SERVICE_ERROR,
        Problem.SIGN_IN_PAUSED,
        Problem.THROTTLED,
        Problem.UNKNOWN_CODE,
        Problem.UNREACHABLE,
        Problem.USER_DENIED,
        Problem.USER_UPDATE_FAILED,
    }
)
"""What can pass by itself, so that the same call, sent once more, may end otherwise."""


@dataclass(frozen=True)
class Message:
    """What happened, and what to do now, in the reader's language; and what KlickTipp itself says, where that tells
    more. `reading` says it where nothing was to be changed, but only read, as far as that differs."""

    what: str | Promise
    next_step: str | Promise
    said: str = ""
    reading: Message | None = None

    def sentences(self) -> str:
        ours = f"{capfirst(str(self.what))}. {capfirst(str(self.next_step))}."
        theirs = _("In KlickTipp's words: “%(reason)s”") % {"reason": self.said}
        return f"{ours} {theirs}" if self.said else ours


_SAYING_LITTLE = frozenset(
    {
        Problem.ACCESS_DENIED,
        Problem.IN_USE,
        Problem.INTERNAL_ERROR,
        Problem.MALFORMED,
        Problem.NAME_TAKEN,
        Problem.NOT_FOUND,
        Problem.REFUSED,
        Problem.TAG_NOT_SAVED,
        Problem.UNKNOWN_CODE,
        Problem.UPDATE_FAILED,
    }
)
"""Problems of which KlickTipp's own words can say more than ours."""
_STATUSES_WITH_WORDS = frozenset({200, 400, 401, 404, 405, 406, 409})
_MOST_WORDS = 300


def klicktipps_words(words: str | None, problem: str, status: int | None, code: int | None) -> str:
    """The words that came with a refusal, where they can tell more than the message; else ""."""
    is_vague = problem in _SAYING_LITTLE or (status == 406 and code is None)
    return (words or "")[:_MOST_WORDS] if is_vague and status in _STATUSES_WITH_WORDS else ""


def problem_in_words(error: KlickTippError) -> str:
    """The key of the message for an error."""
    is_harmless = error.problem is Problem.OUTCOME_UNKNOWN and error.happened is Happened.NO
    return NO_ANSWER if is_harmless else error.problem


def message(problem: str, code: int | None = None, *, reads: bool = False) -> Message:
    """The message for a problem; for a code that is in no catalogue, the developer guide's default text with it.

    reads: nothing was to be changed, so that there is nothing to send again
    """
    if problem in _MESSAGES or code is None:
        found = _MESSAGES.get(problem, _MESSAGES[Problem.REFUSED])
        return found.reading or found if reads else found
    return Message(
        _("something went wrong. Error: %(code)s") % {"code": code},
        gettext_lazy("please try again later; if it happens again, give this code to KlickTipp's support"),
    )


_CHECK_ADDRESS = gettext_lazy("please check the address, then try again")
_CHOOSE_ANOTHER = gettext_lazy("it may have been deleted in KlickTipp; please choose another")
_RELOAD = gettext_lazy("it may have been deleted in KlickTipp; please load the page again")
_ASK_OPERATOR = gettext_lazy("please tell the operator of this portal")
_CHANGE_NUMBER = gettext_lazy("please check the number, then try again")
_TRY_LATER = gettext_lazy("please try again in a few minutes")
_BEGIN_AGAIN = gettext_lazy("please begin again, and come back within an hour, in the same browser")
_FILL_IN = gettext_lazy("please fill it in, then try again")
_TRY_SOON = gettext_lazy("please try again in a moment")
_TRY_IN_A_MINUTE = gettext_lazy("please try again in a minute")
_TRY_WHEN_IT_ANSWERS = gettext_lazy(
    "please try again in a few minutes; one request at a time finds out whether it answers again"
)
_CORRECT_DEVELOPER_KEY = gettext_lazy("ask the portal's operator to correct KLICKTIPP_DEVELOPER_KEY")
_LEAVE_IT = gettext_lazy(
    "leave it at that; only an owner or admin of your team can take it off the list, with a reason"
)
_SAID_NOTHING = Message(gettext_lazy("KlickTipp did not answer"), _TRY_LATER)

_MESSAGES: dict[str, Message] = {
    INTERRUPTED: Message(
        gettext_lazy("the portal was interrupted while it waited for KlickTipp's answer"),
        gettext_lazy("look it up in KlickTipp before you send it again"),
        reading=Message(
            gettext_lazy("the portal was interrupted while it waited for KlickTipp's answer"),
            gettext_lazy("please load the page again"),
        ),
    ),
    NO_ANSWER: _SAID_NOTHING,
    Obstacle.TIME_UP: Message(
        gettext_lazy("the time was up before this could be sent"),
        gettext_lazy("please send the rest again"),
        reading=Message(
            gettext_lazy("the time was up before KlickTipp could be asked for this"),
            gettext_lazy("please load the page again"),
        ),
    ),
    Obstacle.STOPPED: Message(
        gettext_lazy("sending was stopped before this was sent"),
        gettext_lazy("see what stopped it, then send the rest again"),
        reading=Message(
            gettext_lazy("reading was stopped before KlickTipp was asked for this"),
            gettext_lazy("see what stopped it, then load the page again"),
        ),
    ),
    Obstacle.LOG_UNAVAILABLE: Message(
        gettext_lazy("the log could not be written, so this was not sent"),
        _TRY_LATER,
        reading=Message(gettext_lazy("the log could not be written, so KlickTipp was not asked"), _TRY_LATER),
    ),
    Obstacle.TOO_MANY_WAIT: Message(
        gettext_lazy("KlickTipp answers slowly and others are waiting for it already, so this was not sent"),
        _TRY_SOON,
        reading=Message(
            gettext_lazy("KlickTipp answers slowly and others are waiting for it already, so it was not asked"),
            _TRY_SOON,
        ),
    ),
    Obstacle.SERVICE_SILENT: Message(
        gettext_lazy("KlickTipp has not answered several times in a row, so this was not sent"),
        _TRY_WHEN_IT_ANSWERS,
        reading=Message(
            gettext_lazy("KlickTipp has not answered several times in a row, so it was not asked"), _TRY_WHEN_IT_ANSWERS
        ),
    ),
    Obstacle.NOT_CONNECTED: Message(
        gettext_lazy("this client has no customer key"),
        gettext_lazy("store one on the client's page, then try again"),
    ),
    Obstacle.NO_OWN_KEY: Message(
        gettext_lazy("no own customer key is stored for this client"),
        gettext_lazy("store one on the client's page, then try again"),
    ),
    Obstacle.NO_DEVELOPER_KEY: Message(
        gettext_lazy("the portal has no developer key yet, so it cannot talk to KlickTipp"),
        gettext_lazy("ask the portal's operator to set KLICKTIPP_USERNAME and KLICKTIPP_DEVELOPER_KEY"),
    ),
    Obstacle.MALFORMED_DEVELOPER_KEY: Message(
        gettext_lazy("the portal's developer key is malformed, so nothing could be sent"),
        _CORRECT_DEVELOPER_KEY,
        reading=Message(
            gettext_lazy("the portal's developer key is malformed, so KlickTipp could not be asked"),
            _CORRECT_DEVELOPER_KEY,
        ),
    ),
    Obstacle.KEY_UNDECRYPTABLE: Message(
        gettext_lazy("the stored customer key cannot be decrypted with the portal's present keys"),
        gettext_lazy("store the customer key again"),
    ),
    Obstacle.PASSWORD_UNDECRYPTABLE: Message(
        gettext_lazy("the stored password of the API user cannot be decrypted with the portal's present keys"),
        gettext_lazy("store username and password again"),
    ),
    Obstacle.SUPPRESSED: Message(
        gettext_lazy("this address or number is on the client's suppression list, so nothing was sent"),
        _LEAVE_IT,
        reading=Message(
            gettext_lazy("this address or number is on the client's suppression list, so KlickTipp was not asked"),
            _LEAVE_IT,
        ),
    ),
    Obstacle.GRANT_NOT_BEGUN_HERE: Message(
        gettext_lazy("this way back from KlickTipp was not begun in this browser, so nothing was stored"), _BEGIN_AGAIN
    ),
    Obstacle.GRANT_OF_ANOTHER: Message(
        gettext_lazy("somebody else began this way to KlickTipp, so nothing was stored"),
        gettext_lazy("please begin again yourself"),
    ),
    Obstacle.GRANT_SIGNED_OUT: Message(
        gettext_lazy("you have been signed out meanwhile, so nothing was stored"),
        gettext_lazy("please sign in, then begin again"),
    ),
    Obstacle.GRANT_EXPIRED: Message(
        gettext_lazy("the way to KlickTipp and back took longer than an hour, so nothing was stored"), _BEGIN_AGAIN
    ),
    Obstacle.GRANT_USED: Message(
        gettext_lazy("this way back from KlickTipp has been taken before, so nothing was stored this time"),
        gettext_lazy("please look whether the key is stored already; if it is not, begin again"),
    ),
    Obstacle.GRANT_NOT_ALLOWED: Message(
        gettext_lazy("your role does not allow storing this key any more, so nothing was stored"),
        gettext_lazy("please ask an owner or admin of the team"),
    ),
    Obstacle.GRANT_WITHOUT_KEY: Message(
        gettext_lazy("KlickTipp has sent no customer key back, so nothing was stored"),
        gettext_lazy("please begin again and grant the access there"),
    ),
    Obstacle.GRANT_WITH_MALFORMED_KEY: Message(
        gettext_lazy("what KlickTipp has sent back is no customer key, so nothing was stored"),
        gettext_lazy("please begin again; if it happens again, copy the key from KlickTipp and type it here"),
    ),
    Obstacle.LISTBUILDING_KEY_UNDECRYPTABLE: Message(
        gettext_lazy("the stored listbuilding key cannot be decrypted with the portal's present keys"),
        gettext_lazy("remove the listbuilding key and add it again"),
    ),
    Problem.ADDRESS_REQUIRED: Message(
        gettext_lazy("KlickTipp says that neither an email address nor an SMS number has arrived"),
        gettext_lazy("please check both, then try again"),
    ),
    Problem.CONFIRMATION_EMAIL_FAILED: Message(
        gettext_lazy("the confirmation email could not be sent"), _CHECK_ADDRESS
    ),
    Problem.EMAIL_BLOCKED: Message(
        gettext_lazy("the email address is blocked"),
        gettext_lazy("KlickTipp does not take it; use another address of this person"),
    ),
    Problem.EMAIL_CHANGE_NOT_ALLOWED: Message(
        gettext_lazy("the email address must not be changed"),
        gettext_lazy("change it in KlickTipp itself, or add the new address as a contact"),
    ),
    Problem.EMAIL_NOT_FOUND: Message(gettext_lazy("the email address was not found"), _CHECK_ADDRESS),
    Problem.EMAIL_TAKEN: Message(
        gettext_lazy("the email address already belongs to another contact"),
        gettext_lazy("please use another address, or change the contact that has it"),
    ),
    Problem.EMAIL_UNSUBSCRIBED: Message(
        gettext_lazy("the email address is unsubscribed and cannot be subscribed again from here"),
        gettext_lazy("only the person can subscribe again, with a sign-up form of yours"),
    ),
    Problem.INVALID_EMAIL: Message(gettext_lazy("KlickTipp does not accept this email address"), _CHECK_ADDRESS),
    Problem.INVALID_PHONE_NUMBER: Message(gettext_lazy("KlickTipp does not accept this SMS number"), _CHANGE_NUMBER),
    Problem.SMS_NUMBER_TAKEN: Message(
        gettext_lazy("the SMS number already belongs to another contact"),
        gettext_lazy("please use another number, or change the contact that has it"),
    ),
    Problem.SMS_NUMBER_UNSUBSCRIBED: Message(
        gettext_lazy("the SMS number is unsubscribed"),
        gettext_lazy("only the person can subscribe again"),
    ),
    Problem.CONTACT_NOT_FOUND: Message(
        gettext_lazy("KlickTipp has no such contact"),
        gettext_lazy("it may have been deleted in KlickTipp; please look it up there"),
    ),
    Problem.CONTACT_NOT_SUBSCRIBED: Message(
        gettext_lazy("the contact is not subscribed"),
        gettext_lazy("it has to confirm or subscribe again first"),
    ),
    Problem.INVALID_FIELD_VALUE: Message(
        gettext_lazy("KlickTipp does not accept the value of a data field"),
        gettext_lazy("please correct it, then try again"),
    ),
    Problem.SUBSCRIPTION_NOT_FOUND: Message(gettext_lazy("the contact has no subscription"), _CHECK_ADDRESS),
    Problem.UPDATE_FAILED: Message(
        gettext_lazy("the contact could not be updated"),
        gettext_lazy("KlickTipp does not say why; please check what you typed"),
    ),
    Problem.INVALID_API_KEY: Message(
        gettext_lazy("KlickTipp does not know this listbuilding key"),
        gettext_lazy("copy the key from KlickTipp again and add it anew"),
    ),
    Problem.OPTIN_PROCESS_NOT_FOUND: Message(gettext_lazy("the opt-in process was not found"), _CHOOSE_ANOTHER),
    Problem.SMARTTAG_NOT_ASSIGNABLE: Message(
        gettext_lazy("SmartTags are set by KlickTipp only"), gettext_lazy("please choose a tag of your own")
    ),
    Problem.SMARTTAG_NOT_REMOVABLE: Message(
        gettext_lazy("SmartTags are managed by KlickTipp and cannot be changed or removed"),
        gettext_lazy("please choose a tag of your own"),
    ),
    Problem.TAG_NOT_FOUND: Message(gettext_lazy("the tag was not found"), _CHOOSE_ANOTHER),
    Problem.CAMPAIGN_NOT_FOUND: Message(gettext_lazy("the campaign was not found"), _RELOAD),
    Problem.EMAIL_REQUIRED: Message(gettext_lazy("the email address is missing"), _FILL_IN),
    Problem.FIRST_NAME_REQUIRED: Message(gettext_lazy("the first name is missing"), _FILL_IN),
    Problem.LAST_NAME_REQUIRED: Message(gettext_lazy("the last name is missing"), _FILL_IN),
    Problem.PASSWORD_REQUIRED: Message(gettext_lazy("the password is missing"), _FILL_IN),
    Problem.TIER_NOT_FOUND: Message(gettext_lazy("the KlickTipp plan was not found"), _ASK_OPERATOR),
    Problem.USERNAME_REQUIRED: Message(gettext_lazy("the username is missing"), _FILL_IN),
    Problem.USERNAME_TAKEN: Message(gettext_lazy("the username exists already"), gettext_lazy("please choose another")),
    Problem.USER_GROUP_NOT_FOUND: Message(gettext_lazy("the user group was not found"), _ASK_OPERATOR),
    Problem.USER_NOT_FOUND: Message(gettext_lazy("the KlickTipp user was not found"), _ASK_OPERATOR),
    Problem.USER_UPDATE_FAILED: Message(gettext_lazy("the KlickTipp user could not be updated"), _TRY_LATER),
    Problem.IN_USE: Message(
        gettext_lazy("this is in use in KlickTipp, so nothing was done"),
        gettext_lazy("please see in KlickTipp what uses it"),
    ),
    Problem.REFUSED: Message(
        gettext_lazy("KlickTipp has refused this"),
        gettext_lazy("please check what you typed; if it happens again, ask KlickTipp's support"),
    ),
    Problem.TAG_NOT_SAVED: Message(
        gettext_lazy("KlickTipp does not take this tag"),
        gettext_lazy("its name may be taken, perhaps by a SmartTag; please choose another name"),
    ),
    Problem.INTERNAL_ERROR: Message(gettext_lazy("KlickTipp reports an internal error"), _TRY_LATER),
    Problem.ACCESS_DENIED: Message(
        gettext_lazy("KlickTipp refuses the access"),
        gettext_lazy("the customer key is wrong or revoked, or the KlickTipp plan is too small; store a new key"),
    ),
    Problem.CONFIGURATION: Message(
        gettext_lazy("the portal is set up wrongly, so nothing could be sent"),
        _ASK_OPERATOR,
        reading=Message(gettext_lazy("the portal is set up wrongly, so KlickTipp could not be asked"), _ASK_OPERATOR),
    ),
    Problem.MALFORMED: Message(
        gettext_lazy("KlickTipp could not make sense of the request"),
        gettext_lazy("please check what you typed"),
    ),
    Problem.NAME_TAKEN: Message(gettext_lazy("the name is taken already"), gettext_lazy("please choose another name")),
    Problem.NOT_FOUND: Message(gettext_lazy("KlickTipp did not find this"), _RELOAD),
    Problem.OUTCOME_UNKNOWN: Message(
        gettext_lazy("KlickTipp did not answer"),
        gettext_lazy("look it up in KlickTipp before you send it again"),
        reading=_SAID_NOTHING,
    ),
    Problem.SERVICE_ERROR: Message(gettext_lazy("KlickTipp answered in a way that cannot be understood"), _TRY_LATER),
    Problem.SIGN_IN_PAUSED: Message(
        gettext_lazy("signing in to KlickTipp was tried a moment ago, so nothing was sent this time"),
        _TRY_IN_A_MINUTE,
        reading=Message(
            gettext_lazy("signing in to KlickTipp was tried a moment ago, so it was not asked this time"),
            _TRY_IN_A_MINUTE,
        ),
    ),
    Problem.THROTTLED: Message(gettext_lazy("KlickTipp is busy and has refused the request"), _TRY_LATER),
    Problem.UNREACHABLE: Message(
        gettext_lazy("KlickTipp cannot be reached; nothing was sent"),
        _TRY_LATER,
        reading=Message(gettext_lazy("KlickTipp cannot be reached"), _TRY_LATER),
    ),
    Problem.USER_DENIED: Message(
        gettext_lazy("KlickTipp refuses the API user"),
        gettext_lazy(
            "please try again in a minute; if it goes on, check in KlickTipp whether this user may use the API and "
            "whether the plan is large enough"
        ),
    ),
    Problem.WRONG_LOGIN: Message(
        gettext_lazy("KlickTipp does not accept this username with this password"),
        gettext_lazy("please check both in KlickTipp and enter them again"),
    ),
}

_STATUSES: dict[str, Promise] = {
    "subscribed": gettext_lazy("subscribed"),
    "opt-in pending": gettext_lazy("opt-in pending"),
    "pending": gettext_lazy("opt-in pending"),
    "unsubscribed": gettext_lazy("unsubscribed"),
}


def status_in_words(status: str) -> str:
    """A contact's status as KlickTipp writes it, or asks for it, in the reader's language; an unknown one as it is."""
    return str(_STATUSES.get(status.casefold(), status))


_BOUNCES: dict[str, Promise] = {
    "notbounced": gettext_lazy("no delivery problems known"),
    "nobounce": gettext_lazy("no delivery problems known"),
    "softbounce": gettext_lazy("soft bounce: a message could not be delivered for the time being"),
    "hardbounce": gettext_lazy("hard bounce: messages can no longer be delivered to this address"),
    "spambounce": gettext_lazy("spam bounce: a message was refused as spam"),
}


def bounce_in_words(bounce: str) -> str:
    """A channel's bounce as KlickTipp writes it, or asks for it, in the reader's language; an unknown one as it is."""
    return str(_BOUNCES.get(bounce.casefold().replace(" ", ""), bounce))
