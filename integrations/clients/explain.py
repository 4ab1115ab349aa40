"""Turns an error that stopped a use case into what the page says about it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from integrations.audit.reading import calls_of
from integrations.clients.errors import (
    Obstructed,
    OtherAccount,
    StoredMeanwhile,
    TakenByOtherClient,
    TooManyTests,
    UntoldAccount,
)
from integrations.clients.models import ClientAccount
from integrations.klicktipp import AccessDenied, Happened, KlickTippError, Problem
from integrations.messages import PASSING, Obstacle, klicktipps_words, message, problem_in_words
from integrations.operations import message_of, only_reads

EXPLAINED = (
    KlickTippError,
    Obstructed,
    OtherAccount,
    StoredMeanwhile,
    TakenByOtherClient,
    TooManyTests,
    UntoldAccount,
)
"""The errors that a view turns into a message on its page."""

_ABOUT_KEYS = (
    Obstacle.NOT_CONNECTED,
    Obstacle.NO_OWN_KEY,
    Obstacle.KEY_UNDECRYPTABLE,
    Obstacle.PASSWORD_UNDECRYPTABLE,
)


@dataclass(frozen=True)
class Explanation:
    """For the page: what happened and what to do now, what KlickTipp itself says where that tells more, the code,
    whether it may have happened all the same, whether the same, sent once more, would only end the same, whether
    nothing was to be changed by what was stopped, and whether what is stored for the client, or its suppression list,
    has to be looked at: the part of the list before the entry of this number, where that is known."""

    what: str
    next_step: str
    said: str = ""
    code: str = ""
    may_have_happened: bool = False
    is_final: bool = False
    is_reading: bool = False
    action: UUID | None = None
    is_about_key: bool = False
    is_suppressed: bool = False
    listed_before: int | None = None

    @property
    def level(self) -> str:
        """How the page marks it."""
        return "warning" if self.may_have_happened else "danger"


def explain(error: Exception, action: UUID | None = None, *, seen_by: Membership | None = None) -> Explanation:
    """The explanation of one of the `EXPLAINED` errors. `action` leads to the calls in the log, if there were any.

    Another client of the team is named if the member `seen_by` sees it.
    """
    match error:
        case KlickTippError():
            return _of_klicktipp(error, action)
        case Obstructed():
            text = message(error.obstacle, reads=error.reads)
            told = None if error.obstacle is Obstacle.SERVICE_SILENT else action
            return Explanation(
                _as_sentence(text.what),
                _as_sentence(text.next_step),
                is_reading=error.reads,
                is_final=error.obstacle not in PASSING,
                action=told,
                is_about_key=error.obstacle in _ABOUT_KEYS,
                is_suppressed=error.obstacle is Obstacle.SUPPRESSED,
            )
        case TooManyTests():
            return Explanation(
                _("Too many customer keys or API users were tested in a short time, so this was not."),
                ngettext(
                    "Please wait a minute, then try again.",
                    "Please wait %(minutes)s minutes, then try again.",
                    error.minutes,
                )
                % {"minutes": error.minutes},
            )
        case OtherAccount():
            return Explanation(
                _(
                    "The KlickTipp account that this opens (%(key_of)s) is not the one that this client is bound to "
                    "(%(bound_to)s)."
                )
                % {"key_of": error.key_of, "bound_to": error.bound_to},
                _("Please use one of the account it is bound to, or add the other account as a client of its own."),
                action=action,
            )
        case StoredMeanwhile():
            present = error.credential
            return Explanation(
                _("%(who)s has stored %(login)s for %(client)s meanwhile, so nothing was replaced.")
                % {"who": present.stored_by or _("Somebody"), "login": present, "client": present.account},
                _("Send the form again to replace it."),
                action=action if action and calls_of(present.account.scope, action) else None,
            )
        case UntoldAccount():
            return Explanation(
                _("KlickTipp does not tell which KlickTipp account this opens, so nothing was stored."),
                _(
                    "Please look in KlickTipp whether the account still has its predefined double opt-in process, "
                    "then try again."
                ),
                action=action,
            )
        case TakenByOtherClient():
            if not (seen_by and ClientAccount.objects.visible_to(seen_by).filter(pk=error.account.pk).exists()):
                return Explanation(
                    _("This opens the KlickTipp account that another client of your team uses already."),
                    _("Please use another KlickTipp account, or ask an owner of your team."),
                    action=action,
                )
            return Explanation(
                _("This opens the KlickTipp account that the client %(client)s uses already.")
                % {"client": error.account.name},
                _("Please use that client, or another KlickTipp account."),
                action=action,
            )
    raise TypeError(f"{type(error).__name__} has no explanation")


def sent_before(account: ClientAccount, action: UUID | None) -> Explanation:
    """What a page says of a form that can be sent again, under a new action: the one it came with has been used."""
    return Explanation(
        _("This form was sent before, so nothing was sent this time."),
        _("Please check the entries and send it again."),
        action=action if action and calls_of(account.scope, action) else None,
    )


def _of_klicktipp(error: KlickTippError, action: UUID | None) -> Explanation:
    text = message_of(error.operation, problem_in_words(error), error.code)
    unknown = error.happened == Happened.UNKNOWN
    is_told_with_code = error.problem is Problem.UNKNOWN_CODE
    return Explanation(
        what=_refused_field(error) or _as_sentence(text.what),
        next_step=_("It may have happened all the same: look it up in KlickTipp before you send it again.")
        if unknown
        else _as_sentence(text.next_step),
        said=klicktipps_words(error.message, error.problem, error.status, error.code),
        code="" if is_told_with_code else "/".join(str(n) for n in (error.code, error.detail) if n is not None),
        may_have_happened=unknown,
        is_final=not unknown and error.problem not in PASSING,
        is_reading=only_reads(error.operation),
        action=None if error.problem is Problem.SIGN_IN_PAUSED else action,
        is_about_key=isinstance(error, AccessDenied),
    )


def _refused_field(error: KlickTippError) -> str:
    """Which data field was refused and why, in the words of the service; "" if it does not say so."""
    if error.problem is not Problem.INVALID_FIELD_VALUE or not error.field:
        return ""
    told = _("KlickTipp does not accept the value of the data field “%(field)s”.") % {"field": error.field}
    return f"{told} {in_its_words(error.reason)}" if error.reason else told


def in_its_words(reason: str) -> str:
    """What KlickTipp itself says, in the language of the account."""
    return _("In KlickTipp's words: “%(reason)s”") % {"reason": reason}


def _as_sentence(text: object) -> str:
    return f"{capfirst(str(text))}."
